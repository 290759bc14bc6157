"""Duplicates: a pointer that leads to who stands for them, and can be taken back."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from customers.actions import NewCustomer, create_customers, merge_customer, set_parent, unmerge_customer
from customers.models import Customer
from customers.queries import ids_standing_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(company: Company) -> dict[str, Customer]:
    """a, b and c alone; d under top, with a child."""
    rows: list[NewCustomer] = [
        NewCustomer(code=code, name=code.title(), currency="CNY", parent_code=parent)
        for code, parent in [("a", ""), ("b", ""), ("c", ""), ("top", ""), ("d", "top"), ("child", "d")]
    ]
    ids = create_customers(company, rows, by=None)
    return {code: Customer.objects.select_related("company").get(pk=pk) for code, pk in ids.items()}


def again(customer: Customer) -> Customer:
    return Customer.objects.get(pk=customer.pk)


def test_merged_and_taken_apart(found: dict[str, Customer], controller: User) -> None:
    merge_customer(found["d"], found["a"], by=controller)
    merged = again(found["d"])
    assert (merged.merged_into, merged.parent, merged.root) == (found["a"], found["a"], found["a"])
    assert again(found["child"]).root == found["a"], "its children follow into the group"
    assert ids_standing_for(found["a"]) == [found["a"].pk, found["d"].pk]
    assert merged not in Customer.objects.active(), "nothing new is recorded for it"
    unmerge_customer(merged, by=controller)
    apart = again(found["d"])
    assert (apart.merged_into, apart.parent, apart.root) == (None, found["top"], found["top"])
    verbs = AuditEntry.objects.filter(actor=controller).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["customer.merge", "customer.absorb", "customer.unmerge"]


def test_into_its_own_subsidiary(found: dict[str, Customer], controller: User) -> None:
    merge_customer(found["d"], found["child"], by=controller)
    stays = again(found["child"])
    assert (stays.parent, stays.root) == (found["top"], found["top"]), "it takes the duplicate's place"
    assert again(found["d"]).merged_into == stays


REFUSED: list[tuple[str, Any]] = [
    ("same_customer", lambda found: (found["a"], found["a"])),
    ("already_merged", lambda found: (found["b"], found["c"])),  # b is merged
    ("already_merged", lambda found: (found["c"], found["b"])),  # into one that is merged
    ("already_merged", lambda found: (found["a"], found["c"])),  # a stands for another
]


@pytest.mark.parametrize("code, pair", REFUSED)
def test_never_in_a_chain(found: dict[str, Customer], controller: User, code: str, pair: Any) -> None:
    merge_customer(found["b"], found["a"], by=controller)
    with pytest.raises((Invalid, Refused)) as refusal:
        merge_customer(*pair(found), by=controller)
    assert refusal.value.code == code


def test_the_database_refuses_a_chain(found: dict[str, Customer], controller: User) -> None:
    merge_customer(found["b"], found["a"], by=controller)
    for pk, into in ((found["a"].pk, found["c"].pk), (found["c"].pk, found["b"].pk), (found["c"].pk, found["c"].pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Customer.objects.filter(pk=pk).update(merged_into=into)


def test_another_company_s(found: dict[str, Customer], other_company: Company, controller: User) -> None:
    ids = create_customers(other_company, [NewCustomer(code="x", name="X", currency="USD")], by=None)
    foreign = Customer.objects.get(pk=ids["x"])
    with pytest.raises(Invalid):
        merge_customer(found["a"], foreign, by=controller)
    with pytest.raises(DatabaseError), transaction.atomic():
        Customer.objects.filter(pk=found["a"].pk).update(merged_into=foreign)


def test_what_is_not_merged_cannot_be_taken_apart(found: dict[str, Customer], controller: User) -> None:
    with pytest.raises(Refused):
        unmerge_customer(found["a"], by=controller)
    assert set_parent(found["a"], None, by=controller).parent is None
