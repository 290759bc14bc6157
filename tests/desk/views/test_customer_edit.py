"""customer_edit: master data changed, also by two people at once."""

from typing import Any

import pytest
from django.test import Client

from arap.core.models import Company, Role, User
from customers.actions import NewCustomer, create_customer, set_payer_accounts, update_customer
from customers.models import Customer, PayerAccount
from tests.pages import check_method, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alpha(company: Company) -> Customer:
    new = NewCustomer(code="A", name="Alpha", currency="CNY", segment="Retail", tax_id="taken-on", country="CN")
    return create_customer(company, new, by=None)


def url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/edit/"


def typed(answer: Any) -> dict[str, Any]:
    """What the browser would send of the form as it stands."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value not in (None, False)}


def test_a_change_is_kept_and_noted(as_clerk: Client, alpha: Customer) -> None:
    page = as_clerk.get(url(alpha))
    answer = as_clerk.post(url(alpha), {**typed(page), "name": "Alpha Ltd.", "phone": "1"}, follow=True)
    assert "The changes are kept." in text_of(answer)
    alpha.refresh_from_db()
    assert (alpha.name, alpha.phone, alpha.segment, alpha.is_active) == ("Alpha Ltd.", "1", "Retail", True)
    assert alpha.tax_id == "taken-on", "a number that nobody touched is not judged"


def test_payer_accounts_of_two_people_meet(as_clerk: Client, controller: User, alpha: Customer) -> None:
    set_payer_accounts(alpha, ["6222 1", "6222 2"], by=controller)
    data = typed(as_clerk.get(url(alpha)))
    set_payer_accounts(alpha, ["6222 1", "6222 2", "6222 3"], by=controller)
    as_clerk.post(url(alpha), {**data, "payer_accounts": " 6222 2 \r\n6222 4\r\n"})
    numbers = PayerAccount.objects.filter(customer=alpha).values_list("account_no", flat=True)
    assert sorted(numbers) == ["6222 2", "6222 3", "6222 4"], "one taken away, one added by each"
    page = text_of(as_clerk.get(f"/customers/{alpha.pk}/history/"))
    assert "Accounts they pay from 6222 1, 6222 2, 6222 3 6222 2, 6222 3, 6222 4" in page
    answer = as_clerk.post(url(alpha), {**data, "payer_accounts": "6" * 61})
    assert list(answer.context["form"].errors) == ["payer_accounts"]


def test_a_touched_tax_number_is_judged(as_clerk: Client, alpha: Customer) -> None:
    answer = as_clerk.post(url(alpha), {**typed(as_clerk.get(url(alpha))), "tax_id": "9111"})
    assert answer.status_code == 422
    assert "has 18 characters" in text_of(answer)


def test_no_longer_active(as_clerk: Client, alpha: Customer) -> None:
    data = typed(as_clerk.get(url(alpha)))
    del data["is_active"]
    as_clerk.post(url(alpha), data)
    alpha.refresh_from_db()
    assert not alpha.is_active


def test_changed_meanwhile_elsewhere_both_count(as_clerk: Client, controller: User, alpha: Customer) -> None:
    data = typed(as_clerk.get(url(alpha)))
    update_customer(alpha, by=controller, name="Alpha Ltd.")
    assert as_clerk.post(url(alpha), {**data, "segment": "Export"}).status_code == 302
    alpha.refresh_from_db()
    assert (alpha.name, alpha.segment) == ("Alpha Ltd.", "Export")


@pytest.fixture
def meanwhile(as_clerk: Client, controller: User, alpha: Customer) -> Any:
    """The clerk types Export and a telephone number while the controller writes Trade and another name."""
    data = typed(as_clerk.get(url(alpha)))
    update_customer(alpha, by=controller, segment="Trade", name="Alpha Ltd.", is_active=False)
    return as_clerk.post(url(alpha), {**data, "segment": "Export", "phone": "0574"})


def test_changed_meanwhile_shows_was_theirs_and_yours(meanwhile: Any, alpha: Customer) -> None:
    assert meanwhile.status_code == 409
    page = text_of(meanwhile)
    assert "Controller changed this customer" in page
    assert "Segment Retail Trade Export" in page
    values = typed(meanwhile)
    assert (values["segment"], values["phone"], values["name"]) == ("Export", "0574", "Alpha Ltd.")
    assert "is_active" not in values, "what the other changed alone stands in the form"
    alpha.refresh_from_db()
    assert alpha.phone == "", "nothing was recorded"


def test_keep_theirs_and_apply_my_other_changes(as_clerk: Client, meanwhile: Any, alpha: Customer) -> None:
    as_clerk.post(url(alpha), {**typed(meanwhile), "keep_theirs": meanwhile.context["disputed"]})
    alpha.refresh_from_db()
    assert (alpha.segment, alpha.phone, alpha.name, alpha.is_active) == ("Trade", "0574", "Alpha Ltd.", False)


def test_use_mine(as_clerk: Client, meanwhile: Any, alpha: Customer) -> None:
    as_clerk.post(url(alpha), {**typed(meanwhile), "keep_theirs": ""})
    alpha.refresh_from_db()
    assert (alpha.segment, alpha.phone, alpha.name, alpha.is_active) == ("Export", "0574", "Alpha Ltd.", False)


def test_changed_once_more_is_asked_once_more(
    as_clerk: Client, controller: User, meanwhile: Any, alpha: Customer
) -> None:
    update_customer(alpha, by=controller, segment="Wholesale")
    answer = as_clerk.post(url(alpha), {**typed(meanwhile), "keep_theirs": ""})
    assert answer.status_code == 409
    assert "Segment Trade Wholesale Export" in text_of(answer)


def test_a_group_that_would_contain_itself_is_refused_at_the_field(company: Company, alpha: Customer) -> None:
    below = create_customer(company, NewCustomer(code="B", name="B", currency="CNY", parent_code="A"), by=None)
    client = signed_in(company, Role.CONTROLLER)
    answer = client.post(url(alpha), {**typed(client.get(url(alpha))), "parent": below.code})
    assert answer.status_code == 422
    assert "cannot stand under one of its own" in answer.context["form"].errors["parent"][0]


def test_another_company_s_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    assert as_clerk.get(url(foreign)).status_code == 404
    assert as_clerk.post(url(foreign), {"name": "x"}).status_code == 404


def test_method(as_clerk: Client, alpha: Customer) -> None:
    check_method(as_clerk, url(alpha), wrong="put")
