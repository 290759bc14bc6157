"""Customers and terms in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import AuditEntry, Company, User
from customers.actions import NewCustomer, create_customers
from customers.models import Customer, PayerAccount, PaymentTerms


@pytest.fixture
def desk(client: Client, controller: User) -> Client:
    controller.is_staff = True
    controller.save(update_fields=["is_staff"])
    client.force_login(controller)
    return client


def form(**changes: Any) -> dict[str, Any]:
    fields = {"code": "a", "name": "Alpha", "language": "en", "currency": "CNY", "is_active": "on"}
    sets = {f"{name}-{count}_FORMS": 0 for name in ("contacts", "payer_accounts") for count in ("TOTAL", "INITIAL")}
    return {**fields, **sets, **changes}


def test_a_customer_with_a_payer_account(desk: Client, company: Company) -> None:
    rows = {"payer_accounts-TOTAL_FORMS": 1, "payer_accounts-0-account_no": "6222"}
    assert desk.post(reverse("admin:customers_customer_add"), form(company=company.pk, **rows)).status_code == 302
    made = Customer.objects.get(code="a")
    assert made.root_id == made.pk
    account = PayerAccount.objects.get()
    assert (account.company, account.customer) == (company, made)
    assert AuditEntry.objects.filter(verb="customer.create", object_id=str(made.pk)).exists()


def test_a_contact_with_roles(desk: Client, company: Company) -> None:
    ids = create_customers(company, [NewCustomer(code="a", name="Alpha", currency="CNY")], by=None)
    contact = {"name": "Li Lei", "language": "zh-hans", "roles": ["billing", "payments"], "receives": ["statement"]}
    rows = {f"contacts-0-{name}": value for name, value in contact.items()} | {"contacts-TOTAL_FORMS": 1}
    answer = desk.post(reverse("admin:customers_customer_change", args=[ids["a"]]), form(**rows))
    assert answer.status_code == 302
    made = Customer.objects.get(pk=ids["a"]).contacts.get()
    assert (made.company, made.roles, made.receives) == (company, ["billing", "payments"], ["statement"])


def test_a_parent_that_makes_a_circle_is_refused_on_the_form(desk: Client, company: Company) -> None:
    rows = [
        NewCustomer(code="a", name="a", currency="CNY"),
        NewCustomer(code="b", name="b", currency="CNY", parent_code="a"),
    ]
    ids = create_customers(company, rows, by=None)
    answer = desk.post(reverse("admin:customers_customer_change", args=[ids["a"]]), form(parent=ids["b"]))
    assert answer.status_code == 200
    assert Customer.objects.get(pk=ids["a"]).parent_id is None


def test_a_parent_of_another_company_cannot_be_named(desk: Client, company: Company, other_company: Company) -> None:
    theirs = create_customers(other_company, [NewCustomer(code="t", name="t", currency="USD")], by=None)
    answer = desk.post(reverse("admin:customers_customer_add"), form(company=company.pk, parent=theirs["t"]))
    assert answer.status_code == 200
    assert not Customer.objects.filter(code="a").exists()


@pytest.mark.parametrize("rule, status", [("2/10 n/30", 302), ("whenever", 200)])
def test_a_rule_must_be_readable(desk: Client, company: Company, rule: str, status: int) -> None:
    body = {"company": company.pk, "code": "T", "name": "T", "rule": rule, "is_active": "on"}
    assert desk.post(reverse("admin:customers_paymentterms_add"), body).status_code == status
    assert PaymentTerms.objects.filter(code="T").exists() == (status == 302)
