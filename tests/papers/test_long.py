"""A statement of a thousand lines: nothing is lost between pages, nothing stands on two."""

import re
from decimal import Decimal

import pytest

from tests.papers.conftest import Writer, read

LINES = 1000


@pytest.mark.parametrize("language, head, slip", [("en", "Document", "Payment slip"), ("zh-hans", "单据号", "付款联")])
def test_every_line_is_there_once(writer: Writer, language: str, head: str, slip: str) -> None:
    """Within the engine's limits of time and memory, or there would be no PDF."""
    customer = writer.customer("C-1")
    amounts = [f"{100 + n}.{n % 100:02}" for n in range(LINES)]
    made = writer.invoices(customer, amounts, reference="PO")
    pages = read(writer.statement(customer, language), "-layout").split("\f")[:-1]
    text = "\n".join(pages)
    rows = re.findall(r"(INV-\d{4}-\d{6}).* ([\d,]+\.\d\d) +([\d,]+\.\d\d)$", text, re.MULTILINE)
    numbers = [invoice.document.number for invoice in made if invoice.document]
    assert [row[0] for row in rows] == sorted(numbers)
    assert len(numbers) == LINES == text.count("INV-")
    assert sorted(row[1].replace(",", "") for row in rows) == sorted(amounts)
    total = sum(map(Decimal, amounts))
    assert Decimal(rows[-1][2].replace(",", "")) == total
    assert f"{total:,}" in pages[0]
    assert len(pages) > 20
    assert len({page.count("INV-") for page in pages[1:-2]}) == 1, "each page is filled to its end"
    assert all(head in page for page in pages if "INV-" in page), "heads repeat"
    assert [slip in page for page in pages] == [False] * (len(pages) - 1) + [True]
    for at, page in enumerate(pages, 1):
        foot = f"Page {at} of {len(pages)}" if language == "en" else f"第 {at} 页，共 {len(pages)} 页"
        assert foot in page
