"""What an invoice inherits from a contract: its terms, its number and its clause; and where each comes from."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from customers.actions import (
    NewCustomer,
    add_contract,
    change_contract,
    create_customers,
    ensure_terms,
    merge_customer,
    update_customer,
)
from customers.models import Contract, Customer, PaymentTerms
from invoices.actions import Draft, DraftLine, create_drafts, post_invoice
from invoices.models import Invoice
from invoices.papers import invoice_context

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms(company: Company, customer: Customer) -> dict[str, PaymentTerms]:
    """The customer's own are n/10."""
    ids = ensure_terms(company, ["n/10", "n/30", "2/10 n/60"], by=None)
    found = {rule: PaymentTerms.objects.get(pk=pk) for rule, pk in ids.items()}
    update_customer(customer, by=None, terms=found["n/10"])
    return found


@pytest.fixture
def contract(customer: Customer, terms: dict[str, PaymentTerms]) -> Contract:
    return add_contract(
        customer, number="HC-1", valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30), terms=terms["2/10 n/60"],
        late_rate=Decimal(12), by=None,
    )  # fmt: skip


def due_of(invoice: Invoice) -> list[date]:
    return list(invoice.instalments.values_list("due_on", flat=True))


def test_the_only_contract_in_force_counts(draft: Callable[..., Invoice], contract: Contract) -> None:
    made = draft("100.00", on="2026-06-30")
    made.refresh_from_db()
    assert (made.contract, made.contract_number, made.terms) == (contract, "HC-1", contract.terms)
    assert (made.late_clause, made.late_clause_local) == (contract.late_clause, contract.late_clause_local)
    assert due_of(made) == [date(2026, 8, 29)], "sixty days"
    after = draft("100.00", on="2026-07-01")
    after.refresh_from_db()
    assert (after.contract, after.contract_number, after.late_clause) == (None, "", "")
    assert due_of(after) == [date(2026, 7, 11)], "the customer's own ten"


def test_a_chosen_contract_counts_before_the_one_in_force(
    draft: Callable[..., Invoice], contract: Contract, terms: dict[str, PaymentTerms]
) -> None:
    old = add_contract(
        contract.customer, number="HC-0", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31), terms=terms["n/30"],
        by=None,
    )  # fmt: skip
    made = draft("100.00", contract_number="hc-0")
    made.refresh_from_db()
    assert (made.contract, made.contract_number, due_of(made)) == (old, "HC-0", [date(2026, 2, 9)])
    assert made.late_clause == "", "HC-0 has none"
    free = draft("100.00", contract_number="their paper 7")
    free.refresh_from_db()
    assert (free.contract, free.contract_number, due_of(free)) == (None, "their paper 7", [date(2026, 1, 20)])


def test_of_two_in_force_neither(draft: Callable[..., Invoice], contract: Contract) -> None:
    add_contract(contract.customer, number="HC-2", valid_from=date(2026, 1, 1), by=None)
    made = draft("100.00")
    made.refresh_from_db()
    assert (made.contract, due_of(made)) == (None, [date(2026, 1, 20)])


def test_what_the_draft_says_itself_counts_first(
    draft: Callable[..., Invoice], contract: Contract, terms: dict[str, PaymentTerms]
) -> None:
    made = draft("100.00", terms_id=terms["n/30"].pk)
    assert due_of(made) == [date(2026, 2, 9)]
    parts = [(date(2026, 3, 1), Decimal("113.00"))]
    assert due_of(draft("100.00", instalments=parts)) == [date(2026, 3, 1)]


def test_a_contract_in_another_currency_is_not_meant(draft: Callable[..., Invoice], contract: Contract) -> None:
    change_contract(contract, version=1, by=None, currency="USD")
    made = draft("100.00")
    assert made.contract is None


def test_a_credit_note_names_the_contract_and_no_clause(draft: Callable[..., Invoice], contract: Contract) -> None:
    made = draft("100.00", kind="credit_note")
    made.refresh_from_db()
    assert (made.contract, made.late_clause) == (contract, "")


def test_a_posted_invoice_keeps_the_clause_it_was_posted_with(
    posted: Callable[..., Invoice], contract: Contract
) -> None:
    invoice = posted("100.00")
    change_contract(contract, version=1, by=None, late_clause="Another.", late_clause_local="另一条。")
    invoice.refresh_from_db()
    assert invoice_context(invoice, "en")["clause"] == [invoice.late_clause]
    assert "12 % a year" in invoice.late_clause
    assert [len(words) > 10 for words in invoice_context(invoice, "both")["clause"]] == [True, True]
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(late_clause="")


def test_a_contract_of_another_company_is_refused_by_the_database(
    draft: Callable[..., Invoice], contract: Contract, other_company: Company
) -> None:
    made = draft("100.00", on="2027-01-01")
    ids = create_customers(other_company, [NewCustomer(code="X", name="X", currency="CNY")], by=None)
    theirs = add_contract(Customer.objects.get(pk=ids["X"]), number="X", valid_from=date(2026, 1, 1), by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=made.pk).update(contract=theirs)


def lines() -> list[DraftLine]:
    return [DraftLine(unit_price=Decimal(1))]


def test_many_drafts_ask_for_contracts_once(
    company: Company, contract: Contract, django_assert_max_num_queries: Any
) -> None:
    one = Draft(customer_id=contract.customer_id, currency="CNY", issued_on=date(2026, 1, 10), lines=lines())
    with django_assert_max_num_queries(12):
        made = create_drafts(company, [one] * 200, by=None)
    assert {each.contract_id for each in made} == {contract.pk}


@pytest.mark.parametrize("state", ["inactive", "merged"])
def test_nothing_is_drafted_or_posted_for_who_gets_nothing_new(
    company: Company, customer: Customer, draft: Callable[..., Invoice], controller: User, state: str
) -> None:
    before = draft("100.00")
    said = "C-1 is inactive"
    if state == "inactive":
        Customer.objects.filter(pk=customer.pk).update(is_active=False)
    else:
        ids = create_customers(company, [NewCustomer(code="C-2", name="Two", currency="CNY")], by=None)
        merge_customer(customer, Customer.objects.get(pk=ids["C-2"]), by=controller)
        said = "C-1 was merged into C-2. Use C-2."
    with pytest.raises(Invalid, match=said) as caught:
        draft("100.00")
    assert caught.value.facts["field"] == "customer"
    with pytest.raises(Refused) as refused:
        post_invoice(company, before.pk, by=None)
    assert refused.value.code == "not_active"
