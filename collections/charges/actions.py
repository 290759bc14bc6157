"""Charging late payment: documents of their own, and for which days they are. What was issued is never touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from arap.core import audit, wording
from arap.core.errors import Invalid, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.ledger.actions import book_transaction
from charges.models import ChargedSpan, ChargePolicy, ChargeRun
from charges.queries import DueCharge, LateItem, due_charges
from invoices.actions.drafts import create_drafts
from invoices.actions.entered import Draft, DraftLine
from invoices.actions.posting import lock_drafts, post_locked
from invoices.models import Invoice

ITEMS_MAX = 900  # of one document: two lines each
CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What a run made: its id and the ids of its documents."""

    run_id: int
    charges: list[int]


@book_transaction
def charge_late(company: Company, *, until: date, issued_on: date, by: User | None, key: str | None = None) -> Charged:
    """Charge all days before `until` that were not charged yet: for each customer and currency a document of kind
    "charge", posted at once. All or none; run again, it charges only what is new. The same `key` gives the same answer.

    Raises Invalid("future") where `until` lies after `issued_on`, Refused("nothing_to_charge", "charge_changed",
    period_closed, idempotency_conflict) and MissingRate.
    """
    request = {"verb": "charge.run", "until": until, "issued_on": issued_on}
    outcome = idempotent(company, key, request, lambda: _charge(company, until, issued_on, by, key))
    return Charged(**outcome.response)


def _charge(company: Company, until: date, issued_on: date, by: User | None, key: str | None) -> dict[str, object]:
    if until > issued_on:
        raise Invalid("future", gettext_lazy("Only days before the day of issue can be charged."), field="until")
    # A second run waits here, and then sees what the first has charged.
    list(ChargePolicy.objects.select_for_update().filter(company=company).order_by("pk").values_list("pk"))
    wanted = [part for due in due_charges(company, until=until) for part in _parts(due)]
    if not wanted:
        raise Refused("nothing_to_charge", gettext_lazy("No late day is left to charge."))
    run = ChargeRun.objects.create(company=company, until=until, issued_on=issued_on, created_by=by)
    made: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        made += _post(company, run, wanted[start : start + CHUNK], issued_on, by, key)
    after = {"until": str(until), "issued_on": str(issued_on), "charges": len(made)}
    audit.record(by=by, verb="charge.run", obj=run, after=after)
    return {"run_id": run.pk, "charges": made}


def _parts(due: DueCharge) -> list[DueCharge]:
    """One document holds so many items."""
    starts = range(0, len(due.items), ITEMS_MAX)
    return [
        DueCharge(due.customer_id, due.code, due.currency, due.policy, due.items[at : at + ITEMS_MAX]) for at in starts
    ]


def _post(
    company: Company, run: ChargeRun, wanted: Sequence[DueCharge], issued_on: date, by: User | None, key: str | None
) -> list[int]:
    invoices = create_drafts(company, [_draft(due, issued_on) for due in wanted], by=by)
    ids = [invoice.pk for invoice in invoices]
    ChargedSpan.objects.bulk_create(
        [span for pk, due in zip(ids, wanted, strict=True) for span in _spans(company, run, pk, due)], batch_size=CHUNK
    )
    post_locked(company, lock_drafts(company, ids), by, None, key)
    return ids


def _draft(due: DueCharge, issued_on: date) -> Draft:
    basis = "\n".join(text for text in (due.policy.basis_local, due.policy.basis) if text)
    return Draft(
        kind=Invoice.Kind.CHARGE.value,
        customer_id=due.customer_id,
        currency=due.currency,
        issued_on=issued_on,
        memo=basis,
        lines=[line for item in due.items for line in _lines(due, item)],
    )


def _lines(due: DueCharge, item: LateItem) -> list[DraftLine]:
    lines = []
    if item.interest:
        said = [_in(language, _interest_words, item) for language in ("en", "zh-hans")]
        lines.append(_line(due, item.interest, *said))
    if item.fee:
        said = [_in(language, _fee_words, item) for language in ("en", "zh-hans")]
        lines.append(_line(due, item.fee, *said))
    return lines


def _line(due: DueCharge, amount: Decimal, english: str, chinese: str) -> DraftLine:
    return DraftLine(
        unit_price=amount, description=english, description_local=chinese, tax_code_id=due.policy.tax_code_id
    )


def _in(language: str, words: "object", item: LateItem) -> str:
    with override(language):
        return words(item)  # type: ignore[operator,no-any-return]


def _interest_words(item: LateItem) -> str:
    rates = sorted({each.percent for each in item.stretches})
    return _("Interest on %(number)s, due %(due)s: %(days)s days until %(until)s at %(rates)s") % {
        "number": item.number,
        "due": wording.day(item.due_on),
        "days": item.days,
        "until": wording.day(item.stretches[-1].to_on),
        "rates": ", ".join(f"{rate.normalize():f}%" for rate in rates),
    }


def _fee_words(item: LateItem) -> str:
    return _("Fixed sum for the late payment of %(number)s") % {"number": item.number}


def _spans(company: Company, run: ChargeRun, charge_id: int, due: DueCharge) -> list[ChargedSpan]:
    return [
        ChargedSpan(
            company=company,
            run=run,
            item_id=item.item_id,
            charge_id=charge_id,
            currency=due.currency,
            from_on=each.from_on,
            to_on=each.to_on,
            balance=each.balance,
            annual_rate=each.percent,
            day_count=each.day_count,
            interest=each.interest,
            fee=item.fee if at == 0 else 0,
        )
        for item in due.items
        for at, each in enumerate(item.stretches)
    ]
