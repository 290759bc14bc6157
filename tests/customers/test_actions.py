"""Creating and changing customers, one and many."""

from typing import Any

import pytest

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from customers.actions import (
    NewCustomer,
    create_customer,
    create_customers,
    ensure_terms,
    set_parent,
    update_customer,
)
from customers.models import Customer, PayerAccount, PaymentTerms


def new(code: str, **fields: Any) -> NewCustomer:
    return NewCustomer(**{"code": code, "name": f"Customer {code}", "currency": "CNY", **fields})


def roots(company: Company) -> dict[str, str]:
    """Code -> code of the group's root."""
    return dict(Customer.objects.filter(company=company).values_list("code", "root__code"))


def test_many_at_once_with_parents_in_any_order(company: Company, clerk: User) -> None:
    rows = [new("c", parent_code="b"), new("b", parent_code="a"), new("a"), new("d")]
    ids = create_customers(company, rows, by=clerk)
    assert set(ids) == {"a", "b", "c", "d"}
    assert roots(company) == {"a": "a", "b": "a", "c": "a", "d": "d"}
    entry = AuditEntry.objects.get(verb="customer.create")
    assert entry.after == {"created": 4, "codes": ["a", "b", "c", "d"]}


def test_what_exists_is_left_as_it_is(company: Company, clerk: User) -> None:
    first = create_customers(company, [new("a", name="First", payer_accounts=("1",))], by=clerk)
    again = create_customers(
        company, [new("a", name="Second", payer_accounts=("2",)), new("b", parent_code="a")], by=clerk
    )
    assert again["a"] == first["a"]
    assert Customer.objects.get(company=company, code="a").name == "First"
    assert list(PayerAccount.objects.values_list("account_no", flat=True)) == ["1"]
    assert roots(company) == {"a": "a", "b": "a"}


def test_a_code_counts_within_its_company(company: Company, other_company: Company) -> None:
    create_customers(company, [new("a")], by=None)
    create_customers(other_company, [new("a", name="Other")], by=None)
    assert Customer.objects.get(company=other_company, code="a").name == "Other"
    with pytest.raises(Invalid, match="parent"):
        create_customers(other_company, [new("b", parent_code="zzz")], by=None)


def test_everything_given_is_stored(company: Company, clerk: User) -> None:
    terms = ensure_terms(company, ["2/10 n/30"], by=clerk)
    row = new(
        "甲-01",
        name="Acme “quoted” \\ 50% \t tab",
        name_local="上海贸易有限公司",
        country="CN",
        tax_id="91310000X",
        segment="Retail",
        owner_id=clerk.pk,
        language="zh-hans",
        currency="JPY",
        terms_id=terms["2/10 n/30"],
        payer_accounts=("6222 1", "6222 2", "6222 1"),
    )
    create_customers(company, [row], by=clerk)
    stored = Customer.objects.get(company=company, code="甲-01")
    for field in ("name", "name_local", "country", "tax_id", "segment", "owner_id", "language", "currency", "terms_id"):
        assert getattr(stored, field) == getattr(row, field)
    assert list(stored.payer_accounts.values_list("account_no", flat=True)) == ["6222 1", "6222 2"]


def test_a_missing_name_is_the_code(company: Company) -> None:
    create_customers(company, [new("a", name="")], by=None)
    assert Customer.objects.get(code="a").name == "a"


WRONG: dict[str, tuple[str, list[NewCustomer]]] = {
    "no code": ("code", [new("")]),
    "blank code": ("code", [new("  ")]),
    "space around the code": ("code", [new("a ")]),
    "long code": ("code", [new("x" * 61)]),
    "code twice": ("code", [new("a"), new("a")]),
    "long name": ("name", [new("a", name="x" * 201)]),
    "zero byte": ("name", [new("a", name="x\x00")]),
    "currency": ("currency", [new("a", currency="XXX")]),
    "country": ("country", [new("a", country="China")]),
    "language": ("language", [new("a", language="fr")]),
    "own parent": ("parent_code", [new("a", parent_code="a")]),
    "unknown parent": ("parent_code", [new("a", parent_code="b")]),
    "empty account": ("payer_accounts", [new("a", payer_accounts=(" ",))]),
}


