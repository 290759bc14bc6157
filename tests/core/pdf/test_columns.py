"""Cutting texts to a width, and long tables of short lines."""

from itertools import pairwise

import pytest
from django.template import engines

from arap.core.pdf import columns
from arap.core.pdf.columns import Column, Table
from arap.core.pdf.engine import Engine
from tests.core.pdf.conftest import page, text_of


def test_digits_and_signs_of_amounts_have_one_width() -> None:
    assert {columns.width(digit) for digit in "0123456789"} == {columns.width("0")}
    assert columns.width("汉" * 4) == pytest.approx(4 * columns.SIZE_POINTS / columns.POINTS_PER_MM)
    assert columns.width("Total", 600) > columns.width("Total", 400)


@pytest.mark.parametrize(
    "text, millimetres, cut",
    [
        ("short", 20, "short"),
        ("two\nlines  and spaces", 60, "two lines and spaces"),
        ("宁波海辰模具有限公司", 14, "宁波海辰…"),
        ("WWWWWWWWWWWWWWWWWWWW", 0, "…"),
        ("", 10, ""),
    ],
)
def test_text_is_cut_to_its_width(text: str, millimetres: int, cut: str) -> None:
    assert columns.cut(text, millimetres) == cut


@pytest.mark.parametrize("width", range(2, 60, 3))
def test_what_was_cut_fits(width: int) -> None:
    assert columns.width(columns.cut("Invoice 销售发票 Port of Rotterdam, 深圳南山店", width)) <= max(width, 3)


def test_the_quiet_text_gives_way_first() -> None:
    assert columns.cut_cell(("销售发票", "Invoice"), 40) == ("销售发票", "Invoice")
    assert columns.cut_cell(("销售发票", "Invoice for a very long journey"), 30) == ("销售发票", "Invoice f…")
    assert columns.cut_cell(("销售发票", "Invoice"), 15) == ("销售发票", "")


def table(count: int) -> Table:
    heads = [Column("Date", 30), Column("Text", 80), Column("Amount", 72, "right", is_strong=True)]
    return Table(
        heads, [(f"day {n}", f"<b>text</b> {n}" if n % 2 else "", f"{n}.00") for n in range(count)], "movement"
    )


def drawn(count: int) -> str:
    template = engines["django"].from_string("{% load paper %}{% columns table %}")
    return str(template.render({"table": table(count), "paper_language": "en"}))


@pytest.mark.parametrize("count", [0, 1, 20, 30, 31, 90])
def test_every_row_is_there_once_in_order(count: int, engine: Engine) -> None:
    words = text_of(engine.render(page(drawn(count)))).split()
    assert [word for word in words if word.endswith(".00")] == [f"{n}.00" for n in range(count)]


def test_texts_in_columns_are_escaped() -> None:
    assert "&lt;b&gt;text&lt;/b&gt; 1" in drawn(2)


def test_empty_cells_keep_the_columns_in_step(engine: Engine) -> None:
    """The height of a row is the same in each column, whatever is in it: so the page breaks after the same row."""
    from io import BytesIO

    from pypdf import PdfReader

    pages = [found.extract_text().split() for found in PdfReader(BytesIO(engine.render(page(drawn(200))))).pages]
    assert len(pages) > 3
    for words in pages:
        days = [int(after) for word, after in pairwise(words) if word == "day"]
        amounts = [int(word[:-3]) for word in words if word.endswith(".00")]
        assert days == amounts
