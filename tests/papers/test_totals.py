"""What the paper says equals what `aging` says of the same day, read from the text of the PDF."""

import json
import re
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from receipts.actions import apply_receipt
from tests.papers.conftest import Writer, read

FIGURE = r"(?:[−]?[\d,]+(?:\.\d+)?|–)"
# The last head of the ages, whatever is in the lines of heads after it, and the seven figures below.
ROW = rf"{{head}}[^\n]*\n(?:[^\n]*[A-Za-z\u4e00-\u9fff][^\n]*\n|\s*\n)*\s*({FIGURE}(?: +{FIGURE}){{{{6}}}})\n"
LAST_HEAD = {"en": "Over 90 days", "zh-hans": "90 天以上", "both": "90 天以上"}


def number(text: str) -> Decimal:
    return Decimal(0) if text == "–" else Decimal(text.replace(",", "").replace("−", "-"))


def said(pdf: bytes, language: str) -> dict[str, dict[str, Any]]:
    """Currency -> balance in the head, and the figures by age below the lines, with what was not applied and total."""
    text = read(pdf, "-layout")
    balances = dict(re.findall(rf"\b([A-Z]{{3}}) +({FIGURE})$", text.partition("C-")[0], re.MULTILINE))
    rows = re.findall(ROW.format(head=LAST_HEAD[language]), text)
    assert len(rows) == len(balances), text
    found = {}
    for (currency, closing), row in zip(balances.items(), rows, strict=True):
        *ages, unapplied, total = map(number, row.split())
        found[currency] = {"ages": ages, "unapplied": unapplied, "total": total, "closing": number(closing)}
    return found


def write(writer: Writer) -> list[str]:
    """Three customers in four currencies: parts paid, credit left over, a balance in the customer's favour."""
    many = writer.customer("C-1", "Haichen")
    for currency, amounts in (
        ("CNY", ["1234.56", "99.99"]),
        ("USD", ["2500.10"]),
        ("JPY", ["125000"]),
        ("KWD", ["12.345", "1.001"]),
    ):
        for days_ago, due_in in ((20, 30), (50, 30), (80, 30), (200, 30)):
            writer.invoices(many, amounts, currency=currency, days_ago=days_ago, due_in=due_in)
    part = writer.customer("C-2", "Qiming")
    late = writer.invoices(part, ["1000000.00"], days_ago=120)[0]
    assert late.document
    receipt = writer.receipt(part, "400000.00")
    item = late.document.items.get()
    apply_receipt(writer.company, receipt.pk, {item.pk: Decimal("350000.50")}, effective_on=writer.today, by=writer.by)
    rich = writer.customer("C-3", "Lanstone")
    writer.invoices(rich, ["10.00"])
    writer.receipt(rich, "25.50")
    return ["C-1", "C-2", "C-3"]


@pytest.mark.parametrize("language", ["en", "zh-hans", "both"])
@pytest.mark.parametrize("kind", ["open", "activity"])
def test_papers_say_what_aging_says(
    committed_db: object, writer: Writer, tmp_path: Path, language: str, kind: str
) -> None:
    codes, day, out = write(writer), writer.today, StringIO()
    call_command("aging", company=writer.company.code, as_of=day, format="json", stdout=out)
    book = {(row["customer"], row["currency"]): row for row in json.loads(out.getvalue())["rows"]}
    assert len(book) == 6
    for code in codes:
        file = tmp_path / f"{code}.pdf"
        call_command(
            "statement", company=writer.company.code, customer=code, as_of=day, lang=language, kind=kind, out=file
        )
        for currency, paper in said(file.read_bytes(), language).items():
            row = book.pop((code, currency))
            assert paper["ages"] == [Decimal(each) for each in row["buckets"]]
            assert paper["unapplied"] == Decimal(row["unapplied"])
            assert paper["total"] == paper["closing"] == Decimal(row["total"])
    assert book == {}, "every balance of the book is on a paper"


@pytest.mark.parametrize("language", ["en", "zh-hans", "both"])
def test_a_month_that_ends_with_nothing_open(committed_db: object, writer: Writer, language: str) -> None:
    """Who paid everything is told so: the movements are on the paper, and nothing is asked for."""
    customer = writer.customer("C-9")
    paid = writer.invoices(customer, ["120.50"], days_ago=0)[0]
    assert paid.document
    receipt = writer.receipt(customer, "120.50")
    apply_receipt(
        writer.company,
        receipt.pk,
        {paid.document.items.get().pk: Decimal("120.50")},
        effective_on=writer.today,
        by=writer.by,
    )
    text = read(writer.statement(customer, language, kind="activity"), "-layout")
    assert paid.document.number in text
    assert re.search(r"CNY +0\.00$", text, re.MULTILINE)
    assert "RF" not in text
