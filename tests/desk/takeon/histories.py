"""Histories to load: files with the quirks of the real ones, made from a seed."""

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from arap.core.money import CURRENCIES

STANDARD = [
    "customer_code", "customer_name", "customer_name_local", "country", "parent_code", "payer_accounts", "currency",
    "document_type", "document_number", "reference", "order_number", "issued_on", "due_on", "amount", "settled_on",
    "discount_terms",
]  # fmt: skip
LATE_PAYMENTS = [
    "countryCode", "customerID", "PaperlessDate", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount",
    "Disputed", "SettledDate", "PaperlessBill", "DaysToSettle", "DaysLate",
]  # fmt: skip
OPEN_ITEMS = [
    "Unnamed: 0", "business_code", "cust_number", "name_customer", "clear_date", "buisness_year", "doc_id",
    "posting_date", "due_in_date", "baseline_create_date", "cust_payment_terms", "converted_usd",
]  # fmt: skip

FIRST_DAY = date(2023, 1, 1)


def write(path: Path, header: list[str], rows: list[list[Any]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def standard_row(**cells: Any) -> list[Any]:
    """One row of the standard file; what is not given is empty, and the currency is CNY."""
    row = {"currency": "CNY", "document_type": "invoice", "issued_on": "2024-01-10", "amount": "100.00", **cells}
    assert set(row) <= set(STANDARD)
    return [row.get(name, "") for name in STANDARD]


def standard_file(path: Path, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
    return write(path, STANDARD, [standard_row(**row) for row in rows], encoding)


def random_standard(path: Path, *, seed: int, count: int = 400, customers: int = 12) -> Path:
    """Invoices and credit notes of few customers, so that credit notes meet invoices settled before and after them."""
    rnd = random.Random(seed)
    rows = []
    for number in range(count):
        customer = f"C-{rnd.randrange(customers):03d}"
        currency = rnd.choice(["CNY", "CNY", "CNY", "USD", "JPY", "KWD"])
        issued = FIRST_DAY + timedelta(days=rnd.randrange(500))
        is_credit = rnd.random() < 0.2
        settled = issued + timedelta(days=rnd.choice([0, 1, 5, 20, 45, 90, 200])) if rnd.random() < 0.65 else None
        rows.append(
            {
                "customer_code": customer,
                "customer_name": f"Customer {customer}",
                "customer_name_local": f"客户{customer[-3:]}",
                "country": "CN",
                "currency": currency,
                "document_type": "credit_note" if is_credit else "invoice",
                "document_number": f"D-{number:05d}",
                "issued_on": issued,
                "due_on": issued + timedelta(days=rnd.choice([0, 15, 30, 60])) if rnd.random() < 0.9 else "",
                "amount": Decimal(rnd.randint(1, 500_000)).scaleb(-CURRENCIES[currency]),
                "settled_on": settled or "",
            }
        )
    rnd.shuffle(rows)
    return standard_file(path, rows)


def random_late_payments(path: Path, *, pattern: str, seed: int, count: int = 300) -> Path:
    """Header in another case, customers in several countries, customers' dates missing, blanks that reject a row."""
    rnd = random.Random(seed)

    def spelt(day: date) -> str:
        text = day.strftime(pattern)
        return text if rnd.random() < 0.5 else "/".join(part.lstrip("0") for part in text.split("/"))

    rows = []
    for number in range(count):
        issued = FIRST_DAY + timedelta(days=rnd.randrange(600))
        settled = issued + timedelta(days=rnd.randrange(1, 75))
        paperless = spelt(FIRST_DAY) if rnd.random() < 0.9 else ""
        row = [
            rnd.choice(["391", "770", "818"]),
            f"{rnd.randrange(20):04d}-ABCDE",
            paperless,
            str(1_000_000_000 + number),
            spelt(issued),
            spelt(issued + timedelta(days=30)),
            f"{rnd.randint(100, 12_000) / 100}",
            rnd.choice(["Yes", "No"]),
            spelt(settled),
            rnd.choice(["Paper", "Electronic", ""]),
            (settled - issued).days,
            max((settled - issued).days - 30, 0),
        ]
        if number % 50 == 49:
            row[rnd.choice([4, 5, 6, 8])] = ""
        rows.append(row)
    return write(path, ["countrycode", *LATE_PAYMENTS[1:]], rows)


def random_open_items(path: Path, *, seed: int, count: int = 300) -> Path:
    """Numbers as floats, float noise in amounts, several names for one number, some due before they were posted."""
    rnd = random.Random(seed)
    rows = []
    for number in range(count):
        posted = FIRST_DAY + timedelta(days=rnd.randrange(120))
        cleared = posted + timedelta(days=rnd.randrange(1, 60)) if rnd.random() < 0.3 else ""
        rows.append(
            [
                number * 3,
                f"U{rnd.randrange(5):03d}",
                f"0{200_700_000 + rnd.randrange(30)}" if rnd.random() < 0.9 else f"CCU{rnd.randrange(3):03d}",
                f"NAME {rnd.choice(['corp', 'llc', 'us', ' '])}",
                cleared,
                f"{posted.year}.0",
                f"{1_930_000_000 + number}.0",
                posted,
                posted + timedelta(days=rnd.choice([-3, 0, 15, 15, 30, 60])),
                posted,
                "NAA8",
                repr(rnd.randint(50, 9_000_000) / 100 * rnd.choice([1, 1.07, 0.93])),
            ]
        )
    return write(path, OPEN_ITEMS, rows)
