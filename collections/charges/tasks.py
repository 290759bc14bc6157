"""Late charges that are made by themselves, once a month."""

import logging
from datetime import date
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core.errors import Refused
from arap.core.models import Company
from arap.core.nights import each_company
from charges.actions import charge_late
from charges.models import ChargeRun, ChargeSchedule

logger = logging.getLogger(__name__)

LIMITS = {"soft_time_limit": 400, "time_limit": 430}


@shared_task(name="charges.tasks.charge_by_night", **LIMITS)  # type: ignore[untyped-decorator]
def charge_by_night() -> int:
    """Every night: the companies whose day of the month has come. Returns in how many something was charged.

    Raises NightFailed, after the last company, when one of them failed.
    """
    wanted = ChargeSchedule.objects.filter(is_active=True).values("company")

    def charge(company: Company) -> bool:
        return charge_month(company, today=timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date())

    return each_company(Company.objects.filter(is_active=True, pk__in=wanted).order_by("code"), charge)


def charge_month(company: Company, *, today: date) -> bool:
    """Charge all days before today where the schedule's day of this month has come; once a month, whatever happens.

    A night that was missed is made up by the next one. True where something was charged.
    """
    schedule = ChargeSchedule.objects.get(company=company)
    if today.day < schedule.month_day:
        return False
    by_itself = ChargeRun.objects.filter(company=company, created_by=None)
    if by_itself.filter(issued_on__gte=today.replace(day=schedule.month_day), issued_on__lte=today).exists():
        return False
    try:
        # Two at once: one waits for the other, and then has nothing left to charge.
        made = charge_late(company, until=today, issued_on=today, by=None)
    except Refused as refusal:
        if refusal.code != "nothing_to_charge":
            raise
        return False
    logger.info("late charges of %s: %s", company.code, len(made.charges))
    return True
