"""What invoices say about a month that is to be closed."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from arap.core.close_checks import Check, Outcome
from arap.core.models import Company, Period
from invoices.models import Invoice


def _drafts(company: Company, period: Period) -> Outcome:
    drafts = Invoice.objects.filter(company=company, state=Invoice.State.DRAFT, issued_on__lte=period.ends_on)
    count = drafts.count()
    return Outcome(is_met=count == 0, facts={"count": count}, url=reverse("invoices:list") + "?view=drafts")


DRAFTS = Check(
    key="drafts",
    title=_("No draft of the month is left"),
    unmet=ngettext_lazy(
        "%(count)s draft is dated in this month or before.",
        "%(count)s drafts are dated in this month or before.",
        "count",
    ),
    run=_drafts,
)
