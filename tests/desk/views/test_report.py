"""reports, report, report_export: each report on the story, its totals, ties, pages, filters, and its files."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from openpyxl import load_workbook

from arap.core import sheets, spreadsheets
from arap.core.models import AuditEntry, Company, Role
from arap.core.permissions import PERMISSIONS
from arap.desk.reports import REPORTS
from arap.desk.reports.frame import Proof
from arap.desk.views import reports as views
from customers.actions import update_customer
from tests.pages import check_method, check_roles, parsed, signed_in, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
ALL = "period=days&first=2023-01-01&last=2027-12-31"


def url(slug: str, query: str = ALL) -> str:
    return f"/reports/{slug}/?{query}"


def of_haichen(slug: str) -> str:
    return url(slug, f"{ALL}&customer=c-10482")


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = body(answer).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


@pytest.mark.parametrize("slug", REPORTS)
def test_each_opens_ties_and_whatever_it_links_opens(as_clerk: Client, story: Story, slug: str) -> None:
    answer = as_clerk.get(of_haichen(slug))
    assert answer.context["rows"]
    assert answer.context["ties"]
    for link in {link for link in parsed(answer).links if "/export/" not in link}:
        assert as_clerk.get(link, follow=True).status_code == 200, link


@pytest.mark.parametrize("slug", ["open-items", "applications", "journal", "aging-comparison"])
def test_unnarrowed_it_is_held_against_the_book(as_clerk: Client, story: Story, slug: str) -> None:
    answer = as_clerk.get(url(slug))
    assert answer.context["proofs"]
    assert answer.context["ties"]
    assert "Book ties" in text_of(answer)


def test_a_broken_tie_is_said(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Proof("Debit", Decimal(2), "Credit", Decimal(1), "CNY")
    monkeypatch.setitem(REPORTS, "journal", replace(REPORTS["journal"], proofs=lambda company, asked: [wrong]))
    answer = as_clerk.get(url("journal"))
    assert not answer.context["ties"]
    assert "Book ties" not in text_of(answer)
    assert "tie--broken" in answer.content.decode()


def test_open_items_of_the_story(as_clerk: Client, story: Story) -> None:
    found = rows_of(as_clerk.get("/reports/open-items/export/?as=csv"))
    assert {(row["Code"], row["Open"], row["Days late"]) for row in found} == {
        ("C-10482", "600.00", "70"),
        ("C-10482", "2000.00", ""),
        ("C-10482", "-500.00", ""),
        ("C-10290", "300.00", "20"),
        ("", "-77.00", ""),
    }
    late = as_clerk.get("/reports/open-items/?overdue=on")
    assert [row["days"] for row, _cells in late.context["rows"]] == [70, 20]


def test_the_ledger_runs_from_opening_to_closing(as_clerk: Client, story: Story) -> None:
    first = story.young.issued_on
    query = f"period=days&first={first}&last={story.today}&customer={story.haichen.code}"
    found = rows_of(as_clerk.get(f"/reports/customer-ledger/export/?as=csv&{query}"))
    assert [(row["Kind"], row["Debit"], row["Credit"], row["Balance"]) for row in found] == [
        ("Opening balance", "", "", "600.00"),
        ("Invoice", "2000.00", "", "2600.00"),
        ("Receipt", "", "500.00", "2100.00"),
        ("Closing balance", "", "", "2100.00"),
    ]


def test_without_a_customer_the_ledger_asks_for_one(as_clerk: Client, story: Story) -> None:
    assert "Choose a customer" in text_of(as_clerk.get("/reports/customer-ledger/"))
    assert as_clerk.get("/reports/customer-ledger/export/?as=csv").status_code == 302


def test_receipts_say_what_was_applied_of_them(as_clerk: Client, story: Story) -> None:
    found = rows_of(as_clerk.get(f"/reports/receipts/export/?as=csv&{ALL}"))
    assert {(row["Received"], row["Applied"], row["Not applied"]) for row in found} == {
        ("400.00", "400.00", "0.00"),
        ("500.00", "0.00", "500.00"),
        ("77.00", "0.00", "77.00"),
    }


def test_applications_name_both_sides(as_clerk: Client, story: Story) -> None:
    (row,) = rows_of(as_clerk.get(f"/reports/applications/export/?as=csv&{ALL}"))
    assert row["Settled document"] == number_of(story.late)
    assert row["By document"] == number_of(story.applied)
    assert (row["Act"], row["Applied"]) == ("Applied", "400.00")


def test_the_comparison_is_the_difference_of_two_agings(as_clerk: Client, story: Story) -> None:
    before = story.young.issued_on.replace(day=1)
    answer = as_clerk.get(f"/reports/aging-comparison/?against=days&against_on={before}")
    haichen = next(row for row, _cells in answer.context["rows"] if row["code"] == "C-10482")
    assert haichen["difference"] == haichen["after"] - haichen["before"]
    parts = [value for name, value in haichen.items() if name.startswith("bucket")] + [haichen["unapplied"]]
    assert sum(parts) == haichen["difference"]


@pytest.mark.parametrize("slug", ["open-items", "documents", "journal", "aging-comparison"])
def test_pages_follow_each_other_without_gap(
    as_clerk: Client, story: Story, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [row for row, _cells in as_clerk.get(url(slug)).context["rows"]]
    monkeypatch.setattr(views, "PAGE", 2)
    assert [row for page in _pages(as_clerk, url(slug)) for row in page] == whole
    assert len(whole) > 2


def _pages(client: Client, here: str) -> Iterator[list[Any]]:
    for _turn in range(20):
        answer = client.get(here)
        yield [row for row, _cells in answer.context["rows"]]
        if not answer.context["next_query"]:
            return
        here = f"{urlsplit(here).path}?{answer.context['next_query']}"
    pytest.fail("the pages have no end")


def test_the_address_holds_the_whole_state(as_clerk: Client, story: Story) -> None:
    update_customer(story.haichen, by=None, segment="Export")
    for query in ("segment=Export", "kind=receipt", "currency=USD", "customer=C-10482"):
        narrowed = as_clerk.get(url("documents", f"{ALL}&{query}"))
        assert query in narrowed.context["query"]
        assert narrowed.context["count"] < 5
        again = as_clerk.get(f"/reports/documents/?{narrowed.context['query']}")
        assert again.context["count"] == narrowed.context["count"] > 0


def test_a_period_by_name_stays_a_name(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url("documents", "period=last_quarter&first=1 Jan 2024"))
    assert answer.context["query"] == "period=last_quarter"


def test_known_at_shows_what_was_known(as_clerk: Client, story: Story) -> None:
    assert as_clerk.get(url("documents", f"{ALL}&known_at=2023-05-05")).context["count"] == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("customer=nobody", "There is no customer “nobody”. Type a code."),
        ("customer=%00", "Null characters are not allowed."),
        ("period=days&first=someday&last=1", "someday is not a date"),
        ("period=days&first=2026-02-01&last=2026-01-01", "This day is before the first one."),
        ("period=days&first=2026-02-01", "Type a day."),
        ("period=never", "Select a valid choice"),
        ("kind=x", "Select a valid choice"),
        ("currency=XXX", "Select a valid choice"),
    ],
)
def test_errors_stand_beside_the_field_and_nothing_is_shown(
    as_clerk: Client, story: Story, query: str, words: str
) -> None:
    answer = as_clerk.get(url("documents", query))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "rows" not in answer.context


@pytest.mark.parametrize("after", ["x", "~", "2026-01-01", "2026-13-01~1", "2026-01-01~" + "9" * 30, "%00~1"])
def test_a_page_that_nobody_knows_is_the_first(as_clerk: Client, story: Story, after: str) -> None:
    assert as_clerk.get(url("documents", f"{ALL}&after={after}")).context["count"] == 6


def test_the_workbook_has_numbers_and_its_texts_are_no_formulas(as_clerk: Client, story: Story) -> None:
    update_customer(story.haichen, by=None, name="=cmd|'/c calc'!A1", name_local="")
    answer = as_clerk.get(f"/reports/documents/export/?as=xlsx&{ALL}")
    assert answer["Content-Type"] == spreadsheets.XLSX
    page: Any = load_workbook(BytesIO(body(answer))).active
    cells = {cell.value: cell for row in page.iter_rows() for cell in row}
    assert cells["=cmd|'/c calc'!A1"].data_type == "s"
    assert cells[2000].data_type == "n"
    assert cells[2000].number_format == "#,##0.00"
    assert cells["Posting date"].row + 7 == page.max_row - 1, "six rows, then a total per currency"
    found = rows_of(as_clerk.get(f"/reports/documents/export/?as=csv&{ALL}"))
    assert "'=cmd|'/c calc'!A1" in {row["Customer"] for row in found}


@pytest.mark.parametrize("slug", REPORTS)
def test_each_is_a_paper_too(company: Company, story: Story, slug: str) -> None:
    answer = signed_in(company, Role.CONTROLLER).get(f"/reports/{slug}/export/?as=pdf&{ALL}&customer=C-10482")
    assert body(answer).startswith(b"%PDF")


def test_too_much_for_a_paper_is_said(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PDF_ROWS_MAX", 2)
    answer = as_clerk.get(f"/reports/documents/export/?as=pdf&{ALL}")
    assert answer.status_code == 422
    assert "more than 2 rows" in text_of(answer)
    assert len(rows_of(as_clerk.get(f"/reports/documents/export/?as=csv&{ALL}"))) == 6, "CSV has no limit"


def test_the_stream_keeps_the_language_of_who_asked(as_clerk: Client, clerk: Any, story: Story) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    assert "客户" in body(as_clerk.get(f"/reports/documents/export/?as=csv&{ALL}")).decode("utf-8-sig").splitlines()[0]


def test_an_export_is_an_act_of_its_own(as_clerk: Client, story: Story) -> None:
    body(as_clerk.get(f"/reports/documents/export/?as=csv&{ALL}"))
    entry = AuditEntry.objects.get(verb="report.export")
    assert entry.after is not None
    assert (entry.after["report"], entry.after["as"]) == ("documents", "csv")


def test_the_journal_leaves_the_house_only_with_who_may_take_it(company: Company, story: Story) -> None:
    for role in Role:
        client = signed_in(company, role)
        assert client.get(url("journal")).status_code == 200
        status = client.get("/reports/journal/export/?as=csv").status_code
        assert (status == 200) == (role in PERMISSIONS["journal.export"]), role


def test_another_company_sees_nothing_of_it(company: Company, other_company: Company, story: Story) -> None:
    stranger = signed_in(other_company, Role.CONTROLLER)
    for slug in set(REPORTS) - {"customer-ledger"}:
        assert stranger.get(url(slug)).context["count"] == 0
    assert "There is no customer" in text_of(stranger.get(of_haichen("customer-ledger")))


def test_roles_and_methods(company: Company, as_clerk: Client) -> None:
    check_roles(company, "report.view", "/reports/")
    check_method(as_clerk, "/reports/", wrong="post")
    check_method(as_clerk, "/reports/documents/", wrong="post")
    check_method(as_clerk, "/reports/documents/export/", wrong="post")
    assert as_clerk.get("/reports/no-such/").status_code == 404
    assert {f"/reports/{slug}/" for slug in REPORTS} <= set(parsed(as_clerk.get("/reports/")).links)


def test_an_empty_book_says_what_to_do(as_clerk: Client, company: Company) -> None:
    assert "Choose other days" in text_of(as_clerk.get("/reports/documents/"))
