"""list: invoices newest first with what is open of them; views, filter, pages."""

import re
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, Role, User
from arap.outbox.models import Message
from invoices.actions import credit_invoice
from invoices.models import Invoice
from tests.pages import check_method, signed_in, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/invoices/"


def shown(answer: Any) -> list[int]:
    return [row.invoice.pk for row in answer.context["page"].rows]


def test_newest_first_with_open_amount_and_age(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL)
    assert shown(answer) == [story.young.pk, story.foreign.pk, story.late.pk]
    page = text_of(answer)
    assert "CNY 1,000.00 600.00 70 d over Part paid" in page
    assert "USD 300.00 300.00 20 d over Open" in page


def test_views(as_clerk: Client, clerk: User, story: Story) -> None:
    credit_invoice(story.company, story.foreign.pk, on=story.today, by=clerk, reason="returned")
    note = Invoice.objects.credit_notes().get()
    assert story.foreign.pk not in shown(as_clerk.get(URL, {"view": "open"}))
    assert shown(as_clerk.get(URL, {"view": "credit_notes"})) == [note.pk]
    assert "−300.00" in text_of(as_clerk.get(URL, {"view": "credit_notes"}))
    assert "No invoice is in this view" in text_of(as_clerk.get(URL, {"view": "drafts"}))


@pytest.mark.parametrize("text", ["PO-1", "ningbo", "宁波"])
def test_filter_by_reference_or_customer(as_clerk: Client, story: Story, text: str) -> None:
    found = shown(as_clerk.get(URL, {"q": text}))
    assert story.late.pk in found
    assert story.foreign.pk not in found


def test_filter_by_number(as_clerk: Client, story: Story) -> None:
    assert shown(as_clerk.get(URL, {"q": number_of(story.late)})) == [story.late.pk]


def test_a_filter_without_a_match_can_be_removed(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"q": "nothing"}))
    assert "No invoice here matches “nothing”" in page
    assert "Remove the filter" in page


def test_pages_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    for _copy in range(20):
        Invoice.objects.create(
            company=story.company, customer=story.haichen, currency="CNY", issued_on=story.today, created_by=clerk
        )
    first = as_clerk.get(URL)
    second = as_clerk.get(URL, {"after": first.context["page"].after})
    assert len(shown(first)) == 20
    assert set(shown(first)) & set(shown(second)) == set()
    assert len(shown(second)) == 3
    assert shown(as_clerk.get(URL, {"before": second.context["page"].before})) == shown(first)
    assert (first.context["page"].before, second.context["page"].after) == ("", "")
    assert "Draft" in text_of(first)


def test_overdue_and_paid(as_clerk: Client, clerk: User, story: Story) -> None:
    assert shown(as_clerk.get(URL, {"view": "overdue"})) == [story.late.pk, story.foreign.pk], (
        "the longest overdue first"
    )
    assert shown(as_clerk.get(URL, {"view": "paid"})) == []
    credit_invoice(story.company, story.foreign.pk, on=story.today, by=clerk, reason="returned")
    assert shown(as_clerk.get(URL, {"view": "paid"})) == [story.foreign.pk]
    assert shown(as_clerk.get(URL, {"view": "overdue"})) == [story.late.pk]


@pytest.mark.parametrize(
    "view, sort, names",
    [
        ("all", "date", ["late", "foreign", "young"]),
        ("all", "total", ["foreign", "late", "young"]),
        ("all", "-total", ["young", "late", "foreign"]),
        ("all", "due", ["young", "foreign", "late"]),
        ("open", "due", ["late", "foreign", "young"]),
        ("open", "-due", ["young", "foreign", "late"]),
        ("open", "id; drop table", ["young", "foreign", "late"]),
    ],
)
def test_sorted_by_one_column(as_clerk: Client, story: Story, view: str, sort: str, names: list[str]) -> None:
    answer = as_clerk.get(URL, {"view": view, "sort": sort})
    assert shown(answer) == [getattr(story, name).pk for name in names]


