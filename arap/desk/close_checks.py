"""What the book itself says about a month that is to be closed."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from arap.core.close_checks import Check, Outcome
from arap.core.dates import end_of_month
from arap.core.models import Company, Period
from arap.ledger.checks import check, invariants
from arap.ledger.models import JournalLine, Seal
from arap.ledger.queries import position_at
from arap.ledger.revaluation import is_due, revaluation

TITLES_KEPT = 5


def _book(company: Company, period: Period) -> Outcome:
    broken = [each.title for each in invariants() if not check(company, each, rows_shown=1).holds]
    return Outcome(
        is_met=not broken,
        facts={"count": len(broken), "which": "; ".join(broken[:TITLES_KEPT])},
        url=reverse("aging:report") + f"?as_of={period.ends_on.isoformat()}",
    )


def _seals(company: Company, period: Period) -> Outcome:
    sealed = Seal.objects.filter(company=company).order_by("-to_position").values_list("to_position", flat=True).first()
    lines = JournalLine.objects.filter(company=company, posted_on__range=(period.starts_on, period.ends_on))
    count = lines.filter(position__gt=sealed or 0).order_by().values("position").distinct().count()
    return Outcome(is_met=count == 0, facts={"count": count}, url=_page(period))


def _revaluation(company: Company, period: Period) -> Outcome:
    month_end = period.ends_on
    url = f"{reverse('desk:revaluation')}?month={month_end:%Y-%m}"
    if month_end != end_of_month(month_end):
        return Outcome(is_met=True, url=url)
    rows = revaluation(company, month_end=month_end, position=position_at(company, known_at=None))
    currencies = sorted({row.currency for row in rows if row.revalued is None or row.items_to_post})
    return Outcome(is_met=not is_due(rows), facts={"currencies": ", ".join(currencies)}, url=url)


def _earlier(company: Company, period: Period) -> Outcome:
    used = JournalLine.objects.filter(company=company).order_by("posted_on").values_list("posted_on", flat=True).first()
    still_open = Period.objects.filter(company=company, ends_on__lt=period.starts_on).exclude(state=Period.State.CLOSED)
    count = still_open.filter(ends_on__gte=used).count() if used else 0
    return Outcome(is_met=count == 0, facts={"count": count}, url=reverse("desk:periods"))


def _page(period: Period) -> str:
    return reverse("desk:period", args=[period.pk])


BOOK = Check(
    key="book",
    title=_("The book agrees with itself: open items, control accounts and journal tie"),
    unmet=ngettext_lazy("%(count)s rule is broken: %(which)s", "%(count)s rules are broken: %(which)s", "count"),
    run=_book,
    must=True,
)
SEALS = Check(
    key="seals",
    title=_("Every posting of the month is sealed"),
    unmet=ngettext_lazy("%(count)s posting is not sealed yet.", "%(count)s postings are not sealed yet.", "count"),
    run=_seals,
    must=True,
)
REVALUATION = Check(
    key="revaluation",
    title=_("What is open in foreign currency is revalued"),
    unmet=_("%(currencies)s: a difference is not posted, or a rate is missing."),
    run=_revaluation,
)
EARLIER = Check(
    key="earlier",
    title=_("Earlier months are closed"),
    unmet=ngettext_lazy("%(count)s earlier month is not closed.", "%(count)s earlier months are not closed.", "count"),
    run=_earlier,
)
