"""Undoing what was done last with a bill: a dated mirror; both acts stay in the history."""

from datetime import date

from django.utils.translation import gettext as _

from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import Company, User
from arap.ledger.actions import (
    Closing,
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    apply,
    book_transaction,
    lock,
    replace,
    reverse_document,
    unapply,
)
from arap.ledger.models import Entry, Item, JournalLine
from bills.actions.held import note_event, set_state
from bills.models import Bill, BillEvent
from bills.queries import last_event

Kind = BillEvent.Kind


@book_transaction
def undo_event(company: Company, bill_id: int, event_id: int, *, on: date, by: User, reason: str) -> Bill:
    """Undo the last thing done with the bill as of `on`.

    Raises NotFound, Invalid (reason), Refused (not_last: something was done since, or its parts moved; applied: what
    it opened is paid; before_posting, period_closed).
    """
    rows = Bill.objects.select_for_update(no_key=True, of=("self",)).select_related("document", "company", "item")
    bill = rows.filter(company=company, pk=bill_id).first()
    if bill is None:
        raise NotFound("not_found", _("There is no such bill."))
    if not reason.strip() or len(reason) > 200:
        raise Invalid("invalid_bill", _("Say why."), field="reason")
    event = last_event(bill)
    if event is None or event.pk != event_id or (event.kind == Kind.RECEIVED and bill.parent_id):
        raise Refused("not_last", _("Only what was done last with a bill can be undone."))
    if on < event.on:
        raise Refused("before_posting", _("Nothing is undone before it was done."), field="on")
    if event.kind in (Kind.SPLIT, Kind.DISHONOURED) and event.document.item_count and _is_replacement(event):
        document_id, item_id = _move_back(company, bill, event, on, by, reason)
    elif event.kind == Kind.RECEIVED and bill.item.document_id != event.document_id:
        document_id, item_id = _set_off(company, bill, event, on, by, reason), None
    else:
        document_id, item_id = _reverse(company, bill, event, on, by, reason), None
    after = Bill.State.WITHDRAWN.value if event.kind == Kind.RECEIVED else event.state_before
    is_back = after == Bill.State.HELD.value and event.kind in (Kind.ENDORSED, Kind.DISCOUNTED)
    set_state(bill, after, with_recourse=False if is_back else None, item_id=item_id)
    note_event(bill, Kind.UNDONE, on, document_id, by=by, note=reason, undoes=event)
    return bill


def _is_replacement(event: BillEvent) -> bool:
    return event.document.closings.exists()


def _reverse(company: Company, bill: Bill, event: BillEvent, on: date, by: User, reason: str) -> int:
    lock(company, dates=[on], items=[bill.item_id])
    claim = Item.objects.get(pk=bill.item_id)
    if event.kind == Kind.RECEIVED and claim.open_amount != claim.amount:
        raise Refused("bill_paid", _("Something is applied to this bill already. Undo that first."))
    if event.kind == Kind.DISHONOURED:
        _require_untouched(list(Item.objects.filter(document=event.document_id)))
    mirror = reverse_document(company, event.document_id, posted_on=on, by=by, reason=reason, verb="bill.undo")
    return mirror.document_id


def _set_off(company: Company, bill: Bill, event: BillEvent, on: date, by: User, reason: str) -> int:
    """The claim was replaced since it was registered, so the document cannot be mirrored: what it paid is owed again,
    and the credit it paid with is set off against the claim that stands.
    """
    credit = Item.objects.get(document=event.document_id, amount__lt=0)
    lock(company, dates=[on], items=[credit.pk, bill.item_id])
    _require_untouched([Item.objects.get(pk=bill.item_id)])
    live = Entry.objects.filter(item=credit, application__isnull=False, reverses=None, reversed_by=None)
    if ids := list(live.values_list("pk", flat=True)):
        unapply(company, ids, effective_on=on, by=by, reason=reason, verb="bill.undo")
    pair = Pair(credit.pk, bill.item_id, bill.amount)
    apply(company, [pair], effective_on=on, by=by, policy="bill", reason=reason, verb="bill.undo")
    return event.document_id


def _move_back(company: Company, bill: Bill, event: BillEvent, on: date, by: User, reason: str) -> tuple[int, int]:
    """What a replacement opened closes again, and the claim of the bill opens as it was."""
    parts = _parts_to_withdraw(bill) if event.kind == Kind.SPLIT else []
    # a part that was dishonoured and taken back stands in a later claim than the split opened
    ids = [part.item_id for part in parts] or list(
        Item.objects.filter(document=event.document_id).values_list("pk", flat=True)
    )
    lock(company, dates=[on], items=ids)
    opened = list(Item.objects.filter(pk__in=ids).order_by("pk"))
    _require_untouched(opened)
    for part in parts:
        set_state(part, Bill.State.WITHDRAWN.value)
    document = moving_back(bill, event, opened, on, reason)
    posted = replace(company, document, by=by, verb="bill.undo")
    return posted.document_id, posted.item_ids[0]


def moving_back(bill: Bill, event: BillEvent, opened: list[Item], on: date, reason: str = "") -> NewDocument:
    """The document that mirrors a split or a dishonour."""
    contra = JournalLine.objects.filter(document=event.document_id, item=None).select_related("account")
    return NewDocument(
        kind="bill",
        customer_id=bill.customer_id,
        currency=bill.currency,
        rate=bill.document.rate,
        document_on=on,
        posted_on=on,
        reference=bill.number,
        memo=reason,
        items=[NewItem(account="bills", amount=bill.amount, due_on=bill.due_on, origin_item_id=event.item_before_id)],
        closings=[Closing(item_id=item.pk, amount=item.amount) for item in opened],
        lines=[
            NewLine(account=line.account.role, amount=-line.amount, base_amount=-line.base_amount)
            for line in contra.order_by("line")
        ],
    )


def _require_untouched(opened: list[Item]) -> None:
    if any(item.open_amount != item.amount for item in opened):
        raise Refused("applied", _("Part of what this opened is paid or passed on. Undo that first."))


def _parts_to_withdraw(bill: Bill) -> list[Bill]:
    rows = Bill.objects.select_for_update(no_key=True).filter(parent=bill).exclude(state=Bill.State.WITHDRAWN)
    parts = list(rows.order_by("starts_at"))
    if any(part.state != Bill.State.HELD for part in parts):
        raise Refused("not_last", _("Something was done with a part of it. Undo that first."))
    return parts
