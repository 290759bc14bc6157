"""Reads around bills: the register, what a bill paid, and what an act would change, told before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from arap.core.models import Company
from arap.core.money import ZERO
from arap.ledger.actions import NewDocument, NewItem, NewLine
from arap.ledger.models import Account, Entry, Item, JournalLine
from bills.models import Bill, BillEvent
from bills.rules import Claim, claims_within
from receipts.queries.effects import Posting

STANDING = ("held", "endorsed", "discounted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is still to come on bills of a currency, and for how much of it we would answer."""

    currency: str
    held: Decimal
    answered_for: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What a bill paid, with the item; none for what was not applied."""

    claim: Claim
    item: Item | None


def bills(company: Company) -> QuerySet[Bill]:
    """All of the company with what their rows show, the next due first."""
    return Bill.objects.filter(company=company).select_related("customer", "item", "document")


def still_open(found: QuerySet[Bill]) -> QuerySet[Bill]:
    """Those of which money is still to come, or for which we would answer."""
    return found.filter(Q(state="held", item__settled_on=date.max) | Q(state__in=STANDING[1:], with_recourse=True))


def owed_on_bills(company: Company) -> list[Owed]:
    """What is open on bills, by currency. One query."""
    rows = (
        still_open(Bill.objects.filter(company=company))
        .order_by("currency")
        .values("currency")
        .annotate(
            held=Sum("item__open_amount", filter=Q(state="held"), default=ZERO),
            answered_for=Sum("amount", filter=~Q(state="held"), default=ZERO),
        )
    )
    return [Owed(**row) for row in rows]


def open_debts(company: Company, customer_id: int, currency: str) -> QuerySet[Item]:
    """What the customer owes in `currency` and a bill can pay, the oldest first."""
    rows = Item.objects.filter(company=company, customer=customer_id, currency=currency, settled_on=date.max)
    return rows.filter(amount__gt=0, account__role="receivable").select_related("document").order_by("due_on", "pk")


def credit_of(bill: Bill) -> Item:
    """The credit with which the bill, or the whole it was split from, pays debts."""
    whole = bill
    while whole.parent is not None:
        whole = whole.parent
    received = whole.events.get(kind=BillEvent.Kind.RECEIVED)
    return Item.objects.get(document=received.document_id, amount__lt=0)


def claims_of(bill: Bill) -> list[Claim]:
    """What the whole bill paid, in the order of application; what was not applied comes last, with the bill's day."""
    credit = credit_of(bill)
    live = Entry.objects.filter(item=credit, application__isnull=False, reverses=None, reversed_by=None)
    rows = live.order_by("pk").values_list(
        "counter_item_id", "amount", "counter_item__original_due_on", "counter_item__aged_from_on"
    )
    claims = [Claim(item, abs(amount), due_on, aged_from_on) for item, amount, due_on, aged_from_on in rows]
    if credit.open_amount:
        claims.append(Claim(None, -credit.open_amount, bill.due_on, bill.due_on))
    return claims


def paid_by(bill: Bill) -> list[Paid]:
    """What the bill, or its part of the whole, paid. Three queries."""
    claims = claims_within(claims_of(bill), bill.starts_at, bill.amount)
    known = Item.objects.select_related("document").in_bulk([claim.item_id for claim in claims if claim.item_id])
    return [Paid(claim=claim, item=known[claim.item_id] if claim.item_id else None) for claim in claims]


def postings_of(company: Company, document: NewDocument) -> list[Posting]:
    """The journal lines that posting the document would write, by account."""
    known = {account.role: account for account in Account.objects.filter(company=company)}
    sums: dict[str, Decimal] = {}
    parts: list[NewItem | NewLine] = [*document.items, *document.lines]
    for part in parts:
        sums[part.account] = sums.get(part.account, ZERO) + part.amount
    closed = Item.objects.select_related("account").in_bulk([closing.item_id for closing in document.closings])
    for closing in document.closings:
        role = closed[closing.item_id].account.role
        sums[role] = sums.get(role, ZERO) - closing.amount
    return [Posting(known[role], amount, ZERO) for role, amount in sums.items() if amount]


def undo_postings(event: BillEvent) -> list[Posting]:
    """What undoing the event would post: its lines, and those of the applications that fall with it, mirrored."""
    lines = JournalLine.objects.filter(document=event.document_id)
    applied = Entry.objects.filter(
        item__document=event.document_id, application__isnull=False, reverses=None, reversed_by=None
    ).values("application")
    rows = (lines | JournalLine.objects.filter(application__in=applied)).order_by()
    sums = rows.values("account").annotate(amount=Sum("amount"), base=Sum("base_amount")).order_by("account__code")
    known = Account.objects.in_bulk([row["account"] for row in sums])
    return [
        Posting(known[row["account"]], -row["amount"], -row["base"]) for row in sums if row["amount"] or row["base"]
    ]


def last_event(bill: Bill) -> BillEvent | None:
    """What was done last and is not undone: only that can be undone."""
    found = bill.events.exclude(kind=BillEvent.Kind.UNDONE).filter(undone_by=None).order_by("-pk")
    return found.select_related("document", "item_before").first()


def events_of(bill: Bill) -> Sequence[BillEvent]:
    """All that was done with the bill, the first first, each with whether it was undone. One query."""
    rows = bill.events.select_related("document", "by", "undoes").annotate(undone=F("undone_by"))
    return list(rows.order_by("pk"))
