"""Splitting a bill of the new generation, so that a part of it can be passed on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.core.money import ZERO, is_exact
from arap.ledger.actions import Closing, NewDocument, NewItem, book_transaction, post_documents
from bills.actions.held import locked, note_event, set_state
from bills.models import Bill, BillEvent
from bills.rules import Interval, split_intervals

PARTS_MAX = 100


@book_transaction
def split_bill(company: Company, bill_id: int, amounts: Sequence[Decimal], *, on: date, by: User) -> list[Bill]:
    """Split a held bill into parts of these amounts, in their order; together they are the bill.

    Raises NotFound, Invalid (amounts), Refused (not_splittable, bill_state, bill_paid, before_posting, period_closed).
    """
    bill = locked(company, bill_id, on, Bill.State.HELD)
    check_parts(bill, amounts)
    posted = post_documents(company, [splitting_document(bill, amounts, on)], by=by, verb="bill.split")[0]
    set_state(bill, Bill.State.SPLIT.value)
    intervals = split_intervals(Interval(bill.first_cent, bill.last_cent), amounts)
    parts, starts_at = [], bill.starts_at
    for amount, interval, item_id in zip(amounts, intervals, posted.item_ids, strict=True):
        same = ("customer_id", "kind", "number", "drawer", "acceptor", "issued_on", "due_on", "currency", "received_on")
        part = Bill.objects.create(
            company=company,
            **{name: getattr(bill, name) for name in same},
            first_cent=interval.first,
            last_cent=interval.last,
            amount=amount,
            document_id=posted.document_id,
            item_id=item_id,
            parent=bill,
            starts_at=starts_at,
        )
        parts.append(part)
        starts_at += amount
    note_event(
        bill,
        BillEvent.Kind.SPLIT,
        on,
        posted.document_id,
        by=by,
        state_before=Bill.State.HELD.value,
        item_before_id=bill.item_id,
    )
    return parts


def check_parts(bill: Bill, amounts: Sequence[Decimal]) -> None:
    """Raises Invalid (amounts), Refused("not_splittable")."""
    if not bill.first_cent:
        raise Refused("not_splittable", _("A bill without a sub-interval cannot be split."))
    if not 2 <= len(amounts) <= PARTS_MAX:
        raise Invalid("invalid_bill", _("Split a bill into two parts at least, a hundred at most."), field="amounts")
    if any(amount <= 0 or not is_exact(amount, bill.currency) for amount in amounts):
        raise Invalid("invalid_bill", _("An amount is above zero, in the currency's decimals."), field="amounts")
    if sum(amounts, ZERO) != bill.amount:
        raise Invalid("invalid_bill", _("The parts together are not the bill."), field="amounts")


def splitting_document(bill: Bill, amounts: Sequence[Decimal], on: date) -> NewDocument:
    """One claim closes, those of the parts open, all due on the same day."""
    return NewDocument(
        kind="bill",
        customer_id=bill.customer_id,
        currency=bill.currency,
        rate=bill.document.rate,
        document_on=on,
        posted_on=on,
        reference=bill.number,
        items=[
            NewItem(account="bills", amount=amount, due_on=bill.due_on, origin_item_id=bill.item_id)
            for amount in amounts
        ],
        closings=[Closing(item_id=bill.item_id, amount=bill.amount)],
    )
