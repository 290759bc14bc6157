"""Periods that are closed to all but some, exceptions for one person, and what was posted under either."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from arap.core.actions import close_period, grant_exception, reopen_period, revoke_exception, soft_close_period
from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, Period, Role, User
from arap.core.queries import period_on
from arap.ledger.models import LatePosting
from tests.ledger.book import Bookkeeper, customers
from tests.people import hire

MARCH_10 = date(2026, 3, 10)
LATER = datetime(2099, 1, 1, tzinfo=UTC)
CONTROLLERS = [Role.CONTROLLER]


@pytest.fixture
def march(company: Company) -> Period:
    return period_on(company, MARCH_10)


@pytest.fixture
def alpha(company: Company) -> int:
    return customers(company, "ALPHA")[0]


def invoice(company: Company, alpha: int, by: User | None) -> int:
    """Post an invoice into March; returns its position."""
    Bookkeeper(company=company, by=by).invoice(alpha, "10.00", MARCH_10)
    with connection.cursor() as cursor:
        cursor.execute("select max(position) from ledger_posting where company_id = %s", [company.pk])
        return int(cursor.fetchone()[0])


def refused(company: Company, alpha: int, by: User | None) -> bool:
    try:
        with transaction.atomic():
            invoice(company, alpha, by)
    except Refused as error:
        return error.code == "period_closed"
    return False


def late(period: Period) -> list[tuple[int, int | None]]:
    return list(LatePosting.objects.filter(period=period).values_list("position", "exception_id"))


@pytest.mark.django_db
def test_a_soft_close_lets_in_the_roles_it_names(
    company: Company, march: Period, alpha: int, clerk: User, controller: User
) -> None:
    closed = soft_close_period(company, march, by=controller, open_to=CONTROLLERS)
    assert (closed.state, closed.open_to, closed.closed_by) == (Period.State.SOFT, ["controller"], controller)
    assert refused(company, alpha, clerk)
    assert refused(company, alpha, None), "nobody is no controller"


def test_what_a_role_posts_late_is_kept(
    committed_db: None, company: Company, march: Period, alpha: int, clerk: User, controller: User
) -> None:
    before = invoice(company, alpha, clerk)
    soft_close_period(company, march, by=controller, open_to=CONTROLLERS)
    position = invoice(company, alpha, controller)
    assert late(march) == [(position, None)]
    assert position > before
    close_period(company, march, by=controller)
    march.refresh_from_db()
    assert (march.state, march.open_to) == (Period.State.CLOSED, [])
    assert refused(company, alpha, controller), "a hard close lets nobody in"


def test_an_exception_is_for_the_person_it_names(
    committed_db: None, company: Company, march: Period, alpha: int, clerk: User, controller: User
) -> None:
    other = hire(company, "second-clerk", Role.CLERK)
    close_period(company, march, by=controller)
    mine = grant_exception(company, march, by=controller, reason="late paper", valid_until=LATER, granted_to=clerk)
    assert refused(company, alpha, other)
    position = invoice(company, alpha, clerk)
    everybodys = grant_exception(company, march, by=controller, reason="audit", valid_until=LATER)
    assert late(march) == [(position, mine.pk)]
    for_all = invoice(company, alpha, other)
    assert late(march)[1:] == [(for_all, everybodys.pk)]
    revoke_exception(mine, by=controller)
    assert invoice(company, alpha, clerk), "by the one for all"
    revoke_exception(everybodys, by=controller)
    assert refused(company, alpha, clerk)


def test_an_exception_that_ran_out_lets_nobody_in(
    committed_db: None, company: Company, march: Period, alpha: int, clerk: User, controller: User
) -> None:
    close_period(company, march, by=controller)
    past = datetime.now(tz=UTC) - timedelta(seconds=1)
    grant_exception(company, march, by=controller, reason="late", valid_until=past, granted_to=clerk)
    assert refused(company, alpha, clerk)


@pytest.mark.django_db
def test_a_soft_close_is_refused(company: Company, march: Period, controller: User) -> None:
    for wrong in ([], [Role.AUDITOR], [Role.CONTROLLER, Role.AUDITOR]):
        with pytest.raises(Invalid, match="may still post"):
            soft_close_period(company, march, by=controller, open_to=wrong)
    close_period(company, march, by=controller)
    with pytest.raises(Refused, match="closed already"):
        soft_close_period(company, march, by=controller, open_to=CONTROLLERS)


@pytest.mark.django_db
def test_it_is_noted_and_opened_again(company: Company, march: Period, controller: User) -> None:
    soft_close_period(company, march, by=controller, open_to=CONTROLLERS)
    opened = reopen_period(company, march, by=controller, reason="late")
    assert (opened.state, opened.open_to, opened.closed_at) == (Period.State.OPEN, [], None)
    entry = AuditEntry.objects.get(verb="period.soft_close")
    assert (entry.before, entry.after) == ({"state": "open"}, {"state": "soft", "open_to": ["controller"]})


REFUSED = {
    "soft and open to nobody": "update core_period set state = 'soft', closed_at = now(), closed_by_id = %(user)s"
    " where id = %(period)s",
    "open to some": "update core_period set open_to = array['clerk'] where id = %(period)s",
    "soft closed by nobody": "update core_period set state = 'soft', open_to = array['clerk'] where id = %(period)s",
    "a late posting written by hand": "insert into ledger_lateposting (company_id, position, period_id)"
    " values (%(company)s, 1, %(period)s)",
    "an explanation taken back": "delete from core_closeexplanation",
}


@pytest.mark.django_db
@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(company: Company, march: Period, controller: User, sql: str) -> None:
    facts: dict[str, Any] = {"company": company.pk, "period": march.pk, "user": controller.pk}
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, facts)
