"""The night's work of receipts."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.utils import timezone

from arap.core.models import Company
from arap.core.nights import each_company
from receipts.actions.breaking import break_plans


@shared_task(name="receipts.tasks.break_plans", ignore_result=True)  # type: ignore[untyped-decorator]
def break_late_plans() -> int:
    """Let broken plans fall back, as of yesterday in each company's own time zone. Running often costs nothing.

    Returns how many companies had one; raises NightFailed, after the last company, when one of them failed.
    """

    def work(company: Company) -> int:
        today = timezone.now().astimezone(ZoneInfo(str(company.time_zone))).date()
        return break_plans(company, as_of=today - timedelta(days=1))

    return each_company(Company.objects.filter(is_active=True).order_by("code"), work)