@pytest.mark.parametrize("sort", ["total", "-total", "date"])
def test_pages_meet_in_every_order(as_clerk: Client, clerk: User, story: Story, sort: str) -> None:
    for at in range(45):
        Invoice.objects.create(
            company=story.company,
            customer=story.haichen,
            currency="CNY",
            issued_on=story.today,
            total=at % 7,
            net_total=at % 7,
            created_by=clerk,
        )
    found, place = [], ""
    for _page in range(3):
        answer = as_clerk.get(URL, {"sort": sort, "after": place})
        found += shown(answer)
        place = answer.context["page"].after
    assert place == ""
    assert len(found) == len(set(found)) == 48


@pytest.mark.parametrize(
    "asked, names",
    [
        ({"day_from": "-30"}, ["young"]),
        ({"day_to": "-30"}, ["foreign", "late"]),
        ({"amount_from": "=900+100"}, ["young", "late"]),
        ({"amount_to": "500"}, ["foreign"]),
        ({"currency": "USD"}, ["foreign"]),
        ({"currency": "CNY", "amount_to": "1,000"}, ["late"]),
        ({"after": "nonsense"}, ["young", "foreign", "late"]),
        ({"after": "2026-01-01~99999999999999999999"}, ["young", "foreign", "late"]),
    ],
)
def test_narrowed(as_clerk: Client, story: Story, asked: dict[str, str], names: list[str]) -> None:
    assert shown(as_clerk.get(URL, asked)) == [getattr(story, name).pk for name in names]


@pytest.mark.parametrize(
    "asked, said",
    [
        ({"day_from": "yesterdayish"}, "is not a date"),
        ({"amount_from": "much"}, "is not an amount"),
        ({"currency": "XXX"}, "XXX"),
    ],
)
def test_what_cannot_be_read_narrows_nothing_and_is_said(
    as_clerk: Client, story: Story, asked: dict[str, str], said: str
) -> None:
    answer = as_clerk.get(URL, asked)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert len(shown(answer)) == 3


def test_a_text_that_finds_many_loses_none(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invoices.filters.FOUND_MAX", 1)
    assert len(shown(as_clerk.get(URL, {"q": "INV-"}))) == 3
    assert len(shown(as_clerk.get(URL, {"q": "C-10"}))) == 3


def test_an_order_number_is_found(as_clerk: Client, clerk: User, story: Story) -> None:
    draft = Invoice.objects.create(
        company=story.company,
        customer=story.haichen,
        currency="CNY",
        issued_on=story.today,
        order_number="4500017",
        created_by=clerk,
    )
    assert shown(as_clerk.get(URL, {"q": "4500017"})) == [draft.pk]


def test_what_became_of_the_mail(as_clerk: Client, story: Story) -> None:
    assert as_clerk.get(URL).context["page"].rows[0].mail == ""
    data = {"key": "k", "subject": "s", "text": "t", "lang": "en", "address": "a@b.example"}
    as_clerk.post(f"/invoices/{story.young.pk}/send/", data)
    answer = as_clerk.get(URL)
    assert [row.mail for row in answer.context["page"].rows] == ["waiting", "", ""]
    assert "Waiting" in text_of(answer)
    Message.objects.update(state="sent", sent_at=Now())
    assert as_clerk.get(URL).context["page"].rows[0].mail == "sent"


def test_ticks_are_for_those_who_may_act(company: Company, story: Story) -> None:
    assert "data-tick" not in signed_in(company, Role.AUDITOR).get(URL).content.decode()
    assert signed_in(company, Role.CLERK).get(URL).content.decode().count('name="invoice"') == 3


def test_an_empty_company(as_clerk: Client) -> None:
    assert "No invoices yet" in text_of(as_clerk.get(URL))


def test_queries_do_not_grow_with_rows(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for each in range(15):
        Invoice.objects.create(
            company=story.company, customer=story.haichen, currency="CNY", issued_on=story.today, order_number=str(each)
        )
    for asked in ({}, {"view": "overdue"}, {"view": "paid", "sort": "total"}, {"q": "Haichen"}):
        with django_assert_max_num_queries(10 if "q" in asked else 7):
            as_clerk.get(URL, asked)


def test_rows_are_neither_counted_nor_skipped(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10) as asked:
        as_clerk.get(URL, {"view": "open", "q": "Haichen", "after": f"{story.today}~{story.late.pk}"})
    assert not [query["sql"] for query in asked.captured_queries if re.search("count\\(|offset", query["sql"], re.I)]


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
