"""Passing a bill on: endorsing it to somebody we owe (背书转让), or selling it to a bank before its day (贴现).

With recourse we answer for the bill: the claim stays in the book, and what was received for it is a liability until the
acceptor pays (CAS 23 art. 7, IFRS 9 3.2.6(b)). Without recourse the claim is gone.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.core.money import ZERO, is_exact
from arap.ledger.actions import NewDocument, NewLine, Pair, apply, book_transaction, post_documents
from bills.actions.held import base_currency_only, closing_document, lines_document, locked, note_event, set_state
from bills.models import Bill, BillEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """To whom, on which day, whether we answer for it; `interest` is what a bank keeps, in the bill's currency."""

    on: date
    party: str
    with_recourse: bool
    interest: Decimal = ZERO
    note: str = ""


def endorse_bill(company: Company, bill_id: int, passing: Passing, *, by: User) -> Bill:
    """Pay somebody with the bill. Raises NotFound, Invalid (party), Refused (bill_state, bill_paid, other_currency,
    before_posting, period_closed).
    """
    return _pass_on(company, bill_id, passing, Bill.State.ENDORSED, by)


def discount_bill(company: Company, bill_id: int, passing: Passing, *, by: User) -> Bill:
    """Sell the bill to a bank for its amount less the interest. Raises as endorse_bill, and Invalid (interest)."""
    return _pass_on(company, bill_id, passing, Bill.State.DISCOUNTED, by)


@book_transaction
def _pass_on(company: Company, bill_id: int, passing: Passing, state: Bill.State, by: User) -> Bill:
    bill = locked(company, bill_id, passing.on, Bill.State.HELD)
    base_currency_only(bill)
    if not passing.party.strip() or len(passing.party) > 200:
        raise Invalid("invalid_bill", _("Say who receives the bill."), field="party")
    document = passing_document(bill, passing, state)
    posted = post_documents(company, [document], by=by, verb=f"bill.{state.value}")[0]
    if not passing.with_recourse:
        pair = Pair(posted.item_ids[0], bill.item_id, bill.amount)
        apply(company, [pair], effective_on=passing.on, by=by, policy="bill", verb=f"bill.{state.value}")
    set_state(bill, state.value, with_recourse=passing.with_recourse)
    note_event(
        bill,
        BillEvent.Kind(state.value),
        passing.on,
        posted.document_id,
        by=by,
        party=passing.party,
        interest=passing.interest,
        note=passing.note,
        state_before=Bill.State.HELD.value,
    )
    return bill


def passing_document(bill: Bill, passing: Passing, state: Bill.State) -> NewDocument:
    """What passing it on puts into the book. Raises Invalid("invalid_bill", field="interest")."""
    if state == Bill.State.ENDORSED:
        received = [NewLine(account="payables_clearing", amount=bill.amount)]
    else:
        if not ZERO <= passing.interest < bill.amount or not is_exact(passing.interest, bill.currency):
            raise Invalid(
                "invalid_bill", _("The interest is less than the bill, in the currency's decimals."), field="interest"
            )
        received = [NewLine(account="bank", amount=bill.amount - passing.interest)]
        if passing.interest:
            received.append(NewLine(account="discount_interest", amount=passing.interest))
    if passing.with_recourse:
        liability = NewLine(account="bills_liability", amount=-bill.amount)
        return lines_document(bill, [*received, liability], passing.on, passing.note)
    return closing_document(bill, received, passing.on, passing.note)
