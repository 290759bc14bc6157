"""new: record money in; errors stay at their field and nothing typed is lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from arap.core.models import Company, CompanyBankAccount, User
from receipts.models import Receipt
from tests.pages import text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/receipts/new/"


@pytest.fixture
def typed(story: Story) -> dict[str, Any]:
    """A form as somebody fills it in."""
    return {
        "customer": "c-10482",
        "received_on": story.today.isoformat(),
        "currency": "CNY",
        "amount": "1,234.5",
        "method": "bank_transfer",
        "remittance": "PO-2",
        "key": "k-1",
    }


def test_the_form_starts_with_today_and_the_customer_one_came_from(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL, {"customer": "C-10482"}).content.decode()
    assert 'value="C-10482"' in page
    assert f"{story.today.day} " in page


def test_it_records_and_shows_the_receipt(as_clerk: Client, clerk: User, typed: dict[str, Any], story: Story) -> None:
    answer = as_clerk.post(URL, typed)
    receipt = Receipt.objects.latest("pk")
    assert answer["Location"] == f"/receipts/{receipt.pk}/"
    assert (receipt.amount, receipt.customer, receipt.recorded_by) == (Decimal("1234.500"), story.haichen, clerk)
    assert receipt.state == "confirmed"
    assert "Named in the text" in text_of(as_clerk.get(answer["Location"]))


@pytest.mark.parametrize(("amount", "stored"), [("1.2万", "12000"), ("=100+20.5", "120.5"), ("1234.50", "1234.5")])
def test_amounts_in_short_ways(as_clerk: Client, typed: dict[str, Any], amount: str, stored: str) -> None:
    as_clerk.post(URL, {**typed, "amount": amount})
    assert Receipt.objects.latest("pk").amount == Decimal(stored)


def test_without_a_customer_the_payer_is_unknown(as_clerk: Client, typed: dict[str, Any]) -> None:
    answer = as_clerk.post(URL, {**typed, "customer": ""})
    assert "Payer unknown" in text_of(as_clerk.get(answer["Location"]))


def test_sent_twice_it_is_recorded_once(as_clerk: Client, typed: dict[str, Any]) -> None:
    first, second = as_clerk.post(URL, typed), as_clerk.post(URL, typed)
    assert first["Location"] == second["Location"]
    assert Receipt.objects.filter(remittance="PO-2").count() == 1


def test_the_same_form_with_other_content_is_refused(as_clerk: Client, typed: dict[str, Any]) -> None:
    as_clerk.post(URL, typed)
    answer = as_clerk.post(URL, {**typed, "amount": "1"})
    assert answer.status_code == 422
    assert "used for another request" in text_of(answer)


def test_a_large_one_waits_for_a_second_person(as_clerk: Client, company: Company, typed: dict[str, Any]) -> None:
    Company.objects.filter(pk=company.pk).update(receipt_confirmation_above=1000)
    answer = as_clerk.post(URL, typed)
    page = text_of(as_clerk.get(answer["Location"]))
    assert "Waits for a second person" in page
    assert "not in the book yet" in page


def test_one_after_the_other(as_clerk: Client, typed: dict[str, Any]) -> None:
    answer = as_clerk.post(URL, {**typed, "currency": "CNY", "method": "cheque", "then": "another"})
    assert answer["Location"].startswith(URL + "?received_on=")
    page = as_clerk.get(answer["Location"])
    assert "Recorded as R-" in text_of(page)
    form = page.context["form"]
    kept = (form["received_on"].value(), form["method"].value(), form["customer"].value(), form["amount"].value())
    assert kept == (typed["received_on"], "cheque", "", None), "day and method stay, the rest is new"
    assert form["key"].value() != typed["key"]


def test_what_may_be_the_same_money_is_asked_about_once(
    as_clerk: Client, clerk: User, typed: dict[str, Any], story: Story
) -> None:
    as_clerk.post(URL, typed)
    first = Receipt.objects.select_related("document").latest("pk")
    again = {**typed, "key": "k-2", "remittance": "other words"}
    answer = as_clerk.post(URL, again)
    assert answer.status_code == 409
    assert f"This may be recorded already. Nothing was recorded. {number_of(first)}" in text_of(answer)
    assert Receipt.objects.latest("pk") == first
    answer = as_clerk.post(URL, {**again, "not_the_same": answer.context["not_the_same"]})
    second = Receipt.objects.latest("pk")
    assert answer["Location"] == f"/receipts/{second.pk}/" != f"/receipts/{first.pk}/"
    third = as_clerk.post(URL, {**again, "key": "k-3", "not_the_same": str(first.pk)})
    assert third.status_code == 409, "of the second it was not said that it is other money"


@pytest.mark.parametrize(
    ("changed", "is_asked"),
    [
        ({}, True),
        ({"received_on": "-7"}, True),
        ({"received_on": "-8"}, False),
        ({"amount": "1,234.51"}, False),
        ({"customer": "C-10290"}, False),
        ({"customer": "", "remittance": "PO-2"}, True),
        ({"customer": "", "remittance": "PO-3"}, False),
        ({"customer": "", "remittance": ""}, False),
    ],
)
def test_what_counts_as_the_same_money(
    as_clerk: Client, typed: dict[str, Any], changed: dict[str, str], is_asked: bool
) -> None:
    as_clerk.post(URL, typed)
    assert (as_clerk.post(URL, {**typed, "key": "k-2", **changed}).status_code == 409) is is_asked


def test_our_account_must_be_in_the_currency(as_clerk: Client, company: Company, typed: dict[str, Any]) -> None:
    ours = CompanyBankAccount.objects.create(
        company=company, name="Acme", bank="ICBC", account_no="4471", currency="USD"
    )
    answer = as_clerk.post(URL, {**typed, "bank_account": ours.pk})
    assert answer.status_code == 422
    assert "We have no such account in this currency." in text_of(answer)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("received_on", "+1", "This day lies in the future."),
        ("amount", "", "Type the amount received."),
        ("amount", "abc", "abc is not an amount in CNY."),
        ("amount", "1.005", "1.005 is not an amount in CNY."),
        ("amount", "0", "A receipt has an amount above zero."),
        ("amount", "-5", "A receipt has an amount above zero."),
        ("received_on", "", "Type the day the money came in."),
        ("received_on", "31/2", "31/2 is not a date."),
        ("received_on", "1999-01-01", "closed period"),
        ("customer", "C-99", "There is no customer “C-99”."),
        ("currency", "EUR", "There is no exchange rate for EUR"),
        ("currency", "XXX", "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    as_clerk: Client, typed: dict[str, Any], field: str, value: str, sentence: str
) -> None:
    before = Receipt.objects.count()
    answer = as_clerk.post(URL, {**typed, field: value})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "PO-2" in answer.content.decode(), "what was typed elsewhere stays"
    assert Receipt.objects.count() == before


def test_a_customer_of_another_company_is_unknown(client: Client, outsider: User, typed: dict[str, Any]) -> None:
    client.force_login(outsider)
    assert "There is no customer" in text_of(client.post(URL, typed))


def test_other_methods_are_refused(as_clerk: Client) -> None:
    assert as_clerk.delete(URL).status_code == 405
