"""Fields of a company's own: one spelling for each kind, what is refused, and who changed what."""

from typing import Any

import pytest

from arap.core.errors import Invalid
from arap.core.models import AuditEntry, Company, User
from customers.actions import NewCustomer, create_customers, set_custom_values
from customers.models import Customer, CustomField
from customers.queries import custom_values
from customers.rules import CustomValueError, spelled

TABLE = """
    text    | a b            | a b
    number  | 1,234.50       | 1234.5
    number  | -0.000001      | -0.000001
    number  | 0.00           | 0
    number  | 1e3            | 1000
    number  | 0.0000001      | !
    number  | 1000000000000000 | !
    number  | much           | !
    number  | NaN            | !
    date    | 2026-02-28     | 2026-02-28
    date    | 2026-02-29     | !
    date    | 28/2           | !
    choice  | Retail         | Retail
    choice  | retail         | !
    text    |                |
    choice  |                |
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_kind_has_one_spelling(line: str) -> None:
    kind, typed, expected = (part.strip() for part in line.split("|"))
    if expected != "!":
        assert spelled(kind, typed, ["Retail"]) == expected
        return
    with pytest.raises(CustomValueError) as caught:
        spelled(kind, typed, ["Retail"])
    assert caught.value.code == kind


def test_text_has_an_end() -> None:
    for text in ("x" * 201, "a\x00b"):
        with pytest.raises(CustomValueError):
            spelled("text", text)


@pytest.fixture
def customer(company: Company) -> Customer:
    return Customer.objects.get(
        pk=create_customers(company, [NewCustomer(code="A", name="A", currency="CNY")], by=None)["A"]
    )


@pytest.fixture
def field(company: Company) -> Any:
    def make(name: str, kind: str = "text", **options: Any) -> CustomField:
        return CustomField.objects.create(company=company, name=name, kind=kind, **options)

    return make


@pytest.mark.django_db
def test_values_are_kept_in_order_and_noted(customer: Customer, field: Any, clerk: User) -> None:
    size = field("Employees", "number", position=2)
    trade = field("Trade", "choice", choices=["Retail", "Steel"], position=1)
    set_custom_values(customer, {size.pk: "1,000", trade.pk: "Steel"}, by=clerk)
    set_custom_values(customer, {size.pk: "1000", trade.pk: "Steel"}, by=clerk)
    assert custom_values(customer) == [(trade, "Steel"), (size, "1000")]
    entry = AuditEntry.objects.get(verb="customer.custom")
    assert (entry.actor, entry.after) == (clerk, {f"custom_{size.pk}": "1000", f"custom_{trade.pk}": "Steel"})
    set_custom_values(customer, {size.pk: ""}, by=clerk)
    customer.refresh_from_db()
    assert customer.custom == {str(trade.pk): "Steel"}


@pytest.mark.django_db
def test_two_people_change_two_fields(customer: Customer, field: Any, clerk: User, controller: User) -> None:
    one, two = field("One"), field("Two")
    set_custom_values(customer, {one.pk: "theirs"}, by=controller)
    set_custom_values(customer, {one.pk: "", two.pk: "mine"}, by=clerk, seen={})
    customer.refresh_from_db()
    assert customer.custom == {str(one.pk): "theirs", str(two.pk): "mine"}


@pytest.mark.django_db
def test_what_a_field_cannot_hold_is_refused(customer: Customer, field: Any, other_company: Company) -> None:
    number, needed = field("Number", "number"), field("Needed", is_required=True)
    theirs = CustomField.objects.create(company=other_company, name="Theirs", kind="text")
    for wrong, value in ((number, "x"), (needed, " "), (theirs, "x")):
        with pytest.raises(Invalid) as caught:
            set_custom_values(customer, {wrong.pk: value}, by=None)
        assert caught.value.facts["field"] == f"custom_{wrong.pk}"
    assert customer.custom == {}