@pytest.mark.parametrize("field, rows", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_row_is_named_and_nothing_is_created(company: Company, field: str, rows: list[NewCustomer]) -> None:
    with pytest.raises(Invalid) as refusal:
        create_customers(company, [new("good"), *rows], by=None)
    assert refusal.value.facts == {"field": field, "customer": rows[0].code}
    assert not Customer.objects.filter(company=company).exists()


def test_groups_that_contain_themselves_are_refused_whole(company: Company) -> None:
    circle = [new("a", parent_code="c"), new("b", parent_code="a"), new("c", parent_code="b")]
    with pytest.raises(Refused) as refusal:
        create_customers(company, circle, by=None)
    assert refusal.value.code == "group_cycle"
    assert not Customer.objects.filter(company=company).exists()


def test_the_number_of_statements_does_not_grow(company: Company, django_assert_max_num_queries: Any) -> None:
    rows = [new(f"{n:05}", parent_code="00000" if n else "", payer_accounts=(str(n),)) for n in range(4000)]
    with django_assert_max_num_queries(12):
        ids = create_customers(company, rows, by=None)
    assert len(ids) == 4000
    assert Customer.objects.of_group(ids["00000"]).count() == 4000


def test_more_than_a_chunk(company: Company) -> None:
    assert len(create_customers(company, [new(str(n)) for n in range(5001)], by=None)) == 5001


def test_one_customer_from_a_form(company: Company, clerk: User) -> None:
    made = create_customer(company, new("a"), by=clerk)
    assert made.root_id == made.pk
    with pytest.raises(Refused) as refusal:
        create_customer(company, new("a"), by=clerk)
    assert refusal.value.facts["field"] == "code"


def test_a_change_is_noted_with_both_values(company: Company, clerk: User) -> None:
    made = create_customer(company, new("a", segment="Retail"), by=clerk)
    changed = update_customer(made, by=clerk, segment="Export", name=made.name, owner=clerk)
    assert (changed.segment, changed.owner) == ("Export", clerk)
    entry = AuditEntry.objects.get(verb="customer.update")
    assert (entry.before, entry.after) == (
        {"segment": "Retail", "owner": None},
        {"segment": "Export", "owner": clerk.pk},
    )


def test_no_change_leaves_no_trace(company: Company, clerk: User) -> None:
    made = create_customer(company, new("a"), by=clerk)
    update_customer(made, by=clerk, name=made.name)
    assert not AuditEntry.objects.filter(verb="customer.update").exists()


def test_a_change_that_cannot_be_stored_is_refused(company: Company, other_company: Company, clerk: User) -> None:
    made = create_customer(company, new("a"), by=clerk)
    theirs = PaymentTerms.objects.create(company=other_company, code="x", name="x", rule="n/30")
    for field, value in (("name", ""), ("currency", "XXX"), ("country", "china"), ("terms", theirs)):
        change: dict[str, Any] = {field: value}
        with pytest.raises(Invalid) as refusal:
            update_customer(made, by=clerk, **change)
        assert refusal.value.facts["field"] == field


def test_a_subtree_moves_with_its_head(company: Company, clerk: User) -> None:
    create_customers(company, [new("a"), new("b"), new("c", parent_code="b"), new("d", parent_code="c")], by=clerk)
    a, b = (Customer.objects.get(company=company, code=code) for code in "ab")
    set_parent(b, a, by=clerk)
    assert roots(company) == dict.fromkeys("abcd", "a")
    set_parent(b, None, by=clerk)
    assert roots(company) == {"a": "a", "b": "b", "c": "b", "d": "b"}
    last = AuditEntry.objects.filter(verb="customer.regroup").first()
    assert last is not None
    assert (last.before, last.after) == ({"parent": a.pk, "root": a.pk}, {"parent": None, "root": b.pk})


def test_a_customer_cannot_stand_under_itself(company: Company, other_company: Company, clerk: User) -> None:
    create_customers(company, [new("a"), new("b", parent_code="a"), new("c", parent_code="b")], by=clerk)
    a, c = (Customer.objects.get(company=company, code=code) for code in "ac")
    for parent in (c, a):
        with pytest.raises(Refused) as refusal:
            set_parent(a, parent, by=clerk)
        assert refusal.value.code == "group_cycle"
    theirs = create_customer(other_company, new("x"), by=None)
    with pytest.raises(Invalid):
        set_parent(a, theirs, by=clerk)
    assert roots(company) == dict.fromkeys("abc", "a")


def test_terms_of_one_meaning_are_one_row(company: Company, clerk: User) -> None:
    first = ensure_terms(company, ["2/10 n/30", "2%/10, NET 30", "n/60"], by=clerk)
    assert first["2/10 n/30"] == first["2%/10, NET 30"] != first["n/60"]
    assert ensure_terms(company, ["N/60"], by=clerk) == {"N/60": first["n/60"]}
    assert PaymentTerms.objects.filter(company=company).count() == 2
    with pytest.raises(Invalid, match="not a payment term"):
        ensure_terms(company, ["soon"], by=clerk)
