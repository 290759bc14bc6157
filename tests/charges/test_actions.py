"""Charging: a document of its own for each customer, no day twice, what is on hold waits, and the book stays right."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry
from arap.ledger.checks import check, invariants
from arap.ledger.models import Item
from cases.actions import set_hold
from cases.models import Hold
from charges.actions import Charged, charge_late
from charges.models import ChargedSpan, ChargePolicy, ChargeRun
from charges.queries import due_charges
from invoices.actions import credit_invoice
from invoices.models import Invoice
from receipts.actions import NewReceipt, apply_receipt, record_receipt
from tests.worked.test_settling import Shop, shop

__all__ = ["shop"]  # a fixture

D = Decimal
BASIS = "Directive 2011/7/EU, articles 3 and 6"


@pytest.fixture
def here(shop: Callable[..., Shop]) -> Shop:
    """1,000.00 due on 1 September 2025, 500.00 of it paid ten days late."""
    found = shop("EUR", "DE")
    invoice = found.invoice("1000", "2025-08-02", "n/30", currency="EUR")
    item = Item.objects.get(document=invoice.document_id)
    assert item.due_on == date(2025, 9, 1)
    got = record_receipt(
        found.company,
        NewReceipt(amount=D(500), currency="EUR", received_on=date(2025, 9, 11), customer_id=found.customer.pk),
        by=found.by,
    )
    apply_receipt(found.company, got.receipt_id, {item.pk: D(500)}, effective_on=date(2025, 9, 11), by=found.by)
    return found


def policy(here: Shop, **fields: Any) -> ChargePolicy:
    given = {
        "currency": "EUR",
        "valid_from": date(2025, 6, 11),
        "annual_rate": D("10.15"),
        "fee": D(40),
        "basis": BASIS,
    }
    return ChargePolicy.objects.create(company=here.company, **{**given, **fields})


def charge(here: Shop, until: str = "2025-10-01", **fields: Any) -> Charged:
    on = date.fromisoformat(until)
    return charge_late(here.company, until=on, issued_on=on, by=here.by, **fields)


def test_what_is_seen_is_what_is_posted(here: Shop) -> None:
    policy(here)
    [due] = due_charges(here.company, until=date(2025, 10, 1))
    assert (due.net, due.total) == (D("45.56"), D("45.56"))  # 2.78 on 1,000, 2.78 on 500 and 40
    made = charge(here)
    note = Invoice.objects.select_related("document").get(pk=made.charges[0])
    assert (note.kind, note.state, note.total, note.memo) == ("charge", "posted", due.total, BASIS)
    assert note.document is not None
    assert note.document.number == "LC-2025-000001"
    first, fee = note.lines.all()
    assert "30 days" in first.description
    assert "逾期利息" in first.description_local
    assert (first.net, fee.net) == (D("5.56"), D(40))
    spans = ChargedSpan.objects.filter(run=made.run_id).values_list("from_on", "to_on", "balance", "interest", "fee")
    assert list(spans) == [
        (date(2025, 9, 1), date(2025, 9, 11), D(1000), D("2.78"), D(40)),
        (date(2025, 9, 11), date(2025, 10, 1), D(500), D("2.78"), D(0)),
    ]
    assert AuditEntry.objects.get(verb="charge.run").object_id == str(made.run_id)


def test_no_day_twice(here: Shop) -> None:
    policy(here)
    first = charge(here, key="k")
    assert charge(here, key="k") == first
    with pytest.raises(Refused) as caught:
        charge(here)
    assert caught.value.code == "nothing_to_charge"
    later = charge(here, "2025-10-11")
    assert Invoice.objects.get(pk=later.charges[0]).total == D("1.39"), "ten days on 500, no second fixed sum"
    assert ChargeRun.objects.count() == 2
    span = ChargedSpan.objects.filter(run=first.run_id).order_by("from_on")[0]
    span.pk, span.fee = None, D(0)
    with pytest.raises(DatabaseError), transaction.atomic():
        span.save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        ChargedSpan.objects.filter(run=first.run_id).update(interest=D(1))


def test_a_charge_bears_no_interest_and_is_waived_by_a_credit_note(here: Shop) -> None:
    policy(here)
    made = charge(here)
    credit_invoice(here.company, made.charges[0], on=date(2025, 10, 2), by=here.by, reason="goodwill")
    assert Invoice.objects.get(pk=made.charges[0]).state == "credited"
    [due] = due_charges(here.company, until=date(2026, 3, 1))
    assert [item.days for item in due.items] == [151], "the invoice alone, from where it was charged"


def test_what_is_on_hold_waits_with_all_its_days(here: Shop) -> None:
    policy(here)
    hold = set_hold(
        here.company, here.customer, item=None, reason="dispute", note="", starts_on=date(2025, 9, 20),
        ends_on=date(2025, 10, 5), by=here.by,
    )  # fmt: skip
    assert Hold.objects.filter(pk=hold.pk).exists()
    assert due_charges(here.company, until=date(2025, 10, 1)) == []
    [due] = due_charges(here.company, until=date(2025, 10, 11))
    assert due.items[0].days == 40


def test_the_nearest_policy_counts(here: Shop) -> None:
    policy(here, fee=D(0))
    policy(here, fee=D(0), segment="retail", annual_rate=D("3.65"))
    [due] = due_charges(here.company, until=date(2025, 10, 1))
    assert due.net == D("2.00")
    policy(here, fee=D(0), customer=here.customer, annual_rate=D("36.5"), minimum=D("20.01"))
    assert due_charges(here.company, until=date(2025, 10, 1)) == [], "20.00 is below the least amount"


def test_days_to_come_are_refused(here: Shop) -> None:
    policy(here)
    with pytest.raises(Invalid):
        charge_late(here.company, until=date(2025, 10, 2), issued_on=date(2025, 10, 1), by=here.by)


def test_the_invariant_finds_a_charge_of_more_than_its_days(here: Shop, superuser_connection: Any) -> None:
    policy(here)
    charge(here)
    [invariant] = [each for each in invariants() if each.name.startswith("charges/")]
    assert check(here.company, invariant).holds
    cursor = superuser_connection.cursor()
    cursor.execute("set session_replication_role = replica")
    cursor.execute("update charges_chargedspan set interest = interest + 1")
    assert not check(here.company, invariant).holds
    cursor.execute("update charges_chargedspan set interest = interest - 1")
