"""Reads of the foundation: rates, periods, calendars."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arap.core.dates import WEEKENDS_OFF, Calendar
from arap.core.errors import MissingRate, NotFound
from arap.core.models import AuditEntry, Company, ExchangeRate, Holiday, Membership, Period, Role, User
from arap.core.permissions import PERMISSIONS

ONE = Decimal(1)
HOLDERS_NAMED = 5
INVITED, PASSWORD_CHOSEN = "person.invite", "person.password"


def company_by_code(code: str) -> Company:
    """The company called `code`. Raises NotFound."""
    company = Company.objects.filter(code=code).first()
    if company is None:
        raise NotFound("unknown_company", _("There is no company “%(code)s”.") % {"code": code}, company=code)
    return company


def today_in(company_code: str) -> date:
    """What day it is in that company's time zone, by the database's clock; in China where there is no such company."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select (now() at time zone coalesce(
              (select time_zone from core_company where code = %s), 'Asia/Shanghai'))::date
            """,
            [company_code],
        )
        today: date = cursor.fetchone()[0]
    return today


def who_may(company: Company, verb: str) -> tuple[list[str], list[str]]:
    """The roles that may do `verb`, and by name who holds one of them in the company, HOLDERS_NAMED at most.

    An ellipsis stands for the others.
    """
    roles = [role for role in Role if role in PERMISSIONS[verb]]
    held = Membership.objects.filter(company=company, role__in=roles)
    people = User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("full_name", "username")
    names = [person.get_full_name() for person in people[: HOLDERS_NAMED + 1]]
    return [str(role.label) for role in roles], names[:HOLDERS_NAMED] + ["…"] * (len(names) > HOLDERS_NAMED)


def rate_on(company: Company, currency: str, on: date) -> Decimal:
    """Base units for one unit of `currency` on a day: the last rate not after it, 1 for base.

    Raises MissingRate.
    """
    if currency == company.base_currency:
        return ONE
    rates = ExchangeRate.objects.filter(company=company, currency=currency, valid_from__lte=on)
    rate = rates.order_by("-valid_from").values_list("rate", flat=True).first()
    if rate is None:
        raise MissingRate(
            "missing_rate",
            _("There is no exchange rate for %(currency)s on %(on)s.") % {"currency": currency, "on": on.isoformat()},
            currency=currency,
            on=on.isoformat(),
        )
    return rate


def rate_histories(company: Company) -> dict[str, list[tuple[date, Decimal]]]:
    """All rates by currency in order of date, for rates.rate_from; one query for bulk work."""
    histories: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    rows = ExchangeRate.objects.filter(company=company).order_by("currency", "valid_from")
    for currency, valid_from, rate in rows.values_list("currency", "valid_from", "rate"):
        histories[currency].append((valid_from, rate))
    return dict(histories)


def period_on(company: Company, on: date) -> Period:
    """The period a day belongs to. Raises NotFound("no_period")."""
    period = Period.objects.filter(company=company, starts_on__lte=on, ends_on__gte=on).first()
    if period is None:
        raise NotFound(
            "no_period",
            _("No period was opened for %(on)s.") % {"on": on.isoformat()},
            on=on.isoformat(),
        )
    return period


def first_open_day(company: Company, not_before: date, *, by: User | None = None) -> date | None:
    """The first day from `not_before` on that lies in an open period, for `by` also in one that is soft closed but not
    to their roles; None when there is none.
    """
    is_open = Q(state=Period.State.OPEN)
    if by is not None:
        roles = list(Membership.objects.filter(company=company, user=by).values_list("role", flat=True))
        is_open |= Q(state=Period.State.SOFT, open_to__overlap=roles)
    starts = Period.objects.filter(is_open, company=company, ends_on__gte=not_before)
    first = starts.order_by("starts_on").values_list("starts_on", flat=True).first()
    return max(first, not_before) if first else None


def calendar_of(company: Company) -> Calendar:
    """The company's business days, for the rules in dates.py. Two queries at most.

    Days beyond the last official announcement follow the weekly rhythm alone.
    """
    if company.calendar_id is None:
        return WEEKENDS_OFF
    calendar = company.calendar
    assert calendar is not None
    days = Holiday.objects.filter(calendar=calendar).values_list("on", "is_working")
    return Calendar(days_off=frozenset(int(day) for day in calendar.days_off), exceptions=dict(days))


def keeps_first_password(user: User) -> bool:
    """Whether `user` was invited and still has the password that somebody else has seen."""
    return user.pk in keeping_first_password([user.pk])


def keeping_first_password(users: Iterable[int]) -> set[int]:
    """Those of the users (ids) who were invited and still have the password that somebody else has seen."""
    rows = AuditEntry.objects.filter(
        object_type=User._meta.label_lower,
        object_id__in=[str(pk) for pk in users],
        verb__in=[INVITED, PASSWORD_CHOSEN],
    )
    last = rows.order_by("object_id", "-pk").distinct("object_id").values_list("object_id", "verb")
    return {int(pk) for pk, verb in last if verb == INVITED}
