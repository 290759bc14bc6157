"""People who keep books, the proof that ends every test which asks for one, and the scene of the attacks."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from arap import servers
from arap.core.actions import close_period, grant_exception, revoke_exception
from arap.core.models import Company, Role, User
from arap.core.queries import period_on
from arap.ledger.actions import seal_ledger
from arap.ledger.chart import accounts
from arap.ledger.models import Entry
from arap.servers import postgres
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.proofs import prove
from tests.ledger.raw import Scene
from tests.ledger.scene import module_database
from tests.people import found_company, hire


@pytest.fixture
def book(company: Company, clerk: User) -> Iterator[Bookkeeper]:
    """The clerk of the company. When the test ends, every invariant holds and every report ties on every day."""
    yield Bookkeeper(company=company, by=clerk)
    prove(company)


@pytest.fixture
def alpha(company: Company) -> int:
    """A customer of the company."""
    return customers(company, "ALPHA")[0]


@pytest.fixture(scope="module")
def scene(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """A committed book for all tests of a module, which must leave it as it is. The default connection leads to it."""
    with module_database(template, django_db_blocker) as name:
        scene = Scene(_set_the_scene(name), {role: _connect(name) for role in (postgres.APPLICATION, postgres.OWNER)})
        before_the_attacks = scene.fingerprint()
        yield scene
        assert scene.fingerprint() == before_the_attacks
        for raw in scene.connections.values():
            raw.close()


def _connect(database: str) -> Any:
    raw = postgres.connect(servers.var_folder(), user=postgres.OWNER, database=database)
    raw.autocommit = False
    return raw


def _set_the_scene(database: str) -> dict[str, Any]:
    """A company with something of everything that an attack could want, and another company."""
    company, other = found_company("acme", "Acme Trading"), found_company("other", "Other Inc.", "USD")
    keeper = Bookkeeper(company=company, by=hire(company, "clerk", Role.CLERK))
    alpha, parent, child = customers(company, "ALPHA", "PARENT", "CHILD<PARENT")
    (stranger,) = customers(other, "STRANGER")
    ids: dict[str, Any] = {"company": company.pk, "other": other.pk, "alpha": alpha, "parent": parent, "child": child}
    ids |= {"stranger": stranger, **accounts(company), "other_receivable": accounts(other)["receivable"]}
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    document = keeper.invoice(alpha, "100.00", june, due_on=july, key="K-1", reference="PO 1")
    ids |= {"document": document.document_id, "old_position": document.position, "invoice": document.item_ids[0]}
    ids["receipt"] = keeper.receipt(alpha, "100.00", june).item_ids[0]
    ids["receipt_document"] = keeper.receipt(alpha, "30.00", june, reference="to be erased").document_id
    ids["usd_invoice"] = keeper.invoice(alpha, "50.00", june, currency="USD", rate="7.1").item_ids[0]
    ids["parent_invoice"] = keeper.invoice(parent, "100.00", june).item_ids[0]
    ids["child_receipt"] = keeper.receipt(child, "100.00", june).item_ids[0]
    ids["unidentified_receipt"] = keeper.receipt(None, "100.00", june).item_ids[0]
    ids["later_invoice"] = keeper.invoice(alpha, "100.00", date(2026, 6, 25)).item_ids[0]
    theirs = Bookkeeper(company=other).invoice(stranger, "100.00", june)
    ids |= {"their_invoice": theirs.item_ids[0], "their_document": theirs.document_id}
    _applications(keeper, ids, alpha)
    _closed_months(keeper, ids, alpha, hire(company, "controller", Role.CONTROLLER))
    seal_ledger(company)
    with closing(postgres.connect(servers.var_folder(), user=postgres.OWNER, database=database)) as owner:
        owner.cursor().execute("delete from ledger_documenttext where document_id = %s", [ids["receipt_document"]])
    return ids


def _applications(keeper: Bookkeeper, ids: dict[str, Any], alpha: int) -> None:
    """One that stands, one undone, and one undone later, so that a day between was full."""
    june = date(2026, 6, 1)
    for name, until in (("standing", None), ("undone", date(2026, 6, 20)), ("full_till_the_20th", date(2026, 6, 20))):
        debit = keeper.invoice(alpha, "100.00", june).item_ids[0]
        credit = keeper.receipt(alpha, "100.00", june).item_ids[0]
        done = keeper.apply(credit, debit, "60.00" if until is None else "100.00", date(2026, 6, 10))
        ids |= {name: done.application_id, f"{name}_debit": debit, f"{name}_credit": credit}
        for entry in done.entries:
            ids[f"{name}_entry_{'debit' if entry.item_id == debit else 'credit'}"] = entry.entry_id
        if until is not None:
            keeper.unapply(done.application_id, until)
            for side in ("debit", "credit"):
                ids[f"{name}_undoing_{side}"] = Entry.objects.get(reverses_id=ids[f"{name}_entry_{side}"]).pk


def _closed_months(keeper: Bookkeeper, ids: dict[str, Any], alpha: int, controller: User) -> None:
    """March is closed with an exception that ran out, April with one that lives, May with one that was revoked."""
    far, past = datetime(2999, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)
    ids["march_invoice"] = keeper.invoice(alpha, "100.00", date(2026, 3, 1)).item_ids[0]
    ids["march_receipt"] = keeper.receipt(alpha, "100.00", date(2026, 3, 1)).item_ids[0]
    for month, until in ((3, past), (4, far), (5, far)):
        period = close_period(keeper.company, period_on(keeper.company, date(2026, month, 1)), by=controller)
        exception = grant_exception(
            keeper.company, period, by=controller, reason="a late paper", valid_until=until, granted_to=None
        )
        if month == 5:
            revoke_exception(exception, by=controller)
