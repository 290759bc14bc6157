"""customers_export, invoices_export, receipts_export: the rows of the list as it is narrowed, in CSV and XLSX."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company
from customers.actions import set_custom_values, set_payer_accounts, update_customer
from customers.models import CustomField
from tests.pages import check_method, parsed
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URLS = ("/customers/export/", "/export/invoices/", "/export/receipts/")


def body(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("url", URLS)
def test_only_get(as_clerk: Client, url: str) -> None:
    check_method(as_clerk, url, wrong="post")


@pytest.mark.parametrize("url", URLS)
def test_an_unknown_kind_leads_back(as_clerk: Client, story: Story, url: str) -> None:
    assert as_clerk.get(url, {"as": "pdf"}).status_code == 302


@pytest.mark.parametrize(("page", "url"), [
    ("/customers/?view=overdue", URLS[0]), ("/invoices/?view=open", URLS[1]), ("/receipts/?view=all", URLS[2]),
])  # fmt: skip
def test_the_list_leads_there_with_its_filter(as_clerk: Client, story: Story, page: str, url: str) -> None:
    links = [link for link in parsed(as_clerk.get(page)).links if link.startswith(url)]
    assert {link.rpartition("as=")[2] for link in links} == {"csv", "xlsx"}
    assert all(page.rpartition("?")[2] in link for link in links)


def test_customers_with_their_own_fields(as_clerk: Client, company: Company, story: Story) -> None:
    trade = CustomField.objects.create(company=company, name="Trade", kind="text")
    set_custom_values(story.haichen, {trade.pk: "=cmd"}, by=None)
    update_customer(story.haichen, by=None, address="1 Road\n宁波", phone="+86 574")
    set_payer_accounts(story.haichen, ["6222 02"], by=None)
    found = rows_of(as_clerk.get(URLS[0]))
    assert [row["code"] for row in found] == ["C-10290", "C-10482"]
    row = found[1]
    assert (row["phone"], row["Trade"]) == ("'+86 574", "'=cmd"), "no formula"
    assert (row["address"], row["payer_accounts"], row["active"]) == ("1 Road\n宁波", "6222 02", "yes")
    assert [row["code"] for row in rows_of(as_clerk.get(URLS[0], {"q": "ningbo"}))] == ["C-10482"]


def test_customers_of_many_pages_come_once(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arap.desk.views.exports.CUSTOMERS_AT_ONCE", 1)
    assert [row["code"] for row in rows_of(as_clerk.get(URLS[0]))] == ["C-10290", "C-10482"]


def test_invoices_with_their_lines(as_clerk: Client, story: Story) -> None:
    found = rows_of(as_clerk.get(URLS[1], {"view": "open"}))
    assert {row["number"] for row in found} == {number_of(each) for each in (story.late, story.young, story.foreign)}
    row = next(row for row in found if row["number"] == number_of(story.foreign))
    assert (row["customer_code"], row["currency"], row["unit_price"], row["total"]) == (
        "C-10290",
        "USD",
        "300",
        "300.00",
    )
    assert row["description"] == "Mould insert"
    assert "credits" not in row
    assert rows_of(as_clerk.get(URLS[1], {"view": "credit_notes"})) == []
    assert len(rows_of(as_clerk.get(URLS[1], {"q": number_of(story.late)}))) == 1


def test_receipts_with_what_they_are_applied_to(as_clerk: Client, story: Story) -> None:
    found = {row["number"]: row for row in rows_of(as_clerk.get(URLS[2], {"view": "all"}))}
    row = found[number_of(story.applied)]
    number, amount = row["applied_to"].split("=")
    assert number == number_of(story.late)
    assert amount == row["amount"]
    assert found[number_of(story.lost)]["customer_code"] == ""
    assert found[number_of(story.waiting)]["applied_to"] == ""


@pytest.mark.parametrize("url", URLS)
def test_a_workbook_has_the_same_rows_and_the_act_is_noted(as_clerk: Client, story: Story, url: str) -> None:
    sheet: Any = openpyxl.load_workbook(io.BytesIO(body(as_clerk.get(url, {"as": "xlsx", "view": "all"})))).active
    rows = rows_of(as_clerk.get(url, {"view": "all"}))
    assert [cell.value for cell in sheet[1]] == list(rows[0])
    assert sheet.max_row == len(rows) + 1
    entries = AuditEntry.objects.filter(verb="list.export").order_by("pk")
    assert [entry.after["as"] for entry in entries if entry.after] == ["xlsx", "csv"]


@pytest.mark.parametrize("url", URLS[1:])
def test_a_filter_that_cannot_be_read_leads_back_to_the_list(as_clerk: Client, story: Story, url: str) -> None:
    answer = as_clerk.get(url, {"day_from": "nonsense", "from_on": "nonsense"})
    assert answer.status_code == 302
    assert "nonsense" in answer["Location"]
