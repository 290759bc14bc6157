"""Finding anything by what somebody remembers of it: each way by its own index, so many rows cost what few cost."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arap.core.models import Company, User
from arap.desk.models import Opened
from arap.desk.recent import KEPT
from arap.ledger.history import find_amount, find_documents
from arap.ledger.models import Document
from customers.models import Customer
from customers.queries import search
from invoices.models import Invoice
from receipts.models import Receipt
from statements.models import Statement

# Shorter words have no trigrams, and a million receipts would be read for them.
WORDS_LENGTH_MIN = 3
# Of words that many receipts have, the latest of so many are found: enough for a list that asks to type more.
WORDS_READ_MAX = 500


@dataclass(slots=True)
class Found:
    """What matches, at most so many of each kind."""

    customers: list[Customer] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    of_amount: list[Document] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    @property
    def sizes(self) -> list[int]:
        """How many there are of each kind."""
        kinds: list[list[Any]] = [self.customers, self.documents, self.of_amount, self.receipts, self.invoices]
        return [len(each) for each in [*kinds, self.statements]]


def find_all(company: Company, text: str, amount: Decimal | None, *, limit: int) -> Found:
    """Everything of the company that matches `text`, which may be an amount. A constant number of queries."""
    if not text or "\x00" in text:
        return Found()
    documents = find_documents(company, text, limit=limit)
    named = {document.pk for document in documents}
    of_amount = find_amount(company, amount, limit=limit) if amount else []
    return Found(
        customers=_customers(company, text, limit),
        documents=documents,
        of_amount=[document for document in of_amount if document.pk not in named],
        receipts=_receipts(company, text, amount, limit),
        invoices=_ordered(company, text, limit),
        statements=_statements(company, text, limit),
    )


def _customers(company: Company, text: str, limit: int) -> list[Customer]:
    """By any part; by one letter alone only who has it as a code, for everybody's name has it."""
    if len(text) > 1:
        return list(search(company, text, is_short=True)[:limit])
    return list(Customer.objects.filter(company=company, code__in=sorted({text, text.upper()}))[:limit])


def _receipts(company: Company, text: str, amount: Decimal | None, limit: int) -> list[Receipt]:
    """Those with this payer's account or these words, and those of this amount that are not in the book."""
    ours = Receipt.objects.filter(company=company).order_by()
    ways = [ours.filter(payer_account=text)]
    if amount:
        ways.append(ours.filter(amount=abs(amount), state__in=[Receipt.State.RECORDED, Receipt.State.REJECTED]))
    if len(text) >= WORDS_LENGTH_MIN:
        ways += [ours.filter(payer_name__icontains=text), ours.filter(remittance__icontains=text)]
    first, *others = [way.values_list("pk")[:WORDS_READ_MAX] for way in ways]
    ids = first.union(*others)
    found = Receipt.objects.filter(company=company, pk__in=ids).select_related("customer", "document")
    return list(found.order_by("-received_on", "-pk")[:limit])


def _ordered(company: Company, text: str, limit: int) -> list[Invoice]:
    """Invoices, drafts too, of a customer's order with this number."""
    found = Invoice.objects.filter(company=company, order_number__in=sorted({text, text.upper()}))
    return list(found.exclude(order_number="").select_related("customer", "document").order_by("-pk")[:limit])


def _statements(company: Company, text: str, limit: int) -> list[Statement]:
    found = Statement.objects.filter(company=company, number=text.upper()).select_related("customer")
    return list(found[:limit])


Thing = Customer | Invoice | Receipt | Document | Statement


def recent(company: Company, user: User) -> list[tuple[Opened.Kind, Thing]]:
    """What `user` opened last in the company and is still there, the latest first. One query for each kind among it."""
    rows = Opened.objects.filter(company=company, user=user).order_by("-opened_at", "-pk")[:KEPT]
    opened = [(Opened.Kind(kind), pk) for kind, pk in rows.values_list("kind", "object_id")]
    there: dict[tuple[Opened.Kind, int], Thing] = {}
    for kind, queryset in _BY_KIND.items():
        ids = [pk for of, pk in opened if of == kind]
        if ids:
            there |= {(kind, each.pk): each for each in queryset.filter(company=company, pk__in=ids)}
    return [(kind, there[kind, pk]) for kind, pk in opened if (kind, pk) in there]


_BY_KIND: dict[Opened.Kind, Any] = {
    Opened.Kind.CUSTOMER: Customer.objects.all(),
    Opened.Kind.INVOICE: Invoice.objects.select_related("customer", "document"),
    Opened.Kind.RECEIPT: Receipt.objects.select_related("customer", "document"),
    Opened.Kind.DOCUMENT: Document.objects.select_related("customer", "text"),
    Opened.Kind.STATEMENT: Statement.objects.select_related("customer"),
}
