"""What all acts on a bill share: to find and lock it, and to write down what was done."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.errors import NotFound, Refused
from arap.core.models import Company, User
from arap.core.money import ZERO
from arap.ledger.actions import NewDocument, NewItem, NewLine, lock
from arap.ledger.models import Item
from bills.models import Bill, BillEvent

State = Bill.State


def locked(company: Company, bill_id: int, on: date, *states: str) -> Bill:
    """The bill in one of `states` with its claim, both locked, its month open.

    Raises NotFound, Refused (bill_state, bill_paid, before_posting, period_closed).
    """
    rows = Bill.objects.select_for_update(no_key=True, of=("self",)).select_related("document", "customer", "company")
    bill = rows.filter(company=company, pk=bill_id).first()
    if bill is None:
        raise NotFound("not_found", _("There is no such bill."))
    if bill.state not in states:
        told = {"state": bill.get_state_display()}
        raise Refused("bill_state", _("This is not done with a bill in this state: %(state)s.") % told)
    lock(company, dates=[on], items=[bill.item_id])
    bill.item = Item.objects.select_related("document", "account").get(pk=bill.item_id)
    if bill.state == State.HELD and bill.item.open_amount != bill.amount:
        raise Refused("bill_paid", _("Something is applied to this bill already. Undo that first."))
    last_on = max([bill.item.posted_on, *bill.events.values_list("on", flat=True)])
    if on < last_on:
        raise Refused("before_posting", _("Nothing is done with a bill before what was done last."), field="on")
    return bill


def base_currency_only(bill: Bill) -> None:
    """Raises Refused("other_currency"): who passes on a bill in foreign currency sells it like any other claim."""
    if bill.currency != bill.company.base_currency:
        raise Refused("other_currency", _("Only a bill in the company's own currency is passed on."))


def closing_document(bill: Bill, lines: list[NewLine], on: date, memo: str = "") -> NewDocument:
    """A document whose credit settles the claim of the bill against `lines`."""
    return NewDocument(
        kind="bill",
        customer_id=bill.customer_id,
        currency=bill.currency,
        rate=bill.document.rate,
        document_on=on,
        posted_on=on,
        reference=bill.number,
        memo=memo,
        items=[NewItem(account="bills", amount=-bill.amount, due_on=on)],
        lines=lines,
    )


def lines_document(bill: Bill, lines: list[NewLine], on: date, memo: str = "") -> NewDocument:
    """A document of journal lines beside the claim, which stays open."""
    return NewDocument(
        kind="bill",
        customer_id=bill.customer_id,
        currency=bill.currency,
        rate=bill.document.rate,
        document_on=on,
        posted_on=on,
        reference=bill.number,
        memo=memo,
        items=[],
        lines=lines,
    )


def note_event(
    bill: Bill,
    kind: BillEvent.Kind,
    on: date,
    document_id: int,
    *,
    by: User,
    party: str = "",
    interest: Decimal = ZERO,
    note: str = "",
    **more: Any,
) -> BillEvent:
    """Write down what was done, and an audit row."""
    made = BillEvent.objects.create(
        company_id=bill.company_id,
        bill=bill,
        kind=kind,
        on=on,
        document_id=document_id,
        party=party,
        interest=interest,
        note=note,
        by=by,
        **more,
    )
    after = {"state": bill.state, "number": bill.number, "amount": bill.amount, "on": on}
    audit.record(by=by, verb=f"bill.{kind.value}", obj=bill, after=after | ({"party": party} if party else {}))
    return made


def set_state(bill: Bill, state: str, *, with_recourse: bool | None = None, item_id: int | None = None) -> None:
    """The bill stands in `state` from now on."""
    bill.state = state
    fields = ["state"]
    if with_recourse is not None:
        bill.with_recourse = with_recourse
        fields.append("with_recourse")
    if item_id is not None:
        bill.item_id = item_id
        fields.append("item")
    bill.save(update_fields=fields)
