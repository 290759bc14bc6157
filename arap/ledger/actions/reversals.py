"""Reversing a document: a dated mirror, never an edit."""

from datetime import date

from django.utils.translation import gettext as _

from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.ledger.actions.applications import Pair, apply, unapply
from arap.ledger.actions.documents import NewDocument, NewItem, NewLine, Posted, post_documents
from arap.ledger.actions.recording import book_transaction, lock
from arap.ledger.models import Account, Document, Entry, Item, JournalLine


@book_transaction
def reverse_document(
    company: Company,
    document_id: int,
    *,
    posted_on: date,
    by: User | None,
    reason: str,
    verb: str,
    key: str | None = None,
) -> Posted:
    """Undo what is applied to the document, post its mirror and settle the two against each other.

    Raises: Refused already_reversed, replacement (it only moved what was open), before_posting, replaced (part of it
    was refunded or transferred), not_a_mirror (before something applied to it), period_closed.
    """
    document = Document.objects.get(company=company, pk=document_id)
    items = list(Item.objects.filter(document=document).order_by("line").select_related("account"))
    _lock_with_counterparts(company, items, posted_on)
    if Document.objects.filter(reverses=document).exists():
        raise Refused("already_reversed", _("%(number)s was already reversed.") % {"number": document.number})
    if Entry.objects.filter(document=document).exists():
        raise Refused(
            "replacement", _("%(number)s only moved what was open. Move it back instead.") % {"number": document.number}
        )
    if posted_on < document.posted_on:
        raise Refused(
            "before_posting", _("%(number)s cannot be reversed before it was posted.") % {"number": document.number}
        )
    live = Entry.objects.filter(item__in=items, application__isnull=False, reverses=None, reversed_by=None)
    entry_ids = list(live.values_list("pk", flat=True))
    if entry_ids:
        unapply(company, entry_ids, effective_on=posted_on, by=by, reason=reason, verb=verb, key=key)
    for item in Item.objects.filter(document=document):
        if item.open_amount != item.amount:
            raise Refused(
                "replaced",
                _("Part of %(number)s was refunded or transferred. Undo that first.") % {"number": document.number},
            )
    mirror = post_documents(company, [_mirror(document, items, posted_on, reason)], by=by, verb=verb, key=key)[0]
    pairs = [
        Pair(*((item.pk, opposite) if item.amount < 0 else (opposite, item.pk)), abs(item.amount))
        for item, opposite in zip(items, mirror.item_ids, strict=True)
    ]
    if pairs:  # a document of journal lines alone has nothing to settle
        apply(company, pairs, effective_on=posted_on, by=by, policy="reversal", reason=reason, verb=verb)
    return mirror


def _lock_with_counterparts(company: Company, items: list[Item], on: date) -> None:
    """Lock the items and all they were applied to before anything is written."""
    counterparts = Entry.objects.filter(item__in=items, counter_item__isnull=False).values_list(
        "counter_item_id", flat=True
    )
    lock(company, dates=[on], items=sorted({item.pk for item in items} | set(counterparts)))


def _mirror(document: Document, items: list[Item], posted_on: date, reason: str) -> NewDocument:
    contra = JournalLine.objects.filter(document=document, item=None).select_related("account").order_by("line")
    return NewDocument(
        kind=document.kind,
        customer_id=document.customer_id,
        currency=document.currency,
        rate=document.rate,
        document_on=posted_on,
        posted_on=posted_on,
        reverses_id=document.pk,
        memo=reason,
        items=[
            NewItem(
                account=Account.Role(item.account.role).value,
                amount=-item.amount,
                base_amount=-item.base_amount,
                due_on=posted_on,
                customer_id=item.customer_id,
                origin_item_id=item.pk,
            )
            for item in items
        ],
        lines=[
            NewLine(
                account=line.account.role, amount=-line.amount, base_amount=-line.base_amount, tax_code=line.tax_code
            )
            for line in contra
        ],
    )
