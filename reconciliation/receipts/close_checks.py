"""What receipts and write-offs say about a month that is to be closed."""

from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from arap.core.close_checks import Check, Outcome
from arap.core.models import Company, Period
from arap.core.money import format_amount
from arap.ledger.queries import open_items_sql, position_at
from receipts.models import WriteOff
from receipts.queries.waiting import to_confirm

# Credits that were open at the end of the month: of known payers, and of payers that nobody knows.
CREDITS = f"""
with {open_items_sql(where="and i.amount < 0", base=True)}
select count(*), coalesce(-sum(open_base_amount), 0) from open_items where (customer_id is null) = %(unknown)s
"""  # noqa: S608 - constants are put together, no value


def _credits(company: Company, period: Period, *, unknown: bool) -> Outcome:
    asked: dict[str, Any] = {
        "company": company.pk,
        "as_of": period.ends_on,
        "position": position_at(company, known_at=None),
        "unknown": unknown,
    }
    with connection.cursor() as cursor:
        cursor.execute(CREDITS, asked)
        count, base = cursor.fetchone()
    currency = company.base_currency
    facts = {"count": count, "amount": f"{currency} {format_amount(base, currency)}"}
    view = "unidentified" if unknown else "open"
    return Outcome(is_met=count == 0, facts=facts, url=f"{reverse('receipts:list')}?view={view}")


def _confirmed(company: Company, period: Period) -> Outcome:
    count = to_confirm(company).filter(received_on__lte=period.ends_on).count()
    return Outcome(is_met=count == 0, facts={"count": count}, url=reverse("receipts:list") + "?view=to_confirm")


def _write_offs(company: Company, period: Period) -> Outcome:
    count = WriteOff.objects.filter(company=company, state=WriteOff.State.REQUESTED).count()
    return Outcome(is_met=count == 0, facts={"count": count}, url=reverse("receipts:write_offs"))


CONFIRMED = Check(
    key="confirmed",
    title=_("Every receipt of the month is confirmed"),
    unmet=ngettext_lazy("%(count)s receipt waits.", "%(count)s receipts wait.", "count"),
    run=_confirmed,
)
UNIDENTIFIED = Check(
    key="unidentified",
    title=_("Every payer is known"),
    unmet=ngettext_lazy(
        "%(count)s credit of %(amount)s has no payer at the end of the month.",
        "%(count)s credits of %(amount)s have no payer at the end of the month.",
        "count",
    ),
    run=lambda company, period: _credits(company, period, unknown=True),
)
UNAPPLIED = Check(
    key="unapplied",
    title=_("Credits that were not applied are explained"),
    unmet=ngettext_lazy(
        "%(count)s credit of %(amount)s is not applied at the end of the month.",
        "%(count)s credits of %(amount)s are not applied at the end of the month.",
        "count",
    ),
    run=lambda company, period: _credits(company, period, unknown=False),
)
WRITE_OFFS = Check(
    key="write_offs",
    title=_("No write-off waits for a decision"),
    unmet=ngettext_lazy("%(count)s write-off waits.", "%(count)s write-offs wait.", "count"),
    run=_write_offs,
)
