"""Writing to the book in few words. Everything goes through the public actions; amounts are text, dates are dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection

from arap.core.models import Company, User
from arap.ledger.actions import (
    Applied,
    Closing,
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    Posted,
    apply,
    post_documents,
    replace,
    unapply,
)
from arap.ledger.models import Entry
from customers.actions import NewCustomer, create_customers

DAY = timedelta(days=1)


def customers(company: Company, *codes: str) -> list[int]:
    """Ids of new customers. A code `B<A` makes B a child of A, so that they are one group of debtors."""
    rows = [
        NewCustomer(code=code, name=code.title(), currency=company.base_currency, parent_code=parent)
        for code, _, parent in (text.partition("<") for text in codes)
    ]
    ids = create_customers(company, rows, by=None)
    return [ids[row.code] for row in rows]


def own_posting(company: Company) -> None:
    """The book makes one posting of all acts of a transaction. A test that rolls back is one transaction, and yet each
    of its acts shall have a position of its own."""
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("select set_config(%s, '', true)", [f"arap.posting_{company.pk}"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookkeeper:
    """Somebody who posts and applies in one company."""

    company: Company
    by: User | None = None

    def invoice(
        self,
        customer_id: int,
        amount: str,
        on: date,
        *,
        currency: str | None = None,
        rate: str = "1",
        parts: Sequence[tuple[str, date]] = (),
        due_on: date | None = None,
        number: str | None = None,
        key: str | None = None,
        reference: str = "",
    ) -> Posted:
        """Post an invoice: one item due on `due_on` (else on `on`), or one for each (amount, due) of `parts`."""
        parts = parts or [(amount, due_on or on)]
        items = [NewItem(account="receivable", amount=Decimal(part), due_on=due) for part, due in parts]
        return self.post("invoice", customer_id, items, "revenue", on, currency, rate, number, key, reference)

    def receipt(
        self,
        customer_id: int | None,
        amount: str,
        on: date,
        *,
        currency: str | None = None,
        rate: str = "1",
        key: str | None = None,
        account: str | None = None,
        number: str | None = None,
        reference: str = "",
    ) -> Posted:
        """Post a receipt: money of `customer_id`, or unidentified money when that is None."""
        account = account or ("unidentified" if customer_id is None else "receivable")
        items = [NewItem(account=account, amount=-Decimal(amount), due_on=on)]
        return self.post("receipt", customer_id, items, "bank", on, currency, rate, number, key, reference)

    def credit_note(self, customer_id: int, amount: str, on: date, **options: str) -> Posted:
        items = [NewItem(account="receivable", amount=-Decimal(amount), due_on=on)]
        currency, rate = options.get("currency"), options.get("rate", "1")
        return self.post("credit_note", customer_id, items, "revenue", on, currency, rate, None, None, "")

    def post(
        self,
        kind: str,
        customer_id: int | None,
        items: Sequence[NewItem],
        contra: str,
        on: date,
        currency: str | None,
        rate: str,
        number: str | None,
        key: str | None,
        reference: str,
    ) -> Posted:
        own_posting(self.company)
        document = NewDocument(
            kind=kind,
            customer_id=customer_id,
            currency=currency or self.company.base_currency,
            rate=Decimal(rate),
            document_on=on,
            posted_on=on,
            items=items,
            lines=[NewLine(account=contra, amount=-sum((item.amount for item in items), Decimal(0)))],
            number=number,
            reference=reference,
        )
        return post_documents(self.company, [document], by=self.by, verb=f"{kind}.post", key=key)[0]

    def apply(self, credit: int, debit: int, amount: str, on: date, *, key: str | None = None) -> Applied:
        """Apply `amount` of the credit item to the debit item, effective on `on`."""
        return self.apply_pairs([(credit, debit, amount)], on, key=key)

    def apply_pairs(self, pairs: Sequence[tuple[int, int, str]], on: date, *, key: str | None = None) -> Applied:
        own_posting(self.company)
        chosen = [Pair(credit, debit, Decimal(amount)) for credit, debit, amount in pairs]
        return apply(self.company, chosen, effective_on=on, by=self.by, policy="manual", key=key)

    def unapply(self, application_id: int, on: date, *, item_id: int | None = None) -> list[Applied]:
        """Undo an application, or only what it did to one item and that item's counterparts."""
        own_posting(self.company)
        entries = Entry.objects.filter(application_id=application_id)
        if item_id is not None:
            entries = entries.filter(item_id=item_id)
        ids = list(entries.values_list("pk", flat=True))
        return unapply(self.company, ids, effective_on=on, by=self.by, reason="mistake")

    def replace(
        self,
        kind: str,
        closings: Sequence[tuple[int, str]],
        items: Sequence[NewItem],
        on: date,
        *,
        currency: str | None = None,
    ) -> Posted:
        """Close (item, signed amount) and open `items` of equal amount and base."""
        own_posting(self.company)
        document = NewDocument(
            kind=kind,
            customer_id=next((item.customer_id for item in items if item.customer_id), None),
            currency=currency or self.company.base_currency,
            rate=Decimal(1),
            document_on=on,
            posted_on=on,
            items=items,
            closings=[Closing(item_id=item, amount=Decimal(amount)) for item, amount in closings],
        )
        return replace(self.company, document, by=self.by, verb=f"{kind}.post")
