"""Applying a receipt to what is owed (核销)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import ZERO, format_amount, is_exact
from arap.ledger.actions import Applied, Pair, apply, book_transaction, lock
from arap.ledger.models import Item
from receipts.actions.allowing import open_residuals, post_allowances, record_allowances, told
from receipts.actions.planning import Credit, OpenReceipt, Rest, plan_acts
from receipts.models import Receipt
from receipts.queries import credit_items, proposals
from receipts.rules import Proposal, ProposedPair, spread

MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptApplied:
    """What was posted: an entry for each item the receipt met (JSON-ready), what is left of it, why it was so, and what
    was let off with it (settling.told).

    A receipt that waits for confirmation has no number yet.

    Amounts are texts in the receipt's currency; `amount` of an entry is above zero when applied, below when undone.
    """

    receipt_id: int
    number: str | None
    entries: list[dict[str, Any]]
    remaining: str
    reasons: list[dict[str, Any]] = field(default_factory=list)
    allowances: list[dict[str, Any]] = field(default_factory=list)


class Met(NamedTuple):
    """What must be known of an item that a receipt meets."""

    posted_on: date
    number: str


@book_transaction
def apply_receipt(
    company: Company,
    receipt_id: int,
    amounts: Mapping[int, Decimal],
    *,
    effective_on: date,
    by: User | None,
    reason: str = "",
    key: str | None = None,
    rest: Rest | None = None,
    with_discount: bool = True,
) -> ReceiptApplied:
    """Apply a receipt: `amounts` says how much is paid of each open item (item id -> amount above zero).

    Credit notes among the items pay first, the receipt pays the rest; what it does not need stays on account. An
    application counts from `effective_on`, or from the day its item was posted where that is later. The early-payment
    discount that the payment earned is given besides (unless not `with_discount`), a small difference is closed within
    the company's tolerances, and `rest` says what becomes of what else stays open.

    Raises NotFound, Invalid (amounts, rest_reason), Refused (not_confirmed, not_enough, above_tolerance, and as the
    book: over_applied, over_applied_on, other_customer, other_currency, period_closed), idempotency_conflict.
    """
    request = {
        "verb": "receipt.apply",
        "receipt": receipt_id,
        "amounts": {str(item): amount for item, amount in amounts.items()},
        "on": effective_on,
    }
    if rest is not None or not with_discount:
        request |= {"rest": asdict(rest) if rest else None, "with_discount": with_discount}

    def run() -> dict[str, Any]:
        receipt = open_receipt(*lock_receipt(company, receipt_id))
        own = [(credit.item_id, credit.left) for credit in receipt.credits if credit.left and credit.customer_id]
        owed = dict(Item.objects.filter(company=company, pk__in=amounts).values_list("pk", "amount"))
        pairs = chosen_pairs(receipt.currency, own, amounts, owed)
        return asdict(
            apply_pairs(receipt, pairs, effective_on, by, MANUAL, reason, key, rest=rest, with_discount=with_discount)
        )

    return ReceiptApplied(**idempotent(company, key, request, run).response)


@book_transaction
def auto_apply_receipt(
    company: Company, receipt_id: int, *, effective_on: date, by: User | None, key: str | None = None
) -> ReceiptApplied:
    """Apply a receipt by the best proposal there is; with none it stays on account, which is no error.

    The reason stands on each application. Raises as apply_receipt.
    """
    request = {"verb": "receipt.auto_apply", "receipt": receipt_id, "on": effective_on}

    def run() -> dict[str, Any]:
        receipt, items = lock_receipt(company, receipt_id)
        best = next(iter(proposals(receipt, items)), None)
        held = open_receipt(receipt, items)
        if best is None:
            return asdict(applied(held, [], {}))
        return asdict(apply_proposal(held, best, effective_on, by, key))

    return ReceiptApplied(**idempotent(company, key, request, run).response)


def lock_receipt(company: Company, receipt_id: int) -> tuple[Receipt, list[Item]]:
    """The receipt and its credit items; whoever changes the same receipt waits. Raises NotFound, Refused."""
    found = Receipt.objects.select_for_update(no_key=True, of=("self",)).select_related("document")
    receipt = found.filter(company=company, pk=receipt_id).first()
    if receipt is None:
        raise NotFound("not_found", _("There is no such receipt."))
    receipt.company = company
    if receipt.state != Receipt.State.CONFIRMED:
        raise Refused("not_confirmed", _("Only a confirmed receipt can be applied or returned."))
    return receipt, credit_items(receipt)


def open_receipt(receipt: Receipt, items: Sequence[Item]) -> OpenReceipt:
    """What `lock_receipt` found, as applying wants it."""
    assert receipt.document is not None, "a confirmed receipt is in the book"
    return OpenReceipt(
        company=receipt.company,
        receipt_id=receipt.pk,
        number=receipt.document.number,
        currency=receipt.currency,
        rate=receipt.rate,
        received_on=receipt.received_on,
        credits=tuple(Credit(item.pk, item.customer_id, -item.open_amount, item.posted_on) for item in items),
    )


def chosen_pairs(
    currency: str, own: Sequence[tuple[int, Decimal]], amounts: Mapping[int, Decimal], owed: Mapping[int, Decimal]
) -> list[ProposedPair]:
    """Pairs that settle `amounts` of the items, from the credit notes among them, then from `own` (item, amount left).

    `owed` says what each item is: its amount, signed as in the book.

    Raises Invalid, and Refused("not_enough").
    """
    if not amounts:
        raise Invalid("amounts", _("Choose what the receipt pays."), field="amounts")
    for amount in amounts.values():
        if amount <= 0 or not is_exact(amount, currency):
            raise Invalid("amounts", _("Apply amounts above zero, in the currency's decimals."), field="amounts")
    if owed.keys() != amounts.keys() or owed.keys() & {pk for pk, _left in own}:
        raise Invalid("amounts", _("Choose open items of the payer's group."), field="amounts")
    debits = [(pk, amounts[pk]) for pk in amounts if owed[pk] > 0]
    notes = [(pk, amounts[pk]) for pk in amounts if owed[pk] < 0]
    pairs, _unspent = spread([*notes, *own], debits)
    missing = sum((amount for _pk, amount in debits), ZERO) - sum((pair.amount for pair in pairs), ZERO)
    if missing:
        raise Refused(
            "not_enough",
            _("%(missing)s more would be applied than is left of the receipt.")
            % {"missing": format_amount(missing, currency)},
            missing=str(missing),
        )
    return pairs


def apply_proposal(
    receipt: OpenReceipt, proposal: Proposal, on: date, by: User | None, key: str | None
) -> ReceiptApplied:
    """Apply a proposal; its reason is the policy of the application and stands in the answer."""
    done = apply_pairs(receipt, proposal.pairs, on, by, f"auto.{proposal.reason}", "", key)
    return replace(done, reasons=[_told(proposal, receipt.currency)])


def _told(proposal: Proposal, currency: str) -> dict[str, Any]:
    difference = proposal.params.get("difference")
    return {
        "kind": proposal.kind,
        "reason": proposal.reason,
        "numbers": list(proposal.params.get("numbers", ())),  # type: ignore[call-overload]
        "difference": format_amount(Decimal(str(difference)), currency) if difference is not None else None,
        "count": proposal.params.get("count", len(proposal.pairs)),
        "others": proposal.others,
    }


def apply_pairs(
    receipt: OpenReceipt,
    pairs: Iterable[ProposedPair],
    effective_on: date,
    by: User | None,
    policy: str,
    reason: str,
    key: str | None,
    met: Mapping[int, Met] | None = None,
    *,
    rest: Rest | None = None,
    with_discount: bool = True,
) -> ReceiptApplied:
    """Apply the pairs of a receipt that is locked, each not before the day its items were posted, and with them what
    is let off (apply_receipt).

    `met` is what the caller knows of the items beside the receipt's own; asked for where it knows nothing.
    """
    company = receipt.company
    own = {credit.item_id: credit.posted_on for credit in receipt.credits}
    touched = {item for pair in pairs for item in (pair.credit_item_id, pair.debit_item_id)}
    met = dict(met_items(touched - own.keys()) if met is None else met)
    posted = own | {item: known.posted_on for item, known in met.items()}
    by_day: dict[date, list[Pair]] = {}
    for pair in pairs:
        day = max(effective_on, posted[pair.credit_item_id], posted[pair.debit_item_id])
        by_day.setdefault(day, []).append(Pair(pair.credit_item_id, pair.debit_item_id, pair.amount))
    plan = plan_acts(receipt, by_day, rest, with_discount)
    settles = bool(plan.planned or plan.residuals)
    if len(by_day) > 1 or settles:  # a single act locks for itself
        lock(company, dates=sorted(by_day), items=sorted(touched))
    if settles:
        plan = plan_acts(receipt, by_day, rest, with_discount)  # by what the locked items have open
    options: dict[str, Any] = {"by": by, "key": key}
    memo = rest.memo if rest else ""
    let = post_allowances(company, plan, reference=receipt.number, rate=receipt.rate, memo=memo, **options)
    for each in let:
        by_day[each.plan.day].append(each.pair(plan.credit))
        met[each.opened] = Met(each.plan.day, each.document.number)
    acts = [
        (
            day,
            apply(
                company, by_day[day], effective_on=day, policy=policy, reason=reason, verb="receipt.apply", **options
            ),
        )
        for day in sorted(by_day)
    ]
    record_allowances(company, receipt.receipt_id, let, [act for _day, act in acts])
    if plan.residuals and rest:
        open_residuals(company, plan, rest, reference=receipt.number, **options)
    done = replace(applied(receipt, acts, met), allowances=told(let, plan))
    after = {"policy": policy, "entries": done.entries}
    if let:
        after["allowances"] = done.allowances
    audit.record(by=by, verb="receipt.apply", obj=_row(receipt), after=after)
    return done


def met_items(items: Iterable[int]) -> dict[int, Met]:
    """What must be known of the items, by id. One query."""
    rows = Item.objects.filter(pk__in=items).values_list("pk", "posted_on", "document__number")
    return {pk: Met(posted_on, number) for pk, posted_on, number in rows}


def _row(receipt: OpenReceipt) -> Receipt:
    """The receipt as the audit log names it."""
    return Receipt(pk=receipt.receipt_id, company=receipt.company)


def applied(receipt: OpenReceipt, acts: Sequence[tuple[date, Applied]], met: Mapping[int, Met]) -> ReceiptApplied:
    """The entries from the side of what was paid, with the number of each document, and what is left of the receipt.

    Each act comes with the day it counts from.
    """
    own = {credit.item_id for credit in receipt.credits}
    entries = [(day, entry) for day, act in acts for entry in act.entries]
    spent = sum((entry.amount for _day, entry in entries if entry.item_id in own), ZERO)
    theirs = [(day, entry) for day, entry in entries if entry.counter_item_id in own]
    return ReceiptApplied(
        receipt_id=receipt.receipt_id,
        number=receipt.number,
        entries=[
            {
                "entry_id": entry.entry_id,
                "item_id": entry.item_id,
                "document": met[entry.item_id].number,
                "amount": format_amount(-entry.amount, receipt.currency),
                "effective_on": day.isoformat(),
            }
            for day, entry in sorted(theirs, key=lambda each: each[1].entry_id)
        ],
        remaining=format_amount(receipt.left - spent, receipt.currency),
    )
