"""customer_balance, customer_journal, customer_paying, and the figures that lead to them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from customers.actions import NewCustomer, create_customer
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, check_roles, parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(story: Story, page: str = "") -> str:
    return f"/customers/{story.haichen.pk}/{page}"


def test_the_balance_by_kind_and_by_account_ties(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story, "balance/"))
    assert [(part.kind, part.count, part.amount, part.open_amount) for part in answer.context["parts"]] == [
        ("invoice", 2, Decimal(3000), Decimal(2600)),
        ("receipt", 2, Decimal(-900), Decimal(-500)),
    ]
    assert [(each.amount, each.items, each.difference) for each in answer.context["controls"]] == [
        (Decimal(2100), Decimal(2100), 0)
    ]
    assert "Book ties" in text_of(answer)


def test_as_of_an_earlier_day(as_clerk: Client, story: Story) -> None:
    before = (story.today - timedelta(days=60)).isoformat()
    answer = as_clerk.get(url(story, "balance/"), {"as_of": before})
    assert [(each.amount, each.items) for each in answer.context["controls"]] == [(Decimal(1000), Decimal(1000))]
    assert f"as_of={before}" in "".join(parsed(answer).links), "the drill-down keeps the day"


def test_down_to_journal_lines(as_clerk: Client, story: Story) -> None:
    account = as_clerk.get(url(story, "balance/")).context["controls"][0].account_id
    answer = as_clerk.get(url(story, "journal/"), {"account": account, "currency": "CNY"})
    rows = answer.context["rows"]
    assert sum(row.amount for row in rows) == Decimal(2100)
    assert {row.number for row in rows} >= {number_of(story.late), number_of(story.applied)}
    assert "Difference 0.00 Book ties" in text_of(answer)
    assert as_clerk.get(url(story, "journal/"), {"currency": "USD"}).context["rows"] == []


def test_pages_of_the_journal_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    book = Bookkeeper(company=story.company, by=clerk)
    for days in range(60):
        book.invoice(story.haichen.pk, "1.00", story.today - timedelta(days=days // 3))
    first = as_clerk.get(url(story, "journal/"))
    second = as_clerk.get(url(story, "journal/") + "?" + first.context["next_query"])
    seen = [row.line_id for answer in (first, second) for row in answer.context["rows"]]
    assert len(seen) == len(set(seen)) == 64
    assert second.context["next_query"] == ""


def test_each_figure_of_the_strip_opens_its_items(as_clerk: Client, story: Story) -> None:
    links = parsed(as_clerk.get(url(story))).links
    assert "?bucket=3&currency=CNY" in links
    assert url(story, "balance/") in links
    answer = as_clerk.get(url(story), {"bucket": "3", "currency": "CNY"})
    assert [item.number for item in answer.context["debits"]] == [number_of(story.late)]
    assert "Only 61–90 d in CNY is shown." in text_of(answer)
    credit = as_clerk.get(url(story), {"bucket": "credit", "currency": "CNY"})
    assert ([item.open_amount for item in credit.context["credits"]], credit.context["debits"]) == ([Decimal(-500)], [])
    assert len(as_clerk.get(url(story), {"bucket": "99", "currency": "CNY"}).context["debits"]) == 2


def test_paying_weighs_what_money_settled(as_clerk: Client, clerk: User, story: Story) -> None:
    """600 of the late invoice are paid today, 70 days late; the rest was paid before: 1,000 with 70 days, none on time.

    A second invoice of 3,000 is paid on its due date: 70 x 1,000 / 4,000 = 17.5 days, 75 % on time. What a credit note
    settles does not count.
    """
    book, customer, today = Bookkeeper(company=story.company, by=clerk), story.haichen.pk, story.today
    assert as_clerk.get(url(story)).context["paying"] is None, "nothing is settled yet"
    assert story.late.document is not None
    late = story.late.document.items.get().pk
    punctual = book.invoice(customer, "3000.00", today - timedelta(days=9), due_on=today).item_ids[0]
    for item, amount in ((late, "600.00"), (punctual, "3000.00")):
        book.apply(book.receipt(customer, amount, today).item_ids[0], item, amount, today)
    credited = book.invoice(customer, "9.00", today - timedelta(days=90)).item_ids[0]
    book.apply(book.credit_note(customer, "9.00", today).item_ids[0], credited, "9.00", today)
    answer = as_clerk.get(url(story, "paying/"))
    found = answer.context["paying"]
    assert (found.days_late, found.on_time_share, found.count, found.trend) == (
        Decimal("17.5"), Decimal("0.75"), 2, None,
    )  # fmt: skip
    rows = answer.context["rows"]
    weighed = sum(row.base_amount * row.days for row in rows) / sum(row.base_amount for row in rows)
    assert weighed == found.days_late, "the list is what the figure is made of"
    assert "Pays late by 17.5 days" in text_of(as_clerk.get(url(story)))


def test_nothing_paid_yet_says_what_will_stand_here(as_clerk: Client, company: Company) -> None:
    new = create_customer(company, NewCustomer(code="N", name="N", currency="CNY"), by=None)
    assert "No invoice was paid" in text_of(as_clerk.get(f"/customers/{new.pk}/paying/"))
    assert "Nothing was posted yet" in text_of(as_clerk.get(f"/customers/{new.pk}/balance/"))
    assert "Nothing was posted yet" in text_of(as_clerk.get(f"/customers/{new.pk}/journal/"))


@pytest.mark.parametrize("page", ["balance/", "journal/", "paying/"])
def test_few_queries_and_guarded(
    company: Company, as_clerk: Client, story: Story, other_company: Company, page: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    with django_assert_max_num_queries(13):
        as_clerk.get(url(story, page))
    check_method(as_clerk, url(story, page), wrong="post")
    foreign = create_customer(other_company, NewCustomer(code="F", name="F", currency="USD"), by=None)
    assert as_clerk.get(f"/customers/{foreign.pk}/{page}").status_code == 404
    check_roles(company, "customer.view", url(story, page))
