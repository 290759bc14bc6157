"""contracts, contract, contract_new, contract_edit, its files, and contracts on the customer's page."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import User
from customers.actions import add_contract, change_contract
from customers.models import Contract, ContractFile, Customer
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 contract"


@pytest.fixture
def contract(story: Story, clerk: User) -> Contract:
    return add_contract(
        story.haichen, number="HC-2026", valid_from=story.today - timedelta(days=30),
        valid_to=story.today + timedelta(days=45), by=clerk,
    )  # fmt: skip


def url(contract: Contract, more: str = "") -> str:
    return f"/contracts/{contract.pk}/{more}"


def new_url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/contracts/new/"


def typed(answer: Any) -> dict[str, Any]:
    """What the browser would send of the form as it stands."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}


def test_what_is_typed_is_what_is_recorded(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(new_url(story.haichen))
    data = {**typed(page), "number": "HC-1", "valid_from": "2026-01-01", "valid_to": "2099-12-31", "late_rate": "18.25"}
    answer = as_clerk.post(new_url(story.haichen), data, follow=True)
    assert "Contract HC-1 is recorded." in text_of(answer)
    assert "18.25 % a year" in text_of(answer), "the usual wording, where only a rate is typed"
    found = Contract.objects.get()
    assert (found.customer, found.currency, found.valid_to.year if found.valid_to else 0) == (
        story.haichen,
        "CNY",
        2099,
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"number": ""}, "Type the number that stands on the contract."),
        ({"number": "HC-2026"}, "This customer has a contract with this number."),
        ({"number": "x" * 61}, "at most 60 characters"),
        ({"valid_from": "someday"}, "someday is not a date"),
        ({"valid_from": ""}, "Type its first day."),
        ({"valid_from": "2026-02-02", "valid_to": "2026-02-01"}, "The contract ends before it begins."),
        ({"late_rate": "101"}, "less than or equal to 100"),
        ({"late_rate": "much"}, "Enter a number."),
        ({"terms": "999999"}, "not one of the available choices"),
        ({"currency": "XXX"}, "not one of the available choices"),
        ({"late_clause": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_what_cannot_be_recorded_is_said_beside_its_field(
    as_clerk: Client, story: Story, contract: Contract, changed: dict[str, str], said: str
) -> None:
    data = {"number": "N-1", "valid_from": "2026-01-01", **changed}
    answer = as_clerk.post(new_url(story.haichen), data)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert Contract.objects.count() == 1


def test_a_change_is_kept_and_in_both_histories(as_clerk: Client, story: Story, contract: Contract) -> None:
    data = typed(as_clerk.get(url(contract, "edit/")))
    page = text_of(as_clerk.post(url(contract, "edit/"), {**data, "number": "HC-2027"}, follow=True))
    assert "contract number" in page.lower()
    assert "was HC-2026, is now HC-2027" in page
    history = text_of(as_clerk.get(f"/customers/{story.haichen.pk}/history/"))
    assert "Contract changed" in history


def test_two_people_change_one_contract(as_clerk: Client, contract: Contract, controller: User) -> None:
    data = typed(as_clerk.get(url(contract, "edit/")))
    change_contract(contract, version=1, by=controller, number="HC-theirs")
    answer = as_clerk.post(url(contract, "edit/"), {**data, "number": "HC-mine"})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "while you were typing. Nothing was saved." in page
    assert "was HC-2026, is now HC-theirs" in page
    assert 'value="HC-mine"' in answer.content.decode(), "nothing typed is lost"
    as_clerk.post(url(contract, "edit/"), {**data, "number": "HC-mine", "version": "2"})
    contract.refresh_from_db()
    assert contract.number == "HC-mine"


def test_files_come_and_go(as_clerk: Client, contract: Contract) -> None:
    assert "Choose a file." in text_of(as_clerk.post(url(contract)))
    page = text_of(as_clerk.post(url(contract), {"file": SimpleUploadedFile("x.exe", b"MZ\x00")}))
    assert "This kind of file is not kept." in page
    as_clerk.post(url(contract), {"file": SimpleUploadedFile("signed.pdf", PDF)})
    kept = ContractFile.objects.get()
    answer = as_clerk.get(url(contract, f"files/{kept.pk}/"))
    assert b"".join(answer) == PDF
    assert "The file is taken off" in text_of(as_clerk.post(url(contract, f"files/{kept.pk}/remove/"), follow=True))
    assert as_clerk.get(url(contract, f"files/{kept.pk}/")).status_code == 404


def test_a_missing_clause_is_pointed_out(as_clerk: Client, story: Story, contract: Contract) -> None:
    customer = f"/customers/{story.haichen.pk}/"
    assert "does not say what late payment costs" in text_of(as_clerk.get(url(contract)))
    assert "does not say what late payment costs" in text_of(as_clerk.get(customer))
    assert "HC-2026" in text_of(as_clerk.get("/contracts/?view=without"))
    change_contract(contract, version=1, by=None, late_clause="12 % a year.")
    assert "does not say what late payment costs" not in text_of(as_clerk.get(url(contract)))
    assert "does not say what late payment costs" not in text_of(as_clerk.get(customer))
    assert "Every contract in force has a late-payment clause" in text_of(as_clerk.get("/contracts/?view=without"))


def test_those_that_end_soon_come_first(
    as_clerk: Client, story: Story, contract: Contract, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for days in range(1, 32):
        last = story.today + timedelta(days=days)
        add_contract(story.qiming, number=f"Q-{days}", valid_from=story.today, valid_to=last, by=None)
    with django_assert_max_num_queries(12):
        answer = as_clerk.get("/contracts/")
    assert [row[0].number for row in answer.context["rows"]] == [f"Q-{days}" for days in range(1, 31)]
    assert "Ends in 1 day" in text_of(answer)
    rest = as_clerk.get(f"/contracts/?{answer.context['next_query']}").context["rows"]
    assert [row[0].number for row in rest] == ["Q-31", "HC-2026"]
    newest = as_clerk.get("/contracts/?view=all")
    older = as_clerk.get(f"/contracts/?{newest.context['next_query']}").context["rows"]
    assert len({row[0].pk for row in [*newest.context["rows"], *older]}) == 32


def test_nothing_yet_says_what_to_do(as_clerk: Client, story: Story) -> None:
    assert "Contracts are recorded on the customer’s page" in text_of(as_clerk.get("/contracts/"))
    assert "No contract yet" in text_of(as_clerk.get("/contracts/?view=all"))
    assert "None in force" in text_of(as_clerk.get(f"/customers/{story.haichen.pk}/"))


def test_none_for_an_inactive_customer(as_clerk: Client, story: Story) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(is_active=False)
    assert "is inactive, so nothing new" in text_of(as_clerk.get(new_url(story.haichen), follow=True))


def test_another_companys_contract_is_not_found(client: Client, outsider: User, contract: Contract) -> None:
    client.force_login(outsider)
    for path in ("", "edit/", "files/1/"):
        assert client.get(url(contract, path)).status_code == 404
    assert client.get(new_url(contract.customer)).status_code == 404


def test_taking_off_is_a_post(as_clerk: Client, contract: Contract) -> None:
    check_method(as_clerk, url(contract, "files/1/remove/"), wrong="get")
