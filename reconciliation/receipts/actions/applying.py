"""Applying a receipt to what is owed (核销), and undoing that (反核销)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import ZERO, format_amount, is_exact
from arap.ledger.actions import Applied, Pair, apply, book_transaction, lock, unapply
from arap.ledger.models import Entry, Item
from receipts.models import Receipt
from receipts.queries import credit_items, proposals
from receipts.rules import Proposal, ProposedPair, spread

MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptApplied:
    """What was posted: an entry for each item the receipt met (JSON-ready), what is left of it, and why it was so.

    A receipt that waits for confirmation has no number yet.

    Amounts are texts in the receipt's currency; `amount` of an entry is above zero when applied, below when undone.
    """

    receipt_id: int
    number: str | None
    entries: list[dict[str, Any]]
    remaining: str
    reasons: list[dict[str, Any]] = field(default_factory=list)


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
) -> ReceiptApplied:
    """Apply a receipt: `amounts` says how much of each open item is to be settled (item id -> amount above zero).

    Credit notes among the items pay first, the receipt pays the rest; what it does not need stays on account. An
    application counts from `effective_on`, or from the day its item was posted where that is later.

    Raises NotFound, Invalid (amounts), Refused (not_confirmed, not_enough, and as the book: over_applied,
    over_applied_on, other_customer, other_currency, period_closed), idempotency_conflict.
    """
    request = {
        "verb": "receipt.apply",
        "receipt": receipt_id,
        "amounts": {str(item): amount for item, amount in amounts.items()},
        "on": effective_on,
    }

    def run() -> dict[str, Any]:
        receipt, items = lock_receipt(company, receipt_id)
        own = [(item.pk, -item.open_amount) for item in items if item.open_amount and item.customer_id]
        pairs = chosen_pairs(company, receipt.currency, own, amounts)
        return asdict(apply_pairs(receipt, items, pairs, effective_on, by, MANUAL, reason, key))

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
        return asdict(apply_best(receipt, items, effective_on, by, key))

    return ReceiptApplied(**idempotent(company, key, request, run).response)


@book_transaction
def unapply_receipt(
    company: Company,
    receipt_id: int,
    *,
    effective_on: date,
    by: User | None,
    numbers: Sequence[str] | None = None,
    reason: str = "",
    key: str | None = None,
) -> ReceiptApplied:
    """Undo what is applied of a receipt, or only what met the documents with `numbers`, as of `effective_on`.

    Raises NotFound, Refused (not_confirmed, nothing_to_undo, not_a_mirror when dated before the application,
    period_closed, idempotency_conflict).
    """
    request = {"verb": "receipt.unapply", "receipt": receipt_id, "numbers": numbers, "on": effective_on}
    outcome = idempotent(
        company, key, request, lambda: asdict(_unapply(company, receipt_id, numbers, effective_on, by, reason, key))
    )
    return ReceiptApplied(**outcome.response)


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


def chosen_pairs(
    company: Company, currency: str, own: Sequence[tuple[int, Decimal]], amounts: Mapping[int, Decimal]
) -> list[ProposedPair]:
    """Pairs that settle `amounts` of the items, from the credit notes among them, then from `own` (item, amount left).

    Raises Invalid, and Refused("not_enough").
    """
    if not amounts:
        raise Invalid("amounts", _("Choose what the receipt pays."), field="amounts")
    for amount in amounts.values():
        if amount <= 0 or not is_exact(amount, currency):
            raise Invalid("amounts", _("Apply amounts above zero, in the currency's decimals."), field="amounts")
    owed = dict(Item.objects.filter(company=company, pk__in=amounts).values_list("pk", "amount"))
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


def apply_best(receipt: Receipt, items: Sequence[Item], on: date, by: User | None, key: str | None) -> ReceiptApplied:
    """Apply the first proposal, if there is one."""
    best = next(iter(proposals(receipt, items)), None)
    if best is None:
        return applied(receipt, items, [])
    return apply_proposal(receipt, items, best, on, by, key)


def apply_proposal(
    receipt: Receipt, items: Sequence[Item], proposal: Proposal, on: date, by: User | None, key: str | None
) -> ReceiptApplied:
    """Apply a proposal; its reason is the policy of the application and stands in the answer."""
    done = apply_pairs(receipt, items, proposal.pairs, on, by, f"auto.{proposal.reason}", "", key)
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
    receipt: Receipt,
    items: Sequence[Item],
    pairs: Iterable[ProposedPair],
    effective_on: date,
    by: User | None,
    policy: str,
    reason: str,
    key: str | None,
) -> ReceiptApplied:
    """Apply the pairs of a receipt that is locked, each not before the day its items were posted."""
    touched = {item for pair in pairs for item in (pair.credit_item_id, pair.debit_item_id)}
    posted = dict(Item.objects.filter(pk__in=touched).values_list("pk", "posted_on"))
    by_day: dict[date, list[Pair]] = {}
    for pair in pairs:
        day = max(effective_on, posted[pair.credit_item_id], posted[pair.debit_item_id])
        by_day.setdefault(day, []).append(Pair(pair.credit_item_id, pair.debit_item_id, pair.amount))
    lock(receipt.company, dates=sorted(by_day), items=sorted(touched))
    acts = [
        apply(
            receipt.company,
            of_day,
            effective_on=day,
            by=by,
            policy=policy,
            reason=reason,
            verb="receipt.apply",
            key=key,
        )
        for day, of_day in sorted(by_day.items())
    ]
    done = applied(receipt, items, acts)
    audit.record(by=by, verb="receipt.apply", obj=receipt, after={"policy": policy, "entries": done.entries})
    return done


def _unapply(
    company: Company,
    receipt_id: int,
    numbers: Sequence[str] | None,
    effective_on: date,
    by: User | None,
    reason: str,
    key: str | None,
) -> ReceiptApplied:
    receipt, items = lock_receipt(company, receipt_id)
    live = Entry.objects.filter(item__in=items, application__isnull=False, reverses=None, reversed_by=None)
    if numbers is not None:
        live = live.filter(counter_item__document__number__in=numbers)
    chosen = list(live.values_list("pk", "counter_item_id"))
    if not chosen:
        raise Refused("nothing_to_undo", _("There is no application to undo."))
    lock(
        company, dates=[effective_on], items=sorted({item.pk for item in items} | {counter for _pk, counter in chosen})
    )
    acts = unapply(
        company,
        [pk for pk, _counter in chosen],
        effective_on=effective_on,
        by=by,
        reason=reason,
        verb="receipt.unapply",
        key=key,
    )
    done = applied(receipt, items, acts)
    audit.record(by=by, verb="receipt.unapply", obj=receipt, after={"reason": reason, "entries": done.entries})
    return done


def applied(receipt: Receipt, items: Sequence[Item], acts: Sequence[Applied]) -> ReceiptApplied:
    """The entries from the side of what was paid, with the number of each document, and what is left of the receipt.

    `items` are the receipt's own as they were before `acts`.
    """
    assert receipt.document is not None, "a confirmed receipt is in the book"
    own = {item.pk for item in items}
    met = [entry for act in acts for entry in act.entries if entry.counter_item_id in own]
    entries = Entry.objects.filter(pk__in=[entry.entry_id for entry in met]).order_by("pk")
    rows = entries.values_list("pk", "item_id", "item__document__number", "amount", "effective_on")
    spent = sum((entry.amount for act in acts for entry in act.entries if entry.item_id in own), ZERO)
    left = sum((-item.open_amount for item in items), ZERO) - spent
    return ReceiptApplied(
        receipt_id=receipt.pk,
        number=receipt.document.number,
        entries=[
            {
                "entry_id": pk,
                "item_id": item_id,
                "document": number,
                "amount": format_amount(-amount, receipt.currency),
                "effective_on": day.isoformat(),
            }
            for pk, item_id, number, amount, day in rows
        ],
        remaining=format_amount(left, receipt.currency),
    )
