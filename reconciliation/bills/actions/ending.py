"""How a bill ends: paid to us, paid to whom we passed it on, or dishonoured (拒付)."""

from datetime import date

from django.utils.translation import gettext as _

from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.ledger.actions import Closing, NewDocument, NewItem, NewLine, Pair, apply, book_transaction, post_documents
from bills.actions.held import closing_document, locked, note_event, set_state
from bills.models import Bill, BillEvent
from bills.queries import claims_of
from bills.rules import claims_within
from receipts.actions import NewReceipt, apply_receipt, record_receipt
from receipts.actions.recording import Recorded

Kind = BillEvent.Kind
State = Bill.State


@book_transaction
def collect_bill(company: Company, bill_id: int, *, on: date, by: User, bank_account_id: int | None = None) -> Recorded:
    """The acceptor paid us on `on`: a receipt that settles the bill, as any receipt it can be returned.

    Where a second person confirms receipts of this amount it waits for that and is applied by hand afterwards. Raises
    NotFound, Refused (bill_state, bill_paid, before_posting, period_closed), Invalid (bank_account), MissingRate.
    """
    bill = locked(company, bill_id, on, State.HELD)
    new = NewReceipt(
        amount=bill.amount,
        currency=bill.currency,
        received_on=on,
        customer_id=bill.customer_id,
        bank_account_id=bank_account_id,
        payer_name=bill.acceptor,
        remittance=bill.number,
    )
    recorded = record_receipt(company, new, by=by)
    if recorded.document_id is not None:
        apply_receipt(
            company, recorded.receipt_id, {bill.item_id: bill.amount}, effective_on=on, by=by, with_discount=False
        )
    return recorded


@book_transaction
def settle_bill(company: Company, bill_id: int, *, on: date, by: User) -> Bill:
    """The acceptor paid a bill that we passed on with recourse: claim and liability end together.

    Raises NotFound, Refused (bill_state, before_posting, period_closed).
    """
    bill = locked(company, bill_id, on, State.ENDORSED, State.DISCOUNTED)
    _require_recourse(bill)
    posted = post_documents(company, [settling_document(bill, on)], by=by, verb="bill.settled")[0]
    pair = Pair(posted.item_ids[0], bill.item_id, bill.amount)
    apply(company, [pair], effective_on=on, by=by, policy="bill", verb="bill.settled")
    before = bill.state
    set_state(bill, State.PAID.value)
    note_event(bill, Kind.SETTLED, on, posted.document_id, by=by, state_before=before)
    return bill


def settling_document(bill: Bill, on: date) -> NewDocument:
    """What the payment of the acceptor puts into the book."""
    return closing_document(bill, [NewLine(account="bills_liability", amount=bill.amount)], on)


@book_transaction
def dishonour_bill(company: Company, bill_id: int, *, on: date, by: User, note: str = "") -> Bill:
    """The acceptor did not pay: what the bill paid is owed again, each with the due date it had.

    Who received the bill from us takes the money back. Raises NotFound, Refused (bill_state, bill_paid,
    before_posting, period_closed), Invalid (note).
    """
    bill = locked(company, bill_id, on, State.HELD, State.ENDORSED, State.DISCOUNTED)
    if len(note) > 200:
        raise Invalid("invalid_bill", _("The text is too long."), field="note")
    document = dishonour_document(bill, on, note)
    posted = post_documents(company, [document], by=by, verb="bill.dishonoured")[0]
    before = bill.state
    set_state(bill, State.DISHONOURED.value)
    note_event(
        bill,
        Kind.DISHONOURED,
        on,
        posted.document_id,
        by=by,
        note=note,
        state_before=before,
        item_before_id=bill.item_id,
    )
    return bill


def dishonour_document(bill: Bill, on: date, note: str = "") -> NewDocument:
    """The debts again with their dates. Where the claim had left the book, what we pay back stands against them."""
    stays = bill.state == State.HELD or bill.with_recourse
    taker = "payables_clearing" if bill.state == State.ENDORSED else "bank"
    lines = [] if bill.state == State.HELD else [NewLine(account=taker, amount=-bill.amount)]
    if lines and stays:
        lines.append(NewLine(account="bills_liability", amount=bill.amount))
    return NewDocument(
        kind="bill",
        customer_id=bill.customer_id,
        currency=bill.currency,
        rate=bill.document.rate,
        document_on=on,
        posted_on=on,
        reference=bill.number,
        memo=note,
        items=[
            NewItem(
                account="receivable",
                amount=claim.amount,
                due_on=claim.original_due_on,
                original_due_on=claim.original_due_on,
                aged_from_on=claim.aged_from_on,
                origin_item_id=claim.item_id or bill.item_id,
            )
            for claim in claims_within(claims_of(bill), bill.starts_at, bill.amount)
        ],
        lines=lines,
        closings=[Closing(item_id=bill.item_id, amount=bill.amount)] if stays else [],
    )


def _require_recourse(bill: Bill) -> None:
    if not bill.with_recourse:
        raise Refused("bill_state", _("Nothing is owed for this bill any more."))
