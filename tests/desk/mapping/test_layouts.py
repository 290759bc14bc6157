"""Columns of files with headings of their own: what is proposed, and what is read by it."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from arap.desk.mapping import FileRefused, Row, open_rows, read_head
from arap.desk.mapping.headings import HEADINGS
from arap.desk.mapping.layouts import DATES, Layout, check_headers, digest_of, mapping_of, proposed
from arap.desk.takeon.target import HISTORY, LABELS

GERMAN = """Kundennr.;Kunde;Belegnummer;Belegdatum;Fällig am;Betrag;Währung;Sachbearbeiter
10001;Müller GmbH;4711;03.02.2026;05.03.2026;1.234,56;EUR;ab
10002;Größe AG;4712;28.02.2026;30.03.2026;-99,00;EUR;cd
"""
CHINESE = """客户编码,客户名称,发票号码,开票日期,到期日,价税合计,币种
C-1,宁波海辰,INV-1,2026年2月3日,2026-03-05,"1,234.56",CNY
"""
ENGLISH = """Customer No,Customer Name,Invoice No,Invoice Date,Due Date,Open Amount,Remarks
C-1,Alpha,INV-1,02/28/2026,03/30/2026,"1,234.56",x
"""


def propose(folder: Path, text: str, encoding: str = "utf-8") -> tuple[Path, Layout]:
    path = folder / "file.csv"
    path.write_bytes(text.encode(encoding))
    headers, rows = read_head(path, "auto", 100)
    return path, proposed(headers, rows)


def values(path: Path, layout: Layout) -> list[dict[str, object]]:
    rows = list(open_rows(path, mapping_of(layout, HISTORY), HISTORY).rows())
    assert all(isinstance(row, Row) for row in rows), rows
    return [row.values for row in rows if isinstance(row, Row)]


def test_german_headings_days_and_amounts_in_a_western_encoding(tmp_path: Path) -> None:
    path, layout = propose(tmp_path, GERMAN, "cp1252")
    assert layout.fields == (
        "customer_code", "customer_name", "number", "issued_on", "due_on", "amount", "currency", "",
    )  # fmt: skip
    assert (layout.dates, layout.numbers, layout.kind) == ("german", "comma", "sign")
    first, second = values(path, layout)
    assert (first["customer_name"], first["issued_on"], first["amount"]) == (
        "Müller GmbH", date(2026, 2, 3), Decimal("1234.56"),
    )  # fmt: skip
    assert second["amount"] == Decimal("-99.00")


def test_chinese_headings(tmp_path: Path) -> None:
    path, layout = propose(tmp_path, CHINESE, "gb18030")
    assert "" not in layout.fields
    assert (layout.dates, layout.numbers, layout.kind) == ("iso", "point", "invoice")
    (row,) = values(path, layout)
    assert (row["issued_on"], row["due_on"], row["amount"]) == (date(2026, 2, 3), date(2026, 3, 5), Decimal("1234.56"))


def test_english_headings_with_the_month_first(tmp_path: Path) -> None:
    path, layout = propose(tmp_path, ENGLISH)
    assert (layout.dates, layout.fields[-1]) == ("mdy", "")
    assert values(path, layout)[0]["due_on"] == date(2026, 3, 30)


def test_a_column_of_kinds_is_read_in_three_languages(tmp_path: Path) -> None:
    text = "Customer No,Invoice No,Date,Amount,Type\n"
    text += "".join(
        f"A,{at},2026-01-01,5,{word}\n" for at, word in enumerate(["Invoice", "Gutschrift", "红字发票", "RE"])
    )
    path, layout = propose(tmp_path, text)
    assert [row["kind"] for row in values(path, layout)] == ["invoice", "credit_note", "credit_note", "invoice"]


def test_a_heading_is_one_field_and_a_field_one_heading() -> None:
    words = [word for known in HEADINGS.values() for word in known.split()]
    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert set(HEADINGS) == set(HISTORY.fields) == set(LABELS)
    layout = proposed(["Invoice No", "Number"], [])
    assert layout.fields == ("number", "")


def test_what_is_missing_is_named_in_order() -> None:
    layout = Layout(headers=("a", "b"), fields=("amount", "amount"))
    assert layout.missing(HISTORY) == ["customer_code", "number", "issued_on"]
    assert layout.twice() == ["amount"]
    assert Layout.from_json(layout.as_json()) == layout


def test_headings_are_known_again_in_any_order_and_spelling() -> None:
    assert digest_of(["Fällig am", "BETRAG"]) == digest_of(["betrag", "Faellig-am"])
    assert digest_of(["a", "b"]) != digest_of(["a", "c"])


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [(["a", "b", "c"], "too few columns"), (["a", "b", "c", "A"], "The column “A” occurs twice.")],
)
def test_headings_that_no_choice_can_help(headers: list[str], sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        check_headers(headers, HISTORY)


def test_every_way_of_writing_days_names_day_month_and_year() -> None:
    for _label, patterns in DATES.values():
        for pattern in patterns:
            assert date(2026, 11, 20).strftime(pattern)
