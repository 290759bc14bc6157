"""The company behind the desk: invoices and receipts of three years up to today, and twenty people."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from aging.actions import begin_keeping, refresh_standings
from aging.rules import DEFAULT_EDGES
from aging.tasks import keep_report
from arap.core.actions.people import grant_role
from arap.core.models import Company, Role, User
from arap.ledger.actions import refresh_statistics
from bench.work import CHUNK, Bench, drafts, prepare, receive_all, run_sql
from invoices.actions import post_invoices

PASSWORD = "twenty-at-the-desk"  # noqa: S105 - of a database that lives as long as the measurement
PEOPLE = 20
COMPANY = "DESK"
MONTH_DAYS = 30  # back is the past day whose aging people open
CONTROLLER_EVERY = 5


def fill(size: int) -> Bench:
    """`size` invoices posted by the product's own action, and the receipts that pay them."""
    bench = prepare(size, COMPANY)
    today = timezone.localdate()
    run_sql("desk_days.sql", {"today": today})
    people = _people(bench.company)
    run_sql("desk_names.sql", {"company": bench.company.pk, "owners": people})
    _invoices(bench)
    _receipts(bench)
    refresh_statistics()
    follow_the_day()
    return bench


def follow_the_day() -> None:
    """What the worker does as the days go by: the reports of today and of the past day that people open are kept."""
    company, today = Company.objects.get(code=COMPANY), timezone.localdate()
    refresh_standings(company, as_of=today)
    _asked_before(company, today - timedelta(days=MONTH_DAYS))


def _asked_before(company: Company, as_of: date) -> None:
    """What the worker does for the first one who opens the report of that day."""
    asked = User.objects.get(username="desk-0")
    job = begin_keeping(company, as_of=as_of, basis="due", edges=DEFAULT_EDGES, position=None, by=asked)
    keep_report(job.pk)


def _people(company: Company) -> list[int]:
    """Twenty who may sign in, half of them in Chinese; every fifth is the controller, the rest are clerks."""
    made = []
    secret = make_password(PASSWORD)
    for number in range(PEOPLE):
        user = User(
            username=f"desk-{number}", full_name=f"Desk {number}", last_company=company,
            language=("en", "zh-hans")[number % 2], password=secret,
        )  # fmt: skip
        user.save(force_insert=True)
        grant_role(company, user, Role.CONTROLLER if number % CONTROLLER_EVERY == 0 else Role.CLERK, by=None)
        made.append(user.pk)
    return made


def _invoices(bench: Bench) -> None:
    for ids in _chunks(drafts(bench, bench.size)):
        post_invoices(bench.company, ids, by=None)
        if ids[0] == 1:
            refresh_statistics()


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _receipts(bench: Bench) -> None:
    run_sql("desk_items.sql", {"company": bench.company.pk})
    receive_all(bench)
    run_sql("desk_receipts.sql", {"company": bench.company.pk})
