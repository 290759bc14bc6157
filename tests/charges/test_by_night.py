"""Late payment that is charged by itself: on its day of the month, once, and made up when a night was missed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from arap.core.models import AuditEntry
from charges.actions import charge_late
from charges.models import ChargePolicy, ChargeRun, ChargeSchedule
from charges.tasks import charge_by_night, charge_month
from invoices.models import Invoice
from tests.ledger.proofs import prove
from tests.worked.test_settling import Shop, shop

__all__ = ["shop"]  # a fixture
pytestmark = pytest.mark.django_db


@pytest.fixture
def here(shop: Callable[..., Shop]) -> Shop:
    """10,000.00 due on 31 January 2026, 9.125 % a year: 2.50 a day. Charged on the 5th."""
    made = shop()
    ChargePolicy.objects.create(
        company=made.company, currency="CNY", valid_from=date(2025, 1, 1), annual_rate=Decimal("9.125"), basis="x"
    )
    ChargeSchedule.objects.create(company=made.company, month_day=5)
    made.invoice("10000.00", "2026-01-01", "n/30")
    return made


def totals(here: Shop) -> list[Decimal]:
    charges = Invoice.objects.filter(company=here.company, kind="charge").order_by("pk")
    return list(charges.values_list("total", flat=True))


def test_each_month_once_the_days_since_the_last_time(here: Shop) -> None:
    assert not charge_month(here.company, today=date(2026, 3, 4)), "its day has not come"
    assert charge_month(here.company, today=date(2026, 3, 5))
    assert totals(here) == [Decimal("82.50")], "33 days from 31 January on"
    assert not charge_month(here.company, today=date(2026, 3, 6)), "once a month"
    assert charge_month(here.company, today=date(2026, 4, 7)), "the 5th was missed"
    assert totals(here) == [Decimal("82.50"), Decimal("82.50")], "33 more days"
    assert ChargeRun.objects.filter(created_by=None).count() == 2
    assert AuditEntry.objects.filter(verb="charge.run", actor=None).count() == 2
    prove(here.company)


def test_nothing_late_is_no_failure(here: Shop) -> None:
    charge_late(here.company, until=date(2026, 3, 5), issued_on=date(2026, 3, 5), by=here.by)
    assert not charge_month(here.company, today=date(2026, 3, 5))


def test_the_task_charges_where_it_is_wanted(here: Shop) -> None:
    ChargeSchedule.objects.filter(company=here.company).update(month_day=1)
    assert charge_by_night() == 1
    ChargeSchedule.objects.filter(company=here.company).update(is_active=False)
    assert charge_by_night() == 0
