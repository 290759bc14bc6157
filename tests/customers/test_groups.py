"""The database keeps the group root right under raw SQL, and no key leads to another company."""

import threading
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arap.core.models import Company
from customers.actions import NewCustomer, create_customers
from customers.models import Customer

INSERT = """
insert into customers_customer (company_id, code, name, currency, parent_id, root_id)
values (%s, %s, 'x', 'CNY', %s, %s)
"""


def sql(statement: str, *values: int | str | None) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def ids(company: Company) -> dict[str, int]:
    rows = [
        NewCustomer(code=code, name=code, currency="CNY", parent_code=parent)
        for code, parent in [("a", ""), ("b", "a"), ("c", "b"), ("x", "")]
    ]
    return create_customers(company, rows, by=None)


def tree(company: Company) -> dict[str, tuple[str | None, str]]:
    rows = Customer.objects.filter(company=company).values_list("code", "parent__code", "root__code")
    return {code: (parent, root) for code, parent, root in rows}


def test_an_insert_finds_its_root_and_a_wrong_one_is_overruled(company: Company, ids: dict[str, int]) -> None:
    sql(INSERT, company.pk, "d", ids["c"], None)
    sql(INSERT, company.pk, "e", ids["c"], ids["x"])
    sql(INSERT, company.pk, "f", None, ids["x"])
    found = tree(company)
    assert (found["d"], found["e"], found["f"]) == (("c", "a"), ("c", "a"), (None, "f"))


def test_a_root_written_by_hand_is_overruled(company: Company, ids: dict[str, int]) -> None:
    sql("update customers_customer set root_id = %s where code = 'c'", ids["x"])
    assert tree(company)["c"] == ("b", "a")


def test_a_moved_subtree_takes_its_children_along(company: Company, ids: dict[str, int]) -> None:
    sql("update customers_customer set parent_id = %s where code = 'a'", ids["x"])
    assert {root for _parent, root in tree(company).values()} == {"x"}
    sql("update customers_customer set parent_id = null where code in ('a', 'b')")
    assert tree(company) == {"a": (None, "a"), "b": (None, "b"), "c": ("b", "b"), "x": (None, "x")}


CYCLES = [("a", "c"), ("a", "b"), ("a", "a"), ("b", "c"), ("c", "c")]


@pytest.mark.parametrize("code, parent", CYCLES, ids=[f"{code} under {parent}" for code, parent in CYCLES])
def test_a_cycle_is_refused(company: Company, ids: dict[str, int], code: str, parent: str) -> None:
    with pytest.raises(IntegrityError):
        sql("update customers_customer set parent_id = %s where code = %s", ids[parent], code)


def test_nothing_leads_to_another_company(company: Company, other_company: Company, ids: dict[str, int]) -> None:
    sql(INSERT, other_company.pk, "t", None, None)
    sql(
        "insert into customers_paymentterms (company_id, code, name, name_local, rule)"
        " values (%s, 'n', 'n', '', 'n/30')",
        other_company.pk,
    )
    references = {
        "parent": "update customers_customer set parent_id = (select id from customers_customer where code = 't')"
        " where code = 'x'",
        "terms": "update customers_customer set terms_id = (select id from customers_paymentterms) where code = 'x'",
        "account": "insert into customers_payeraccount (company_id, customer_id, account_no)"
        f" values ({other_company.pk}, {ids['x']}, '1')",
        "contact": "insert into customers_contact"
        " (company_id, customer_id, name, email, phone, roles, language, receives)"
        f" values ({other_company.pk}, {ids['x']}, 'n', '', '', '{{}}', 'en', '{{}}')",
    }
    for statement in references.values():
        with pytest.raises(IntegrityError):
            sql(statement)


moves = st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5)), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(moves=moves)
def test_after_any_moves_each_root_is_the_top_of_its_chain(company: Company, moves: list[tuple[int, int]]) -> None:
    with transaction.atomic():
        rows = [NewCustomer(code=f"n{n}", name="n", currency="CNY") for n in range(6)]
        ids = create_customers(company, rows, by=None)
        for child, parent in moves:
            try:
                parent_id = ids[f"n{parent}"] if parent >= 0 else None
                sql("update customers_customer set parent_id = %s where id = %s", parent_id, ids[f"n{child}"])
            except IntegrityError:
                continue
        found = tree(company)
        for code, (_parent, root) in found.items():
            top = code
            while (above := found[top][0]) is not None:
                top = above
            assert root == top
        transaction.set_rollback(True)


def test_two_people_cannot_build_a_circle_at_once(committed_db: Any, company: Company, owner_connection: Any) -> None:
    rows = [NewCustomer(code=code, name=code, currency="CNY") for code in "ab"]
    ids = create_customers(company, rows, by=None)
    owner_connection.autocommit = False
    refused: list[bool] = []

    def hang_b_under_a() -> None:
        try:
            sql("update customers_customer set parent_id = %s where id = %s", ids["a"], ids["b"])
        except IntegrityError:
            refused.append(True)
        finally:
            connection.close()

    with owner_connection.cursor() as cursor:
        cursor.execute("update customers_customer set parent_id = %s where id = %s", [ids["b"], ids["a"]])
        thread = threading.Thread(target=hang_b_under_a)
        thread.start()
        thread.join(timeout=0.3)
        assert thread.is_alive(), "the second waits for the first"
        owner_connection.commit()
        thread.join(10)
    assert refused == [True]
    assert tree(company) == {"a": ("b", "b"), "b": (None, "b")}


def test_a_child_made_while_its_parent_moves_has_the_new_root(
    committed_db: Any, company: Company, owner_connection: Any
) -> None:
    ids = create_customers(company, [NewCustomer(code=code, name=code, currency="CNY") for code in "ab"], by=None)
    owner_connection.autocommit = False

    def insert_child() -> None:
        try:
            sql(INSERT, company.pk, "child", ids["b"], None)
        finally:
            connection.close()

    with owner_connection.cursor() as cursor:
        cursor.execute("update customers_customer set parent_id = %s where id = %s", [ids["a"], ids["b"]])
        thread = threading.Thread(target=insert_child)
        thread.start()
        thread.join(timeout=0.3)
        assert thread.is_alive()
        owner_connection.commit()
        thread.join(10)
    assert tree(company)["child"] == ("b", "a")


def test_the_owner_cannot_break_the_root_either(committed_db: Any, company: Company, owner_connection: Any) -> None:
    ids = create_customers(company, [NewCustomer(code=code, name=code, currency="CNY") for code in "ab"], by=None)
    with owner_connection.cursor() as cursor:
        cursor.execute("update customers_customer set root_id = %s where id = %s", [ids["a"], ids["b"]])
        with pytest.raises(psycopg2.IntegrityError):
            cursor.execute("update customers_customer set parent_id = id where id = %s", [ids["a"]])
    assert tree(company) == {"a": (None, "a"), "b": (None, "b")}
