"""Money that went back: a bounced cheque, a returned transfer. A dated mirror in the book, never an edit."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import ZERO
from arap.ledger.actions import (
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    Posted,
    apply,
    book_transaction,
    lock,
    post_documents,
    reverse_document,
    unapply,
)
from arap.ledger.models import Account, Entry, Item
from receipts.actions.allowing import revoke, sides_of
from receipts.actions.applying import lock_receipt
from receipts.models import Receipt
from receipts.queries.settling import live_allowances


@book_transaction
def reverse_receipt(
    company: Company, receipt_id: int, *, on: date, by: User | None, reason: str, key: str | None = None
) -> Posted:
    """Undo all that is applied of a receipt and take it out of the book as of `on`: what it paid is open again, and
    what was let off with it is owed again.

    Returns the mirror document. Raises NotFound, Refused (not_confirmed, replaced, before_posting, period_closed,
    idempotency_conflict).
    """
    request = {"verb": "receipt.reverse", "receipt": receipt_id, "on": on, "reason": reason}
    outcome = idempotent(company, key, request, lambda: asdict(_reverse(company, receipt_id, on, by, reason, key)))
    return Posted(**{**outcome.response, "item_ids": tuple(outcome.response["item_ids"])})


def _reverse(company: Company, receipt_id: int, on: date, by: User | None, reason: str, key: str | None) -> Posted:
    receipt, items = lock_receipt(company, receipt_id)
    assert receipt.document_id is not None, "a confirmed receipt is in the book"
    falling = list(live_allowances(receipt))
    if falling:
        _lock_all(company, items, on, sides_of(falling))
    undone = revoke(receipt, falling, on=on, by=by, reason=reason, verb="receipt.reverse", key=key)
    if receipt.identifications.exists():
        mirror = _reverse_where_it_stands(receipt, items, on, by, reason, key)
    else:
        mirror = reverse_document(
            company, receipt.document_id, posted_on=on, by=by, reason=reason, verb="receipt.reverse", key=key
        )
    receipt.state = Receipt.State.REVERSED
    receipt.save(update_fields=["state"])
    after: dict[str, object] = {"state": receipt.state, "number": mirror.number, "reason": reason}
    if undone:
        after["allowances"] = undone
    audit.record(by=by, verb="receipt.reverse", obj=receipt, after=after)
    return mirror


def _lock_all(company: Company, items: Sequence[Item], on: date, let_off: set[int]) -> None:
    """Lock the receipt's items, what they were applied to and what was let off, before anything is written."""
    own = {item.pk for item in items}
    met = Entry.objects.filter(item__in=own, counter_item__isnull=False).values_list("counter_item_id", flat=True)
    lock(company, dates=[on], items=sorted(own | let_off | {pk for pk in met if pk is not None}))


def _reverse_where_it_stands(
    receipt: Receipt, items: Sequence[Item], on: date, by: User | None, reason: str, key: str | None
) -> Posted:
    """Identified money was moved to a customer's account: the mirror meets it there, not where it first stood."""
    company, ids = receipt.company, [item.pk for item in items]
    live = Entry.objects.filter(item__in=ids, application__isnull=False, reverses=None, reversed_by=None)
    entries = list(live.values_list("pk", "counter_item_id"))
    lock(company, dates=[on], items=sorted({*ids, *(counter for _pk, counter in entries if counter)}))
    if entries:
        unapply(
            company,
            [pk for pk, _counter in entries],
            effective_on=on,
            by=by,
            reason=reason,
            verb="receipt.reverse",
            key=key,
        )
    standing = list(Item.objects.filter(pk__in=ids).exclude(open_amount=0).select_related("account").order_by("pk"))
    if sum((item.open_amount for item in standing), ZERO) != -receipt.amount:
        raise Refused("replaced", _("Part of this receipt was refunded or transferred. Undo that first."))
    mirror = post_documents(company, [_mirror(receipt, standing, on, reason)], by=by, verb="receipt.reverse", key=key)[
        0
    ]
    pairs = [
        Pair(item.pk, opposite, -item.open_amount) for item, opposite in zip(standing, mirror.item_ids, strict=True)
    ]
    apply(company, pairs, effective_on=on, by=by, policy="reversal", reason=reason, verb="receipt.reverse")
    return mirror


def _mirror(receipt: Receipt, standing: Sequence[Item], on: date, reason: str) -> NewDocument:
    original = receipt.document
    assert original is not None, "a confirmed receipt is in the book"
    return NewDocument(
        kind="receipt",
        customer_id=receipt.customer_id,
        currency=receipt.currency,
        rate=receipt.rate,
        document_on=on,
        posted_on=on,
        reverses_id=original.pk,
        memo=reason,
        items=[
            NewItem(
                account=Account.Role(item.account.role).value,
                amount=-item.open_amount,
                base_amount=-item.open_base_amount,
                due_on=on,
                customer_id=item.customer_id,
                origin_item_id=item.pk,
            )
            for item in standing
        ],
        lines=[NewLine(account="bank", amount=original.total, base_amount=original.base_total)],
    )
