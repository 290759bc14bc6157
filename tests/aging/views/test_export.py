"""export: the whole report as CSV, amounts without groups, names that cannot become formulas."""

import csv
import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from arap.core.models import User
from customers.models import Customer
from tests.pages import check_method
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/aging/export.csv"


def table(client: Client, **query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(URL, query).content.decode("utf-8-sig"))))


def test_all_rows_with_plain_amounts(as_clerk: Client, story: Story) -> None:
    head, *rows = table(as_clerk)
    assert head == [
        "Code",
        "Name",
        "Currency",
        "Not due",
        "1–30 d",
        "31–60 d",
        "61–90 d",
        "Over 90 d",
        "Not applied",
        "Total",
    ]
    assert rows[0][2:] == ["CNY", "2000.00", "0.00", "0.00", "600.00", "0.00", "-500.00", "2100.00"]
    assert len(rows) == 3


def test_the_file_is_named_after_company_and_day(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL)
    assert f"aging-acme-{story.today}.csv" in answer["Content-Disposition"]
    assert answer["Content-Type"].startswith("text/csv")


def test_a_name_that_looks_like_a_formula_stays_text(as_clerk: Client, story: Story) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(name="=HYPERLINK(1)")
    assert not any(row[1].startswith("=") for row in table(as_clerk))


def test_heads_in_chinese(as_clerk: Client, clerk: User, story: Story) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    assert table(as_clerk)[0][:4] == ["编码", "名称", "币种", "未到期"]


def test_the_filters_of_the_page_count(as_clerk: Client, story: Story) -> None:
    assert len(table(as_clerk, currency="USD")) == 2


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")


def test_the_workbook_has_the_same_rows_as_numbers(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get("/aging/export.xlsx", {"currency": "CNY"})
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [row for row in page.iter_rows(values_only=True) if row[2] == "CNY"]
    assert ("Currency", "CNY") in [row[:2] for row in page.iter_rows(values_only=True)]
    assert [row[-1] for row in rows] == [2100, -77, 2023], "two rows and their total"


def test_the_paper_is_made_of_the_same(as_clerk: Client, story: Story) -> None:
    assert as_clerk.get("/aging/export.pdf").content.startswith(b"%PDF")
