"""customer_new: a customer taken up in the browser."""

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from customers.actions import NewCustomer, create_customer, ensure_terms
from customers.models import Customer
from tests.pages import check_method, signed_in, text_of

pytestmark = pytest.mark.django_db
URL = "/customers/new/"
HAICHEN = {
    "code": "C-1",
    "name": "Ningbo Haichen Mould Co., Ltd.",
    "name_local": "宁波海辰模具有限公司",
    "country": "cn",
    "tax_id": "91110000600037341l",
    "currency": "CNY",
    "language": "zh-hans",
    "segment": "Export",
    "address": "宁波市\n江北区 1 号",
    "delivery_address": "Gate 3",
    "phone": "0574 1234",
    "bank_name": "工商银行宁波分行",
    "bank_account": "3901 0001",
    "payer_accounts": "6222 1\n6222 2",
}


def test_everything_typed_is_recorded(as_clerk: Client, clerk: User, company: Company) -> None:
    terms = ensure_terms(company, ["n/30"], by=clerk)["n/30"]
    answer = as_clerk.post(URL, {**HAICHEN, "terms": terms, "owner": clerk.pk}, follow=True)
    made = Customer.objects.get(company=company, code="C-1")
    assert answer.redirect_chain == [(f"/customers/{made.pk}/", 302)]
    assert "C-1 is recorded." in text_of(answer)
    assert (made.tax_id, made.country, made.terms_id, made.owner) == ("91110000600037341L", "CN", terms, clerk)
    for name in ("name_local", "delivery_address", "phone", "bank_name", "bank_account", "segment", "language"):
        assert getattr(made, name) == HAICHEN[name]
    assert made.address.split() == ["宁波市", "江北区", "1", "号"]
    assert made.initials == "nbhcmjyxgs"
    assert [account.account_no for account in made.payer_accounts.all()] == ["6222 1", "6222 2"]
    assert AuditEntry.objects.filter(verb="customer.create", actor=clerk).exists()


WRONG = {
    "code": "",
    "name": "",
    "country": "China!",
    "tax_id": "91110000600037341X",
    "currency": "XXX",
    "language": "fr",
    "segment": "x" * 61,
    "name_local": "海" * 201,
}


@pytest.mark.parametrize("field, value", WRONG.items(), ids=WRONG)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(
    as_clerk: Client, company: Company, field: str, value: str
) -> None:
    answer = as_clerk.post(URL, {**HAICHEN, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert "工商银行宁波分行" in page
    assert not Customer.objects.filter(company=company).exists()


def test_a_code_that_exists_is_refused_at_the_field(as_clerk: Client, company: Company) -> None:
    create_customer(company, NewCustomer(code="C-1", name="First", currency="CNY"), by=None)
    answer = as_clerk.post(URL, HAICHEN)
    assert answer.context["form"].errors["code"] == ["A customer with this code exists already."]
    assert Customer.objects.get(company=company).name == "First"


def test_sent_twice_is_one_customer(as_clerk: Client, company: Company) -> None:
    assert [as_clerk.post(URL, HAICHEN).status_code for _time in range(2)] == [302, 422]
    assert Customer.objects.filter(company=company).count() == 1


def test_html_in_a_name_is_text(as_clerk: Client) -> None:
    answer = as_clerk.post(URL, {**HAICHEN, "name": "<script>alert(1)</script>"}, follow=True)
    assert "<script>alert" not in answer.content.decode()


def test_who_may_regroup_gives_a_parent(company: Company) -> None:
    create_customer(company, NewCustomer(code="TOP", name="Top", currency="CNY"), by=None)
    signed_in(company, Role.CONTROLLER).post(URL, {**HAICHEN, "parent": "top"})
    made = Customer.objects.get(code="C-1")
    assert made.parent is not None
    assert made.parent.code == "TOP"


def test_a_clerk_gives_none(as_clerk: Client, company: Company) -> None:
    create_customer(company, NewCustomer(code="TOP", name="Top", currency="CNY"), by=None)
    assert 'name="parent"' not in as_clerk.get(URL).content.decode()
    as_clerk.post(URL, {**HAICHEN, "parent": "TOP"})
    assert Customer.objects.get(code="C-1").parent is None


def test_another_company_s_terms_owner_and_parent_are_no_choice(
    company: Company, other_company: Company, outsider: User
) -> None:
    client = signed_in(company, Role.CONTROLLER)
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    terms = ensure_terms(other_company, ["n/30"], by=None)["n/30"]
    answer = client.post(URL, {**HAICHEN, "terms": terms, "owner": outsider.pk, "parent": foreign.code})
    assert set(answer.context["form"].errors) == {"terms", "owner", "parent"}


def test_in_chinese(as_clerk: Client, clerk: User) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    page = text_of(as_clerk.get(URL))
    assert "新建客户" in page
    assert "税号" in page


def test_method(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="put")
