"""What was found, as a list shows it: groups of hits, each a link with what tells it from others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from arap.core import wording
from arap.desk.models import Opened
from arap.desk.queries.finding import Found, Thing
from arap.ledger.models import Document
from customers.models import Customer
from invoices.models import Invoice
from receipts.models import Receipt
from statements.models import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A row: where it leads, its name (of customers in the other script besides), what it is, an amount or none."""

    url: str
    name: str
    other: str = ""
    facts: tuple[str, ...] = ()
    on: date | None = None
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind. `anchor` names it in the page."""

    anchor: str
    title: str
    hits: Sequence[Hit]


def groups_of(found: Found) -> list[Group]:
    """What was found by kind; no kind that has nothing."""
    groups = [
        Group("customers", _("Customers"), _each(found.customers)),
        Group("documents", _("Documents"), _each(found.documents)),
        Group("amounts", _("Documents of this amount"), _each(found.of_amount)),
        Group("receipts", _("Receipts"), _each(found.receipts)),
        Group("invoices", _("Invoices by order number"), _each(found.invoices)),
        Group("statements", _("Statements of account"), _each(found.statements)),
    ]
    return [group for group in groups if group.hits]


def hit_of(thing: Thing) -> Hit:
    """How one thing is listed."""
    match thing:
        case Customer():
            return _customer(thing)
        case Document():
            return _document(thing)
        case Invoice():
            return _booked(thing, "invoices:detail", str(thing.get_kind_display()), thing.issued_on, thing.total)
        case Receipt():
            return _booked(thing, "receipts:detail", _("Receipt"), thing.received_on, thing.amount)
        case Statement():
            facts = (str(Opened.Kind.STATEMENT.label), _whose(thing.customer))
            return Hit(
                url=reverse("statements:detail", args=[thing.pk]), name=thing.number, facts=facts, on=thing.as_of
            )


def _each(things: Iterable[Thing]) -> list[Hit]:
    return [hit_of(thing) for thing in things]


def _customer(customer: Customer) -> Hit:
    name, other = wording.names(customer.name, customer.name_local)
    facts = tuple(each for each in (customer.code, customer.tax_id) if each)
    return Hit(url=reverse("desk:customer", args=[customer.pk]), name=name, other=other, facts=facts)


def _document(document: Document) -> Hit:
    text = getattr(document, "text", None)
    kind = str(Document.Kind(document.kind).label)
    facts = tuple(each for each in (kind, _whose(document.customer), text.reference if text else "") if each)
    return Hit(
        url=reverse("desk:document", args=[document.pk]),
        name=document.number,
        facts=facts,
        on=document.posted_on,
        amount=document.total,
        currency=document.currency,
    )


def _booked(thing: Invoice | Receipt, url_name: str, kind: str, on: date, amount: Decimal) -> Hit:
    """An invoice or a receipt: by its number, or, while it has none, by its state."""
    name = thing.document.number if thing.document else f"{kind} · {thing.get_state_display()}"
    facts = tuple(each for each in (kind if thing.document else "", _whose(thing.customer)) if each)
    said = thing.order_number if isinstance(thing, Invoice) else thing.payer_name or thing.remittance[:60]
    return Hit(
        url=reverse(url_name, args=[thing.pk]),
        name=name,
        facts=(*facts, said) if said else facts,
        on=on,
        amount=amount,
        currency=thing.currency,
    )


def _whose(customer: Customer | None) -> str:
    return wording.names(customer.name, customer.name_local)[0] if customer else ""
