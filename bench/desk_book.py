"""The company behind the desk: invoices and receipts of three years up to today, and twenty people."""

from collections.abc import Iterator

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from aging.actions import refresh_standings
from arap.core.actions.people import grant_role
from arap.core.models import Company, Role, User
from arap.ledger.actions import refresh_statistics
from bench.work import CHUNK, Bench, drafts, prepare, receive_all, run_sql
from invoices.actions import post_invoices

PASSWORD = "twenty-at-the-desk"  # noqa: S105 - of a database that lives as long as the measurement
PEOPLE = 20
CONTROLLER_EVERY = 5


def fill(size: int) -> Bench:
    """`size` invoices posted by the product's own action, and the receipts that pay them."""
    bench = prepare(size, "DESK")
    today = timezone.localdate()
    run_sql("desk_days.sql", {"today": today})
    people = _people(bench.company)
    run_sql("desk_names.sql", {"company": bench.company.pk, "owners": people})
    _invoices(bench)
    _receipts(bench)
    refresh_statistics()
    refresh_standings(bench.company, as_of=today)
    return bench


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
