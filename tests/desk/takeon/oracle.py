"""What a history means, computed a second time: plain Python over the file's own rows, day by day, no code shared.

It knows nothing of a ledger. A document is open from the day it is issued to the day it is settled; a settled credit
note eats into the oldest open invoices of its customer and currency on its day, after those settled that day are gone.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

Key = tuple[str, str]  # customer, currency
Figures = tuple[tuple[Decimal, ...], Decimal]  # buckets, unapplied

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Document:
    customer: str
    kind: str
    number: str
    currency: str
    amount: Decimal
    issued_on: date
    due_on: date
    settled_on: date | None


def late_payments(path: Path, pattern: str) -> list[Document]:
    documents = []
    for row in _rows(path):
        if not (row["invoicedate"] and row["duedate"] and row["settleddate"] and row["invoiceamount"]):
            continue
        issued, due, settled = (
            datetime.strptime(row[name], pattern).date()  # noqa: DTZ007
            for name in ("invoicedate", "duedate", "settleddate")
        )
        amount = Decimal(row["invoiceamount"])
        documents.append(
            Document(row["customerid"], "invoice", row["invoicenumber"], "USD", amount, issued, due, settled)
        )
    return documents


def open_items(path: Path) -> list[Document]:
    documents = []
    for row in _rows(path):
        number = row["doc_id"].removesuffix(".0")
        amount = Decimal(row["converted_usd"]).quantize(CENT, rounding=ROUND_HALF_UP)
        issued, due = date.fromisoformat(row["posting_date"]), date.fromisoformat(row["due_in_date"])
        settled = date.fromisoformat(row["clear_date"]) if row["clear_date"] else None
        documents.append(Document(row["cust_number"], "invoice", number, "USD", amount, issued, due, settled))
    return documents


def standard(path: Path) -> list[Document]:
    return [
        Document(
            row["customer_code"],
            row["document_type"],
            row["document_number"],
            row["currency"],
            Decimal(row["amount"]),
            date.fromisoformat(row["issued_on"]),
            date.fromisoformat(row["due_on"] or row["issued_on"]),
            date.fromisoformat(row["settled_on"]) if row["settled_on"] else None,
        )
        for row in _rows(path)
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name.strip().lower(): cell.strip() for name, cell in row.items()} for row in csv.DictReader(file)]


def aging(documents: list[Document], as_of: date) -> dict[Key, Figures]:
    """Buckets by due date (not due, 1-30, 31-60, 61-90, 91 and more) and credits; nothing that is zero throughout."""
    groups: dict[Key, list[Document]] = {}
    for document in documents:
        groups.setdefault((document.customer, document.currency), []).append(document)
    report = {}
    for key, of_customer in groups.items():
        buckets, unapplied = [Decimal(0)] * 5, Decimal(0)
        for document, amount in left_open(of_customer, as_of):
            if document.kind == "credit_note":
                unapplied -= amount
            else:
                late = (as_of - document.due_on).days
                buckets[0 if late <= 0 else min((late - 1) // 30 + 1, 4)] += amount
        if any(buckets) or unapplied:
            report[key] = (tuple(buckets), unapplied)
    return report


def left_open(documents: list[Document], as_of: date) -> list[tuple[Document, Decimal]]:
    """What is open of one customer and currency at the end of `as_of`."""
    left: dict[Document, Decimal] = {}
    days = {document.issued_on for document in documents} | {d.settled_on for d in documents if d.settled_on}
    for day in sorted(day for day in days if day <= as_of):
        left |= {document: document.amount for document in documents if document.issued_on == day}
        settled = [document for document in documents if document.settled_on == day]
        for document in settled:
            if document.kind == "invoice":
                left[document] = Decimal(0)
        for document in settled:
            if document.kind == "credit_note":
                _use_up(left, document)
    return [(document, amount) for document, amount in left.items() if amount]


def _use_up(left: dict[Document, Decimal], credit: Document) -> None:
    for invoice in sorted((d for d in left if d.kind == "invoice"), key=lambda d: (d.issued_on, d.due_on)):
        used = min(left[invoice], left[credit])
        left[invoice] -= used
        left[credit] -= used
    left[credit] = Decimal(0)  # the rest is refunded
