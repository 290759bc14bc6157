"""Undoing a replacement: what it closed is open again as it was, and what it opened is gone."""

import secrets
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.ledger.actions.applications import Pair, apply
from arap.ledger.actions.documents import Posted
from arap.ledger.actions.recording import book_transaction, lock
from arap.ledger.models import Document, Entry, Item

UNDO = "select ledger_undo_replacement(%s, %s, %s, %s, %s, %s, %s, %s)"


@book_transaction
def undo_replacement(
    company: Company,
    document_id: int,
    *,
    posted_on: date,
    by: User | None,
    reason: str,
    verb: str,
    key: str | None = None,
) -> Posted:
    """Post the mirror of a replacement as of `posted_on` and settle what it opened against it.

    The items it closed are open again with their dates and their base. Raises Refused already_reversed, moved (part of
    what it opened is applied, refunded or moved on), before_posting, period_closed.
    """
    document = Document.objects.get(company=company, pk=document_id)
    opened = list(Item.objects.filter(document=document).order_by("line"))
    closed = Entry.objects.filter(document=document).values_list("item_id", flat=True)
    lock(company, dates=[posted_on], items=[item.pk for item in opened] + list(closed))
    if Document.objects.filter(reverses=document).exists():
        raise Refused("already_reversed", _("%(number)s was already reversed.") % {"number": document.number})
    if posted_on < document.posted_on:
        raise Refused(
            "before_posting", _("%(number)s cannot be reversed before it was posted.") % {"number": document.number}
        )
    if any(item.open_amount != item.amount for item in Item.objects.filter(document=document)):
        raise Refused(
            "moved",
            _("Part of what %(number)s opened is paid or moved on. Undo that first.") % {"number": document.number},
        )
    by_id = by.pk if by else None
    salt = secrets.token_bytes(16)
    with connection.cursor() as cursor:
        cursor.execute(UNDO, [company.pk, document.pk, posted_on, reason, salt, by_id, verb, key])
        (made,) = cursor.fetchone()
    mirror = Document.objects.get(pk=made)
    opposite = dict(Item.objects.filter(document=mirror).values_list("origin_item_id", "pk"))
    pairs = [
        Pair(*((item.pk, opposite[item.pk]) if item.amount < 0 else (opposite[item.pk], item.pk)), abs(item.amount))
        for item in opened
    ]
    apply(company, pairs, effective_on=posted_on, by=by, policy="reversal", reason=reason, verb=verb)
    return Posted(
        document_id=mirror.pk, number=mirror.number, item_ids=tuple(opposite.values()), position=mirror.position
    )
