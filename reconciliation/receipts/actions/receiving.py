"""Recording a receipt and applying it in one act, as a clerk with the remittance in hand does."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.core.errors import Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import format_amount
from arap.ledger.actions import book_transaction, lock
from receipts.actions.applying import (
    MANUAL,
    Met,
    ReceiptApplied,
    applied,
    apply_pairs,
    apply_proposal,
    chosen_pairs,
)
from receipts.actions.planning import Credit, OpenReceipt
from receipts.actions.recording import NewReceipt, receipt_rows, record_rows
from receipts.queries import Named, best_for, named
from receipts.rules import Proposal, ProposedPair

NOT_YET = 0  # stands for the receipt's own item until it is in the book
LOOKS_MAX = 3


@book_transaction
def receive(
    company: Company,
    new: NewReceipt,
    *,
    by: User | None,
    apply_to: Mapping[str, Decimal] | None = None,
    auto: bool = False,
    key: str | None = None,
) -> ReceiptApplied:
    """Record a receipt and apply it on its day: to the documents of `apply_to` (number -> amount), or by the best
    proposal (`auto`), or not at all. Everything or nothing; the same `key` gives the same answer again.

    An amount for a document in instalments pays the earliest due first. Raises as record_receipts and apply_receipt,
    and Refused: not_open (no such open document in the payer's group), over_applied, needs_confirmation.
    """
    assert not (auto and apply_to), "either named documents or the best proposal"
    row = receipt_rows(company, [new])[0]
    request = {"verb": "receipt.receive", "receipt": row, "apply_to": dict(apply_to or {}), "auto": auto}
    outcome = idempotent(company, key, request, lambda: asdict(_receive(company, new, row, by, apply_to, auto, key)))
    return ReceiptApplied(**outcome.response)


def _receive(
    company: Company,
    new: NewReceipt,
    row: dict[str, Any],
    by: User | None,
    apply_to: Mapping[str, Decimal] | None,
    auto: bool,
    key: str | None,
) -> ReceiptApplied:
    wants = bool(apply_to) or auto
    if row["waits"] and wants:
        raise Refused(
            "needs_confirmation",
            _("An amount this large is confirmed by a second person before it can be applied. Record it alone."),
        )
    # What will be applied is locked before anything is written: see arap.ledger.actions.lock.
    pairs, met = _named_pairs(company, new, apply_to) if apply_to else ([], {})
    best = _lock_best(company, new) if auto else None
    recorded = record_rows(company, [row], by, key)[0]
    if recorded.number is None or recorded.item_id is None:
        left = format_amount(new.amount, new.currency)
        return ReceiptApplied(receipt_id=recorded.receipt_id, number=None, entries=[], remaining=left)
    # Nobody else can know of it yet, so it needs no lock and no second look.
    own = Credit(recorded.item_id, new.customer_id, new.amount, new.posted_on or new.received_on)
    receipt = OpenReceipt(
        company=company,
        receipt_id=recorded.receipt_id,
        number=recorded.number,
        currency=new.currency,
        rate=row["rate"],
        received_on=new.received_on,
        credits=(own,),
    )
    if best is not None:
        proposal = replace(best, pairs=tuple(_with_receipt(best.pairs, own.item_id)))
        return apply_proposal(receipt, proposal, new.received_on, by, key)
    if pairs:
        settled = _with_receipt(pairs, own.item_id)
        return apply_pairs(receipt, settled, new.received_on, by, MANUAL, "", key, met)
    return applied(receipt, [], {})


def _with_receipt(pairs: Sequence[ProposedPair], item_id: int) -> list[ProposedPair]:
    return [replace(pair, credit_item_id=pair.credit_item_id or item_id) for pair in pairs]


def _named_pairs(
    company: Company, new: NewReceipt, apply_to: Mapping[str, Decimal]
) -> tuple[list[ProposedPair], dict[int, Met]]:
    """The pairs for the named documents, their items locked, and what must be known of those items."""
    if new.customer_id is None:
        raise Refused("unidentified", _("Money can be applied when its payer is known."))
    found = named(company, customer_id=new.customer_id, currency=new.currency, numbers=apply_to)
    amounts: dict[int, Decimal] = {}
    for number, amount in apply_to.items():
        amounts |= _of_number([item for item in found if item.number == number], number, amount, new)
    lock(company, dates=[new.received_on], items=sorted(amounts))
    owed = {item.item_id: item.amount for item in found if item.item_id in amounts}
    met = {item.item_id: Met(item.posted_on, item.number) for item in found}
    return chosen_pairs(new.currency, [(NOT_YET, new.amount)], amounts, owed), met


def _of_number(found: Sequence[Named], number: str, amount: Decimal, new: NewReceipt) -> dict[int, Decimal]:
    """The amount over the document's open items, the earliest due first."""
    if not found:
        raise Refused(
            "not_open",
            _("%(number)s is not open for this customer's group in %(currency)s.")
            % {"number": number, "currency": new.currency},
            number=number,
        )
    amounts: dict[int, Decimal] = {}
    left = amount
    for item in found:
        part = min(left, abs(item.open_amount))
        if part > 0:
            amounts[item.item_id] = part
            left -= part
    if left > 0:
        raise Refused(
            "over_applied",
            _("%(number)s has only %(currency)s %(open)s open, so %(amount)s cannot be applied to it.")
            % {
                "number": number,
                "currency": new.currency,
                "open": format_amount(amount - left, new.currency),
                "amount": format_amount(amount, new.currency),
            },
            number=number,
        )
    if not amounts:
        raise Refused("not_open", _("Apply amounts above zero, in the currency's decimals."), number=number)
    return amounts


def _lock_best(company: Company, new: NewReceipt) -> Proposal | None:
    """The best proposal, its items locked; looks again when somebody was faster. The book has the last word."""
    best: Proposal | None = None
    for _look in range(LOOKS_MAX):
        again = best_for(company, new.customer_id, NOT_YET, new.amount, new.currency, new.remittance, new.received_on)
        if again is None or again == best:
            return again
        best = again
        touched = {item for pair in best.pairs for item in (pair.credit_item_id, pair.debit_item_id)}
        lock(company, dates=[new.received_on], items=sorted(touched - {NOT_YET}))
    return best
