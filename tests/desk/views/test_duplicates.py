"""duplicates, customer_duplicates, customer_merge, customer_unmerge: customers that are one."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from aging.queries import aging
from arap.core.models import Company, Role, User
from arap.desk.queries.duplicates import candidates
from arap.ledger.models import Item
from arap.ledger.queries import position_at
from customers.actions import NewCustomer, create_customers
from customers.models import Customer
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, parsed, signed_in, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/customers/duplicates/"


@pytest.fixture
def twin(story: Story, clerk: User) -> Customer:
    """Haichen once more, under another code and spelling, owing 100.00."""
    new = NewCustomer(code="C-2", name="NINGBO HAICHEN MOULD, CO LTD", currency="CNY", segment="Export")
    pk = create_customers(story.company, [new], by=None)["C-2"]
    Bookkeeper(company=story.company, by=clerk).invoice(pk, "100.00", story.today)
    return Customer.objects.select_related("company").get(pk=pk)


@pytest.fixture
def as_controller(company: Company) -> Client:
    return signed_in(company, Role.CONTROLLER)


def merge_url(story: Story, twin: Customer) -> str:
    return f"/customers/{twin.pk}/merge/{story.haichen.pk}/"


NAMES = [
    ("Acme Trading Co., Ltd.", "ACME TRADING CO LTD", True),
    ("Müller GmbH", "müller", True),
    ("宁波海辰模具有限公司", "宁波海辰模具", True),
    ("宁波海辰（中国）有限公司", "宁波海辰中国有限公司", True),
    ("Acme Trading", "Acme Trade", False),
    ("宁波海辰", "宁波海晨", False),
]


@pytest.mark.parametrize("one, other, same", NAMES, ids=[name[1] for name in NAMES])
def test_names_that_differ_in_nothing_that_counts(company: Company, one: str, other: str, same: bool) -> None:
    rows = [NewCustomer(code=str(at), name=name, currency="CNY") for at, name in enumerate((one, other))]
    create_customers(company, rows, by=None)
    groups, _more = candidates(company)
    assert [len(group.customers) for group in groups] == ([2] if same else [])


def test_one_tax_number(as_clerk: Client, company: Company, other_company: Company) -> None:
    rows = [NewCustomer(code=code, name=f"N {code}", currency="CNY", tax_id=tax) for code, tax in
            (("a", "91X"), ("b", "91x"), ("c", ""), ("d", ""))]  # fmt: skip
    create_customers(company, rows, by=None)
    create_customers(other_company, [NewCustomer(code="z", name="Z", currency="USD", tax_id="91X")], by=None)
    page = text_of(as_clerk.get(URL))
    assert "One tax number: 91X" in page
    assert " z " not in page


def test_near_names_are_found_from_the_customer(as_clerk: Client, story: Story, twin: Customer) -> None:
    new = NewCustomer(code="C-3", name="Ningbo Haichen Moulds Co., Ltd.", currency="CNY")
    create_customers(story.company, [new], by=None)
    rows = as_clerk.get(f"/customers/{story.haichen.pk}/duplicates/").context["rows"]
    assert {row.code for row in rows} == {"C-2", "C-3"}


def test_the_preview_says_what_merging_does_and_does_nothing(
    as_controller: Client, story: Story, twin: Customer
) -> None:
    assert merge_url(story, twin) in parsed(as_controller.get(URL)).links
    page = text_of(as_controller.get(merge_url(story, twin)))
    assert "Open CNY 100.00 CNY 2,100.00" in page
    assert "show both as one: CNY 2,200.00" in page
    assert "Segment Export –" in page
    twin.refresh_from_db()
    assert twin.merged_into is None


@pytest.fixture
def merged(as_controller: Client, story: Story, twin: Customer) -> Customer:
    assert as_controller.post(merge_url(story, twin)).status_code == 302
    twin.refresh_from_db()
    return twin


def test_reads_show_both_as_one(as_clerk: Client, story: Story, merged: Customer) -> None:
    rows = {row.code: row for row in as_clerk.get("/customers/").context["page"].rows}
    assert "C-2" not in rows
    assert rows["C-10482"].balance == Decimal(2200)
    assert [row.code for row in as_clerk.get("/customers/", {"q": "C-2"}).context["page"].rows] == ["C-10482"]
    page = as_clerk.get(f"/customers/{story.haichen.pk}/")
    assert "Balance CNY 2,200 .00" in text_of(page)
    assert "Also stands for C-2" in text_of(page)
    assert page.context["ties"]
    assert as_clerk.get(f"/customers/{merged.pk}/")["Location"] == f"/customers/{story.haichen.pk}/"
    documents = as_clerk.get(f"/customers/{story.haichen.pk}/documents/").context["rows"]
    assert len(documents) == 5
    controls = as_clerk.get(f"/customers/{story.haichen.pk}/balance/").context["controls"]
    assert [(each.amount, each.difference) for each in controls] == [(Decimal(2200), 0)]


def test_aging_shows_both_as_one_and_the_totals_stay(story: Story, merged: Customer) -> None:
    report = aging(story.company, as_of=story.today, position=position_at(story.company, known_at=None))
    assert {row.key: row.total for row in report.rows if row.currency == "CNY"} == {
        story.haichen.pk: Decimal(2200),
        None: Decimal(-77),
    }
    one = aging(
        story.company, as_of=story.today, position=report.position, customer_id=story.haichen.pk, by="segment"
    )  # fmt: skip
    assert [(row.key, row.total) for row in one.rows] == [("", Decimal(2200))], "the segment of the one that stays"


def test_credit_of_the_one_settles_the_other(clerk: User, story: Story, merged: Customer) -> None:
    book = Bookkeeper(company=story.company, by=clerk)
    credit = story.waiting.document.items.get() if story.waiting.document else None
    debit = Item.objects.get(customer=merged)
    assert credit is not None
    book.apply(credit.pk, debit.pk, "100.00", story.today)
    debit.refresh_from_db()
    assert debit.open_amount == 0


def test_undone_at_once_or_later(as_controller: Client, as_clerk: Client, story: Story, twin: Customer) -> None:
    answer = as_controller.post(merge_url(story, twin), follow=True)
    undo = answer.context["undo"]
    assert undo["text"] == "C-2 is merged into C-10482"
    as_controller.post(undo["url"])
    twin.refresh_from_db()
    assert (twin.merged_into, twin.parent) == (None, None)
    rows = {row.code: row.balance for row in as_clerk.get("/customers/").context["page"].rows}
    assert (rows["C-2"], rows["C-10482"]) == (Decimal(100), Decimal(2100))
    assert "This customer is not merged." in text_of(as_controller.post(undo["url"], follow=True))


def test_sent_twice_merges_once(as_controller: Client, story: Story, merged: Customer) -> None:
    answer = as_controller.post(merge_url(story, merged), follow=True)
    assert "merged with another customer already" in text_of(answer)


def test_nothing_new_for_the_duplicate(as_clerk: Client, story: Story, merged: Customer) -> None:
    data = {"customer": "C-2", "received_on": "1/1/2026", "currency": "CNY", "amount": "5", "key": "k"}
    answer = as_clerk.post("/receipts/new/", data)
    assert answer.status_code == 422
    assert "C-2 was merged into C-10482. Use C-10482." in text_of(answer)
    assert number_of(story.late)


def test_few_queries(
    as_clerk: Client, twin: Customer, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(8):
        as_clerk.get(URL)


def test_nobody_looks_like_another(as_clerk: Client, story: Story) -> None:
    assert "No customer looks like another" in text_of(as_clerk.get(URL))
    assert "No customer looks like this one" in text_of(as_clerk.get(f"/customers/{story.haichen.pk}/duplicates/"))


def test_another_company_s(as_controller: Client, story: Story, other_company: Company) -> None:
    ids = create_customers(other_company, [NewCustomer(code="x", name="X", currency="USD")], by=None)
    assert as_controller.post(f"/customers/{story.haichen.pk}/merge/{ids['x']}/").status_code == 404
    assert as_controller.post(f"/customers/{ids['x']}/merge/{story.haichen.pk}/").status_code == 404
    assert as_controller.post(f"/customers/{ids['x']}/unmerge/").status_code == 404
    assert as_controller.get(f"/customers/{ids['x']}/duplicates/").status_code == 404


def test_methods(as_controller: Client, story: Story, twin: Customer) -> None:
    check_method(as_controller, URL, wrong="post")
    check_method(as_controller, merge_url(story, twin), wrong="put")
    check_method(as_controller, f"/customers/{twin.pk}/unmerge/", wrong="get")
