"""Cutting texts to a width, and long tables of short lines."""

from io import BytesIO
from itertools import pairwise

import pytest
from django.template import engines
from pypdf import PdfReader

from arap.core.pdf import columns
from arap.core.pdf.columns import Column, Table
from arap.core.pdf.engine import Engine
from tests.core.pdf.conftest import page, text_of
from tests.core.pdf.test_hostile import NAMES


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


def test_the_quiet_text_gives_way_first_and_whole() -> None:
    assert columns.cut_cell(("销售发票", "Invoice"), 37) == ("销售发票", "Invoice")
    assert columns.cut_cell(("销售发票", "Invoice for a very long journey"), 27) == ("销售发票", "")
    assert columns.cut_cell(("销售发票", "Invoice"), 9) == ("销售…", "")


def test_the_first_column_has_no_gap_before_it() -> None:
    text = "x" * 200
    first, second = columns.blocks(Table([Column("", 40), Column("", 40)], [(text, text)]))[0]
    assert columns.width(str(first.lines[0])) > 40 - columns.GAP_MM
    assert columns.width(str(second.lines[0])) <= 40 - columns.GAP_MM


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


@pytest.mark.parametrize("scripts", [[""], NAMES], ids=["empty", "all scripts"])
def test_whatever_is_in_a_cell_the_columns_stay_in_step(scripts: list[str], engine: Engine) -> None:
    """The height of a row is the same in each column, whatever is in it: so the page breaks after the same row."""
    heads = [Column("Date", 30), Column("Text", 80), Column("Amount", 72, "right", is_strong=True)]
    rows = [(f"day {n}", scripts[n % len(scripts)] if n % 2 else "", f"{n}.00") for n in range(200)]
    template = engines["django"].from_string("{% load paper %}{% columns table %}")
    html = str(template.render({"table": Table(heads, rows), "paper_language": "en"}))
    found = PdfReader(BytesIO(engine.render(page(html)))).pages
    assert len(found) == 5
    for words in (each.extract_text().split() for each in found):
        days = [int(after) for word, after in pairwise(words) if word == "day"]
        amounts = [int(word[:-3]) for word in words if word.endswith(".00")]
        assert days == amounts
