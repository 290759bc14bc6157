"""Registering a bill that a customer paid with: the debts it pays are settled, the bill stays a claim until its day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from arap.core.errors import Invalid, MissingRate, NotFound, Refused
from arap.core.models import Company, User
from arap.core.money import CURRENCIES, ZERO, is_exact
from arap.core.queries import rate_histories
from arap.core.rates import rate_from
from arap.ledger.actions import NewDocument, NewItem, Pair, apply, book_transaction, lock, post_documents
from arap.ledger.models import Item
from bills.actions.held import note_event
from bills.models import Bill, BillEvent
from bills.queries import open_debts
from bills.rules import CENTS_MAX, Interval, latest_due
from customers.models import Customer

TEXTS = {"number": 40, "drawer": 200, "acceptor": 200, "note": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBill:
    """A bill as it was received. `first_cent` and `last_cent` are its part of a package; zero if it has none."""

    customer_id: int
    kind: str
    number: str
    acceptor: str
    issued_on: date
    due_on: date
    currency: str
    amount: Decimal
    received_on: date
    drawer: str = ""
    first_cent: int = 0
    last_cent: int = 0
    note: str = ""


@book_transaction
def register_bill(company: Company, new: NewBill, *, by: User, amounts: Mapping[int, Decimal] | None = None) -> Bill:
    """Register a bill and settle with it the open items of `amounts` (item id -> amount above zero); without them the
    oldest that it is enough for. What is not applied stays on the customer's account.

    Raises Invalid (the field), MissingRate, NotFound, Refused (bill_known, period_closed, and as the book:
    over_applied, other_customer, other_currency).
    """
    _check(company, new)
    lock(company, dates=[new.received_on], customers=[new.customer_id])
    _check_unknown(company, new)
    posted = post_documents(company, [document_of(company, new)], by=by, verb="bill.received")[0]
    claim_id, credit_id = posted.item_ids
    try:
        with transaction.atomic():
            bill = Bill.objects.create(
                company=company,
                customer_id=new.customer_id,
                kind=new.kind,
                number=new.number,
                first_cent=new.first_cent,
                last_cent=new.last_cent,
                drawer=new.drawer,
                acceptor=new.acceptor,
                issued_on=new.issued_on,
                due_on=new.due_on,
                currency=new.currency,
                amount=new.amount,
                received_on=new.received_on,
                document_id=posted.document_id,
                item_id=claim_id,
            )
    except IntegrityError as error:  # somebody else registered it at the same instant, for another customer
        raise Refused("bill_known", _("This bill is registered already."), field="number") from error
    note_event(bill, BillEvent.Kind.RECEIVED, new.received_on, posted.document_id, by=by, note=new.note)
    chosen = _oldest(company, new) if amounts is None else dict(amounts)
    if chosen:
        _apply(company, credit_id, chosen, new, by)
    return bill


def document_of(company: Company, new: NewBill) -> NewDocument:
    """What registering puts into the book: a claim on the account of bills, and a credit that pays debts."""
    return NewDocument(
        kind="bill",
        customer_id=new.customer_id,
        currency=new.currency,
        rate=_rate(company, new),
        document_on=new.received_on,
        posted_on=new.received_on,
        reference=new.number,
        memo=new.note,
        items=[
            NewItem(account="bills", amount=new.amount, due_on=new.due_on),
            NewItem(account="receivable", amount=-new.amount, due_on=new.received_on),
        ],
    )


def _check(company: Company, new: NewBill) -> None:
    if new.currency not in CURRENCIES:
        raise Invalid("invalid_bill", _("This is not a currency."), field="currency")
    if new.amount <= 0 or not is_exact(new.amount, new.currency):
        raise Invalid("invalid_bill", _("An amount is above zero, in the currency's decimals."), field="amount")
    if new.kind not in Bill.Kind.values:
        raise Invalid("invalid_bill", _("This is not a kind of bill."), field="kind")
    for field, most in TEXTS.items():
        if len(getattr(new, field)) > most or "\x00" in getattr(new, field):
            raise Invalid("invalid_bill", _("The text is too long."), field=field)
    for field in ("number", "acceptor"):
        if not getattr(new, field).strip():
            raise Invalid("invalid_bill", _("This is needed."), field=field)
    _check_days(new)
    _check_interval(new)
    if not Customer.objects.filter(company=company, pk=new.customer_id).exists():
        raise NotFound("unknown_customer", _("There is no such customer."))


def _check_days(new: NewBill) -> None:
    if new.due_on < new.issued_on:
        raise Invalid("invalid_bill", _("A bill does not fall due before it is issued."), field="due_on")
    if new.received_on < new.issued_on:
        raise Invalid("invalid_bill", _("A bill is not received before it is issued."), field="received_on")
    if new.kind != Bill.Kind.OTHER and new.due_on > latest_due(new.issued_on):
        told = {"last": latest_due(new.issued_on).isoformat()}
        raise Invalid(
            "invalid_bill", _("A bill of this kind falls due on %(last)s at the latest.") % told, field="due_on"
        )


def _check_interval(new: NewBill) -> None:
    if not new.first_cent and not new.last_cent:
        return
    if new.first_cent < 1 or new.last_cent < new.first_cent or new.last_cent > CENTS_MAX:
        raise Invalid(
            "invalid_bill", _("A sub-interval is two numbers from 1, of at most 12 digits."), field="first_cent"
        )
    if new.currency != "CNY" or Interval(new.first_cent, new.last_cent).amount != new.amount:
        told = {"amount": Interval(new.first_cent, new.last_cent).amount}
        raise Invalid("invalid_bill", _("This sub-interval is CNY %(amount)s.") % told, field="last_cent")


def _check_unknown(company: Company, new: NewBill) -> None:
    """No cent of a package is registered twice; a bill without an interval is the whole of its number."""
    standing = Bill.objects.filter(company=company, number=new.number).exclude(
        state__in=[Bill.State.SPLIT, Bill.State.WITHDRAWN]
    )
    if new.first_cent:
        standing = standing.filter(first_cent__lte=new.last_cent, last_cent__gte=new.first_cent) | standing.filter(
            first_cent=0
        )
    if standing.exists():
        raise Refused("bill_known", _("This bill is registered already."), field="number")


def _rate(company: Company, new: NewBill) -> Decimal:
    if new.currency == company.base_currency:
        return Decimal(1)
    rate = rate_from(rate_histories(company).get(new.currency, ()), new.received_on)
    if rate is None:
        on = new.received_on.isoformat()
        told = {"currency": new.currency, "on": on}
        sentence = _("There is no exchange rate for %(currency)s on %(on)s.") % told
        raise MissingRate("missing_rate", sentence, currency=new.currency, on=on)
    return rate


def _oldest(company: Company, new: NewBill) -> dict[int, Decimal]:
    chosen: dict[int, Decimal] = {}
    left = new.amount
    for item in open_debts(company, new.customer_id, new.currency).filter(posted_on__lte=new.received_on):
        part = min(left, item.open_amount)
        if not part:
            break
        chosen[item.pk] = part
        left -= part
    return chosen


def _apply(company: Company, credit_id: int, chosen: Mapping[int, Decimal], new: NewBill, by: User) -> None:
    for amount in chosen.values():
        if amount <= 0 or not is_exact(amount, new.currency):
            raise Invalid("amount", _("An amount is above zero, in the currency's decimals."), field="amounts")
    if sum(chosen.values(), ZERO) > new.amount:
        raise Refused("not_enough", _("More is applied than the bill is worth."), field="amounts")
    days = Item.objects.filter(company=company, pk__in=list(chosen)).values_list("posted_on", flat=True)
    on = max([new.received_on, *days])
    pairs = [Pair(credit_id, item, amount) for item, amount in chosen.items()]
    apply(company, pairs, effective_on=on, by=by, policy="bill", verb="bill.apply", reason=new.number)
