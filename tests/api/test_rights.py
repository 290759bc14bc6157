"""Every operation, for every role, and for the rows of another company."""

from typing import Any

import pytest

from arap.api.v1.urls import handlers
from arap.core.models import Company, Role, User
from arap.core.permissions import PERMISSIONS
from tests.api.program import OPERATIONS, Operation, Program, program
from tests.desk.rows import everybody, furnish
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db


def ask(one: Program, operation: Operation, pk: int) -> tuple[int, str]:
    """Status and code of the operation about the row `pk`, with nothing in the body."""
    path = operation.path.replace("{id}", str(pk))
    answer = one.call(operation.method, path, {} if operation.writes else None, headers={"If-Match": "*"})
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


def test_there_is_something_to_test() -> None:
    assert len(OPERATIONS) > 45
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS) == len(handlers())
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_do_what_the_table_says(company: Company, role: Role) -> None:
    one = program(company, hire(company, f"only-{role.value}", role))
    for operation in OPERATIONS:
        status, code = ask(one, operation, 987_654)
        refused = (status, code) == (403, "forbidden")
        assert refused == (role not in PERMISSIONS[operation.verb]), f"{operation.name}: {status} {code}"


def test_a_scope_that_is_missing_is_missed(company: Company, controller: User) -> None:
    """A token that may do everything but one thing is refused that one thing."""
    for operation in OPERATIONS:
        if operation.verb == "session.use":
            continue
        others = {each.verb for each in OPERATIONS} - {operation.verb, "session.use"}
        allowed = {verb for verb in others if Role.CONTROLLER in PERMISSIONS[verb]}
        assert ask(program(company, controller, *allowed), operation, 1)[0] == 403, operation.name


# What stands in an address after its first part.
ROOMS = {
    "customers": "customer",
    "contracts": "contract",
    "invoices": "invoice",
    "credit-notes": "credit note",
    "receipts": "receipt",
    "write-offs": "write-off",
    "refunds": "refund",
    "pay-outs": "payout",
    "customer-accounts": "customer account",
    "bills": "bill",
    "arrangements": "arrangement",
    "documents": "document",
    "items": "item",
    "applications": "application",
    "statements": "statement",
    "messages": "message",
    "jobs": "job",
    "periods": "period",
    "vouchers": "voucher batch",
    "period-exceptions": "period exception",
}


@pytest.fixture
def stranger(other_company: Company) -> User:
    """May do everything in another company."""
    return everybody(other_company)


@pytest.fixture
def theirs(other_company: Company, stranger: User) -> dict[str, int]:
    """Rows of another company by the first part of their address."""
    rows = furnish(other_company, stranger)
    return {room: rows[row] for room, row in ROOMS.items()}


GOOD: dict[str, Any] = {
    "contracts_create": {"number": "X", "valid_from": "2026-01-01"},
    "contacts_create": {"name": "X", "email": "x@y.example"},
    "invoices_replace": {
        "customer": "C-1",
        "currency": "CNY",
        "issued_on": "2026-01-10",
        "lines": [{"unit_price": "1"}],
    },
    "receipts_reject": {"reason": "x"},
    "receipts_identify": {"customer": "C-1"},
    "receipts_apply": {"auto": True},
    "receipts_unapply": {"reason": "x"},
    "receipts_reverse": {"reason": "x"},
    "refunds_reject": {"reason": "x"},
    "refunds_cancel": {"reason": "x"},
    "refunds_fail": {"reason": "x"},
    "refunds_return": {"reason": "x"},
    "customer_accounts_create": {"holder": "X", "bank": "X", "account_no": "62223333", "proof": "x"},
    "customer_accounts_reject": {"reason": "x"},
    "customer_accounts_retire": {"reason": "x"},
    "periods_explain": {"check": "drafts", "text": "x"},
    "periods_soft_close": {"open_to": ["controller"]},
    "periods_reopen": {"reason": "x"},
    "period_exceptions_create": {"reason": "x", "valid_until": "2099-01-01T00:00:00Z"},
    "write_offs_reject": {"reason": "x"},
    "write_offs_reverse": {"reason": "x"},
    "arrangements_reject": {"reason": "x"},
    "arrangements_reverse": {"reason": "x"},
    "write_offs_recover": {"amount": "1.00"},
    "bills_endorse": {"party": "X", "with_recourse": False},
    "bills_discount": {"party": "X", "with_recourse": False, "interest": "1.00"},
    "bills_split": {"amounts": ["1.00", "4.00"]},
    "bills_undo": {"event_id": 1, "reason": "x"},
}


def test_another_companys_rows_are_not_there(company: Company, controller: User, theirs: dict[str, int]) -> None:
    one = program(company, controller)
    about_a_row = [each for each in OPERATIONS if "{id}" in each.path]
    assert {each.room for each in about_a_row} == ROOMS.keys()
    for operation in about_a_row:
        body = GOOD.get(operation.name, {}) if operation.writes else None
        path = operation.path.replace("{id}", str(theirs[operation.room]))
        answer = one.call(operation.method, path, body, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), operation.name


def test_another_companys_rows_are_in_no_list(company: Company, controller: User, theirs: dict[str, int]) -> None:
    one = program(company, controller)
    lists = [each for each in OPERATIONS if any(one["name"] == "cursor" for one in each.told.get("parameters", []))]
    assert len(lists) > 10
    for operation in lists:
        if "{id}" not in operation.path:
            ids = [row.get("id") for row in one.get(f"{operation.path}?limit=200")["data"]]
            if operation.room == "periods":  # everybody has some
                assert theirs["periods"] not in ids
            else:
                assert ids == [], operation.name


def test_another_companys_ids_in_a_body_are_not_there(
    company: Company, controller: User, theirs: dict[str, int], story: Story
) -> None:
    one = program(company, controller)
    assert one.refused("POST", "credit-notes/", {"invoice_id": theirs["invoices"], "on": "2026-01-10"})[0] == 404
    amounts = {"amounts": [{"item_id": theirs["items"], "amount": "1.00"}]}
    assert one.refused("POST", f"receipts/{story.waiting.pk}/apply/", amounts)[:2] == (422, "amounts")
    assert one.get(f"items/?document_id={theirs['documents']}")["data"] == []
    assert one.get(f"messages/?customer_id={theirs['customers']}")["data"] == []


def test_the_rows_of_the_fixture_are_real(other_company: Company, stranger: User, theirs: dict[str, int]) -> None:
    """What is a 404 for others is there for its own company: the tests above cannot pass by a wrong id."""
    one = program(other_company, stranger)
    for operation in OPERATIONS:
        if operation.method == "GET" and operation.path.endswith("/{id}/"):
            one.get(operation.path.replace("{id}", str(theirs[operation.room])))
