"""Whether customers were sent what the month came to."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arap.core.close_checks import Check, Outcome
from arap.core.models import Company, Period
from statements.models import StatementRun


def _run(company: Company, period: Period) -> Outcome:
    of_the_day = StatementRun.objects.filter(company=company, as_of=period.ends_on)
    found = of_the_day.filter(state=StatementRun.State.RELEASED).exists()
    begun = of_the_day.exclude(state=StatementRun.State.DISCARDED).order_by("-pk").first()
    url = reverse("statements:run", args=[begun.pk]) if begun else reverse("statements:list")
    return Outcome(is_met=found, facts={"day": period.ends_on.isoformat()}, url=url)


STATEMENTS = Check(
    key="statements",
    title=_("The statements of the month’s end are released"),
    unmet=_("No run of %(day)s has been released."),
    run=_run,
)
