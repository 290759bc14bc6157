"""Reads around refunds, and what their acts would change, told before they are done."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from arap.core.models import Company
from arap.core.money import ZERO, minor_unit, to_base
from arap.ledger.models import Account, Item
from arap.ledger.rules import share_of_base
from customers.models import BankAccount
from receipts.actions.paying_out import document_of, settles
from receipts.models import Payout, Refund
from receipts.queries.effects import Posting, both_sides, mirrored


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an act would do: the journal by account, and what is open of the credit before and after, above zero."""

    postings: list[Posting]
    open_now: Decimal
    open_after: Decimal


def refunds(company: Company) -> QuerySet[Refund]:
    """All of the company with what their rows show, the last asked for first."""
    rows = Refund.objects.filter(company=company)
    shown = ("item__document", "item__customer", "item__account", "account", "document", "payout")
    return rows.select_related("company", "requested_by", "decided_by", *shown)


def payouts(company: Company) -> QuerySet[Payout]:
    """All files of the company, the last made first; what is in them is not loaded."""
    rows = Payout.objects.filter(company=company).select_related("bank_account", "made_by", "xml", "csv")
    return rows.defer("xml__content", "csv__content")


def accounts_for(item: Item) -> QuerySet[BankAccount]:
    """The approved accounts to which a credit may be paid back."""
    assert item.customer is not None, "a credit that is refunded is a customer's"
    owner = item.customer.merged_into_id or item.customer_id
    rows = BankAccount.objects.filter(company=item.company_id, state=BankAccount.State.APPROVED)
    return rows.filter(customer=owner) | rows.filter(customer__merged_into=owner)


def paying(made: Refund, on: date) -> Change:
    """What it changes when it is paid on that day: the refund, and what the rate made of the credit meanwhile."""
    company, item = made.company, made.item
    document = document_of(made, on)
    base = to_base(made.amount, document.rate, company.base_currency)
    gone = share_of_base(-item.open_base_amount, -item.open_amount, made.amount, minor_unit(company.base_currency))
    known = {account.role: account for account in Account.objects.filter(company=company)}
    postings = [
        Posting(known[item.account.role], made.amount, gone),
        Posting(known["bank"], -made.amount, -base),
    ]
    if base != gone:
        postings.append(Posting(known["fx_gain_loss"], ZERO, base - gone))
    return Change(postings=postings, open_now=-item.open_amount, open_after=-item.open_amount - made.amount)


def returning(made: Refund) -> Change:
    """What it changes when the money comes back: all is mirrored, and the credit is open again."""
    entries = list(settles(made))
    documents = [made.document_id] if made.document_id else []
    back = sum((entry.amount for entry in entries), ZERO)
    return Change(
        postings=mirrored(made.company, both_sides(entries), documents),
        open_now=-made.item.open_amount,
        open_after=-made.item.open_amount + back,
    )
