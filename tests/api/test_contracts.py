"""Contracts and fields of a company's own through the API, and what invoices inherit."""

from typing import Any

import pytest

from arap.core.models import Company
from customers.actions import NewCustomer, create_customers, ensure_terms, set_custom_values
from customers.models import Customer, CustomField
from tests.api.program import Program

pytestmark = pytest.mark.django_db
NEW = {"number": "HC-1", "valid_from": "2026-01-01", "late_rate": "12"}


@pytest.fixture
def path(company: Company) -> str:
    ensure_terms(company, ["n/30"], by=None)
    pk = create_customers(company, [NewCustomer(code="A", name="A", currency="CNY")], by=None)["A"]
    return f"customers/{pk}/contracts/"


def test_a_contract_is_recorded_read_and_changed(api: Program, path: str) -> None:
    made = api.post(path, {**NEW, "terms": "n/30", "currency": "CNY", "valid_to": "2026-12-31"})
    assert (made["customer"], made["terms"], made["late_rate"]) == ("A", "n/30", "12")
    assert "12 % a year" in made["late_clause"]
    assert api.get(path)["data"] == [made]
    one = f"contracts/{made['id']}/"
    seen = api.call("GET", one)["ETag"]
    body = {"number": "HC-2", "currency": None, "terms": None}
    changed = api.call("PATCH", one, body, headers={"If-Match": seen}).json()
    assert (changed["number"], changed["currency"], changed["terms"], changed["valid_to"]) == (
        "HC-2", "", None, "2026-12-31",
    )  # fmt: skip
    assert api.call("PATCH", one, body, headers={"If-Match": seen}).status_code == 412, "an older state"
    assert api.call("PATCH", one, body).status_code == 428


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"number": ""}, ["number"]),
        ({"valid_to": "2025-01-01"}, ["valid_to"]),
        ({"late_rate": "101"}, ["late_rate"]),
        ({"terms": "nowhere"}, ["terms"]),
        ({"currency": "XXX"}, ["currency"]),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    api: Program, path: str, changed: dict[str, Any], fields: list[str]
) -> None:
    assert api.refused("POST", path, {**NEW, **changed})[2] == fields
    assert api.get(path)["data"] == []


def test_an_invoice_inherits_from_it(api: Program, path: str) -> None:
    api.post(path, {**NEW, "terms": "n/30"})
    body = {"customer": "A", "currency": "CNY", "issued_on": "2026-03-01", "lines": [{"unit_price": "1"}]}
    made = api.post("invoices/", body)
    said = api.get(f"invoices/{made['id']}/")
    assert (said["contract_number"], said["terms"], said["instalments"][0]["due_on"]) == ("HC-1", "n/30", "2026-03-31")
    assert "12 % a year" in said["late_clause"]
    free = api.get(f"invoices/{api.post('invoices/', {**body, 'contract_number': 'X'})['id']}/")
    assert (free["contract_number"], free["late_clause"]) == ("X", "")


def test_own_fields_are_read_by_name(api: Program, company: Company, path: str) -> None:
    field = CustomField.objects.create(company=company, name="Trade", kind="text")
    customer = Customer.objects.get(code="A")
    set_custom_values(customer, {field.pk: "Steel"}, by=None)
    assert api.get(f"customers/{customer.pk}/")["custom"] == {"Trade": "Steel"}
