"""Opening, closing, reopening, and exceptions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from arap.core.actions import close_period, grant_exception, open_periods, reopen_period, revoke_exception
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import AuditEntry, Company, Period, PeriodException, User
from arap.core.queries import first_open_day, period_on

LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def march(company: Company) -> Period:
    return period_on(company, date(2026, 3, 15))


def test_a_year_has_twelve_months_and_opens_once(company: Company, controller: User) -> None:
    periods = open_periods(company, 2030, by=controller)
    assert [(p.starts_on, p.ends_on) for p in periods][1] == (date(2030, 2, 1), date(2030, 2, 28))
    assert len(periods) == 12
    assert open_periods(company, 2030, by=controller) == periods
    assert AuditEntry.objects.filter(verb="period.open", actor=controller).count() == 1


def test_closing_and_reopening_are_noted(company: Company, march: Period, controller: User) -> None:
    closed = close_period(company, march, by=controller)
    assert (closed.state, closed.closed_by) == (Period.State.CLOSED, controller)
    assert closed.closed_at is not None
    opened = reopen_period(company, march, by=controller, reason=" a late invoice ")
    assert (opened.state, opened.closed_by, opened.closed_at) == (Period.State.OPEN, None, None)
    verbs = AuditEntry.objects.filter(object_type="core.period", object_id=str(march.pk)).order_by("id")
    assert [(entry.verb, entry.after) for entry in verbs] == [
        ("period.close", {"state": "closed"}),
        ("period.reopen", {"state": "open", "reason": "a late invoice"}),
    ]


def test_a_state_is_not_reached_twice(company: Company, march: Period, controller: User) -> None:
    with pytest.raises(Refused, match="is open"):
        reopen_period(company, march, by=controller, reason="x")
    close_period(company, march, by=controller)
    with pytest.raises(Refused, match="closed already"):
        close_period(company, march, by=controller)


def test_reopening_needs_a_reason(company: Company, march: Period, controller: User) -> None:
    close_period(company, march, by=controller)
    with pytest.raises(Invalid, match="reason"):
        reopen_period(company, march, by=controller, reason="  ")


def test_another_companys_period_does_not_exist(other_company: Company, march: Period, controller: User) -> None:
    with pytest.raises(NotFound):
        close_period(other_company, march, by=controller)


def test_an_exception_lives_until_it_ends_or_is_revoked(
    company: Company, march: Period, controller: User, clerk: User
) -> None:
    close_period(company, march, by=controller)
    exception = grant_exception(company, march, by=controller, reason="late", valid_until=LATER, granted_to=clerk)
    now = datetime.now(tz=UTC)
    assert list(PeriodException.objects.live(at=now)) == [exception]
    assert not PeriodException.objects.live(at=LATER + timedelta(seconds=1)).exists()
    revoke_exception(exception, by=controller)
    assert not PeriodException.objects.live(at=now).exists()
    with pytest.raises(Refused):
        revoke_exception(exception, by=controller)


def test_an_exception_is_refused(company: Company, march: Period, controller: User) -> None:
    with pytest.raises(Refused, match="open"):
        grant_exception(company, march, by=controller, reason="late", valid_until=LATER)
    close_period(company, march, by=controller)
    with pytest.raises(Refused, match="themselves"):
        grant_exception(company, march, by=controller, reason="x", valid_until=LATER, granted_to=controller)
    with pytest.raises(Invalid):
        grant_exception(company, march, by=controller, reason="", valid_until=LATER)


def test_the_first_open_day_skips_closed_months(company: Company, march: Period, controller: User) -> None:
    close_period(company, march, by=controller)
    assert first_open_day(company, date(2026, 3, 15)) == date(2026, 4, 1)
    assert first_open_day(company, date(2026, 4, 15)) == date(2026, 4, 15)
    assert first_open_day(company, date(2040, 1, 1)) is None
    with pytest.raises(NotFound):
        period_on(company, date(2040, 1, 1))


REFUSED_SQL = {
    "overlap": "insert into core_period (company_id, starts_on, ends_on)"
    " values (%(company)s, '2026-03-31', '2026-04-02')",
    "ends before start": "insert into core_period (company_id, starts_on, ends_on)"
    " values (%(company)s, '2050-03-31', '2050-03-01')",
    "closed by nobody": "update core_period set state = 'closed' where id = %(period)s",
    "exception of another company": "insert into core_periodexception"
    " (company_id, period_id, reason, granted_by_id, valid_until)"
    " values (%(other)s, %(period)s, 'x', %(user)s, '2099-01-01')",
}


@pytest.mark.parametrize("sql", REFUSED_SQL.values(), ids=REFUSED_SQL.keys())
def test_the_database_refuses(
    company: Company, other_company: Company, march: Period, controller: User, sql: str
) -> None:
    facts = {"company": company.pk, "other": other_company.pk, "period": march.pk, "user": controller.pk}
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, facts)
