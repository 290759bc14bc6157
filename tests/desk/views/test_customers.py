"""customers: views, search, three orders, pages by keyset in both directions."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from cases.actions import set_hold
from cases.models import Hold
from customers.actions import NewCustomer, add_contact, create_customers, ensure_terms, update_customer
from customers.models import Customer, PaymentTerms
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, parsed, text_of
from tests.stories import Story, today_of

pytestmark = pytest.mark.django_db
URL = "/customers/"


def rows_of(answer: Any) -> list[str]:
    """Codes of the customers listed, in order."""
    return [row.code for row in answer.context["page"].rows]


def test_sorted_by_overdue_in_base_currency(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(URL)
    assert rows_of(answer) == ["C-10290", "C-10482"], "USD 300.00 is more than CNY 600.00"
    page = text_of(answer)
    assert "sorted by overdue in CNY" in page
    assert "20 d over" in page
    assert "1–2" in page


def test_views_say_how_many_they_hold(as_clerk: Client, story: Story) -> None:
    assert "/customers/views/" in as_clerk.get(URL).content.decode(), "counted beside the page, not before it"
    page = text_of(as_clerk.get("/customers/views/"))
    for tab in ("All 2", "Overdue 2", "With credit 1", "Mine 0", "On hold 0"):
        assert tab in page
    assert rows_of(as_clerk.get(URL, {"view": "credit"})) == ["C-10482"]


def test_mine_are_those_i_own(as_clerk: Client, clerk: User, story: Story) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(owner=clerk)
    assert rows_of(as_clerk.get(URL, {"view": "mine"})) == ["C-10482"]


@pytest.mark.parametrize("text", ["ningbo", "宁波", "c-10482", "10482", "nbhc", "hcmj", "wang min", "138-0574"])
def test_search_by_code_names_initials_and_contacts(as_clerk: Client, story: Story, text: str) -> None:
    add_contact(story.haichen, name="Wang Min", email="cw@haichen.example", phone="138-0574-1", by=None)
    assert rows_of(as_clerk.get(URL, {"q": text})) == ["C-10482"]


@pytest.mark.parametrize("text", ["100%", "_", "\\", "'; drop table", "\x00"])
def test_search_takes_its_text_literally(as_clerk: Client, story: Story, text: str) -> None:
    assert as_clerk.get(URL, {"q": text}).status_code == 200
    assert "100%" not in text or rows_of(as_clerk.get(URL, {"q": text})) == []


def test_a_search_without_a_match_names_itself_and_can_be_removed(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"q": "nobody"}))
    assert "No customer here matches “nobody”" in page
    assert "Remove the filter" in page


def test_pages_meet_without_gap_or_overlap_in_both_directions(as_clerk: Client, company: Company, clerk: User) -> None:
    new = [NewCustomer(code=f"C-{at:03}", name=f"Customer {at}", currency="CNY") for at in range(45)]
    ids = create_customers(company, new, by=None)
    book = Bookkeeper(company=company, by=clerk)
    for at in range(45):  # equal amounts: the code breaks the tie
        book.invoice(ids[f"C-{at:03}"], "10.00" if at % 2 else "20.00", today_of(company))
    seen, url = [], URL + "?sort=balance"
    pages = []
    while url:
        answer = as_clerk.get(url)
        pages.append(rows_of(answer))
        seen += pages[-1]
        url = URL + "?" + answer.context["next_query"] if answer.context["next_query"] else ""
    assert len(seen) == len(set(seen)) == 45
    assert [len(page) for page in pages] == [20, 20, 5]
    back = as_clerk.get(URL + "?" + answer.context["previous_query"])
    assert rows_of(back) == pages[1]
    assert "21–40" in text_of(back)


def test_pages_by_code_meet_where_customers_have_rows_in_several_currencies(
    as_clerk: Client, company: Company, clerk: User
) -> None:
    ids = create_customers(
        company, [NewCustomer(code=f"C-{at:03}", name=f"N {at}", currency="CNY") for at in range(22)], by=None
    )
    book = Bookkeeper(company=company, by=clerk)
    for at in range(22):
        for currency in ("CNY", "EUR", "USD")[: 1 + at % 3]:
            book.invoice(ids[f"C-{at:03}"], "10.00", today_of(company), currency=currency)
    pages, url = [], URL + "?sort=code"
    while url:
        answer = as_clerk.get(url)
        pages.append([(row.code, row.currency) for row in answer.context["page"].rows])
        url = URL + "?" + answer.context["next_query"] if answer.context["next_query"] else ""
    seen = [row for page in pages for row in page]
    assert seen == sorted(set(seen))
    assert [len(page) for page in pages] == [20, 20, 3]
    back = as_clerk.get(URL + "?" + answer.context["previous_query"])
    assert [(row.code, row.currency) for row in back.context["page"].rows] == pages[1]


@pytest.mark.parametrize("key", ["x", "1~2", "nan~a~b", "--1~a~b", "1e5~a~b", "\x00~a~b"])
def test_a_broken_place_is_the_first_page(as_clerk: Client, story: Story, key: str) -> None:
    assert rows_of(as_clerk.get(URL, {"after": key})) == ["C-10290", "C-10482"]


def test_each_filter_narrows(as_clerk: Client, clerk: User, story: Story) -> None:
    terms = ensure_terms(story.company, ["n/30"], by=None)["n/30"]
    update_customer(story.haichen, by=None, segment="Export & more", owner=clerk, terms=PaymentTerms.objects.get())
    update_customer(story.qiming, by=None, is_active=False)
    haichen, qiming = ["C-10482"], ["C-10290"]
    for query, found in (
        ({"segment": "Export & more"}, haichen),
        ({"owner": clerk.pk}, haichen),
        ({"owner": "none"}, qiming),
        ({"terms": terms}, haichen),
        ({"terms": "none"}, qiming),
        ({"currency": "USD"}, qiming),
        ({"standing": "inactive"}, qiming),
        ({"standing": "active", "currency": "USD"}, []),
        ({"owner": "1 or 1=1", "standing": "x", "view": "x"}, ["C-10290", "C-10482"]),
    ):
        assert rows_of(as_clerk.get(URL, query)) == found, query
    nobody = text_of(as_clerk.get(URL, {"standing": "active", "currency": "USD"}))
    assert "No customer here matches these filters" in nobody


def test_a_group_alone(as_clerk: Client, company: Company) -> None:
    rows = [NewCustomer(code="T", name="T", currency="CNY"), NewCustomer(code="O", name="O", currency="CNY")]
    ids = create_customers(company, [*rows, NewCustomer(code="S", name="S", currency="CNY", parent_code="T")], by=None)
    link = f"/customers/?group={ids['T']}&sort=code"
    assert link in parsed(as_clerk.get(f"/customers/{ids['S']}/")).links
    assert rows_of(as_clerk.get(link)) == ["S", "T"]


def test_paging_keeps_the_filters(as_clerk: Client, company: Company) -> None:
    new = [NewCustomer(code=f"C-{at:03}", name="A & B", currency="CNY", segment="x") for at in range(25)]
    create_customers(company, [*new, NewCustomer(code="D", name="D", currency="CNY")], by=None)
    first = as_clerk.get(URL, {"segment": "x", "q": "A & B", "sort": "code"})
    assert rows_of(as_clerk.get(URL + "?" + first.context["next_query"])) == [f"C-{at:03}" for at in range(20, 25)]


def test_who_is_on_hold_has_a_view(as_clerk: Client, collector: User, story: Story) -> None:
    set_hold(story.company, story.haichen, reason=Hold.Reason.DISPUTE, starts_on=story.today, by=collector)
    assert rows_of(as_clerk.get(URL, {"view": "held"})) == ["C-10482"]
    assert "On hold" in text_of(as_clerk.get(URL))


def test_htmx_gets_the_table_alone(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "C-10482" in page


def test_customers_of_another_company_are_not_listed(as_clerk: Client, story: Story, other_company: Company) -> None:
    create_customers(other_company, [NewCustomer(code="SECRET", name="Secret", currency="USD")], by=None)
    assert "SECRET" not in text_of(as_clerk.get(URL))


def test_an_empty_company_says_how_customers_come(as_clerk: Client) -> None:
    assert "No customers yet" in text_of(as_clerk.get(URL))


def test_every_row_opens(as_clerk: Client, story: Story) -> None:
    assert f"/customers/{story.haichen.pk}/" in parsed(as_clerk.get(URL)).links


def test_a_few_queries_make_the_list(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    # Session, user, roles, position, three of the list, views, four of the filters, own fields, the open period.
    with django_assert_max_num_queries(14):
        as_clerk.get(URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
