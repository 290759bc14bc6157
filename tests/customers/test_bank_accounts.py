"""Customers' bank accounts: the numbers, the second person, and what the database refuses."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.errors import DomainError
from arap.core.models import AuditEntry, Company, Role, User
from customers.actions import (
    NewCustomer,
    approve_bank_account,
    create_customers,
    propose_bank_account,
    reject_bank_account,
    retire_bank_account,
)
from customers.models import BankAccount, Customer
from tests.people import hire

pytestmark = pytest.mark.django_db
IBAN = "DE89 3704 0044 0532 0130 00"  # the example of ISO 13616


@pytest.fixture
def customer(company: Company) -> Customer:
    new = NewCustomer(code="A", name="Alpha", currency="CNY")
    return Customer.objects.get(pk=create_customers(company, [new], by=None)["A"])


def proposed(customer: Customer, by: User, **fields: Any) -> BankAccount:
    given = {"holder": "Alpha", "bank": "Commerzbank", "account_no": IBAN, "proof": "call", **fields}
    return propose_bank_account(customer, by=by, **given)


def code_of(act: Any) -> str:
    with pytest.raises(DomainError) as caught, transaction.atomic():
        act()
    return caught.value.code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"account_no": "DE89 3704 0044 0532 0130 01"}, "account_no"),
        ({"account_no": "12"}, "account_no"),
        ({"bic": "COBADEF"}, "bic"),
        ({"holder": " "}, "invalid_bank_account"),
        ({"proof": ""}, "invalid_bank_account"),
        ({"bank": "x" * 141}, "invalid_bank_account"),
    ],
)
def test_what_cannot_be_right_is_refused(customer: Customer, clerk: User, fields: dict[str, str], code: str) -> None:
    assert code_of(lambda: proposed(customer, clerk, **fields)) == code
    assert not BankAccount.objects.exists()


def test_one_number_stands_once_however_it_is_written(customer: Customer, clerk: User) -> None:
    assert proposed(customer, clerk, account_no="de89370400440532013000").account_no == IBAN
    assert code_of(lambda: proposed(customer, clerk)) == "account_known"
    assert proposed(customer, clerk, account_no="6222 0000-1111").account_no == "622200001111"
    assert code_of(lambda: proposed(customer, clerk, account_no="6222 00001111")) == "account_known"


def test_somebody_else_approves(customer: Customer, company: Company, clerk: User, controller: User) -> None:
    made = proposed(customer, controller)
    assert code_of(lambda: approve_bank_account(company, made.pk, by=controller)) == "same_person"
    assert code_of(lambda: approve_bank_account(company, made.pk, by=clerk)) == "forbidden"
    manager = hire(company, "manager", Role.CREDIT_MANAGER)
    assert approve_bank_account(company, made.pk, by=manager).state == "approved"
    assert code_of(lambda: reject_bank_account(company, made.pk, by=manager, note="late")) == "not_proposed"
    assert retire_bank_account(company, made.pk, by=clerk, reason="closed").state == "retired"
    assert code_of(lambda: retire_bank_account(company, made.pk, by=clerk, reason="x")) == "not_in_use"
    verbs = AuditEntry.objects.filter(object_type="customers.bankaccount").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["bank_account.propose", "bank_account.approve", "bank_account.retire"]


def test_the_system_approves_nothing(customer: Customer, company: Company, clerk: User) -> None:
    from arap.core.actions import system_user

    made = proposed(customer, clerk)
    assert code_of(lambda: approve_bank_account(company, made.pk, by=system_user())) == "forbidden"


def test_the_database_keeps_the_number_and_the_second_person(
    customer: Customer, company: Company, clerk: User, controller: User
) -> None:
    made = proposed(customer, clerk)
    rows = BankAccount.objects.filter(pk=made.pk)
    for fields in (
        {"account_no": "DE02120300000000202051"},
        {"holder": "Somebody else"},
        {"state": "approved", "decided_by": clerk},
        {"state": "approved"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    approve_bank_account(company, made.pk, by=controller)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="proposed")
