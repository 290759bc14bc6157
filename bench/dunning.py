"""A night's reminders: decided with cycles, holds, credits and reasons, beside the same letters written by hand."""

from datetime import timedelta

from django.db import connection, transaction

from bench.measure import Sheet
from bench.scratch import vacuum
from bench.work import TODAY, Bench, run_sql
from dunning.actions import decide_run, ensure_policy
from dunning.models import Notice, NoticeItem

LIMIT = "SQL: reminders, first night"


def nights(sheet: Sheet, bench: Bench, url: str) -> None:
    """The first night on which everybody is reminded, and the one after it on which hardly anything is new."""
    ensure_policy(bench.company)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into customers_contact (company_id, customer_id, name, email, phone, roles, language, receives)"
            " select company_id, id, name, code || '@example.com', '', '{}', 'en', '{reminder}'"
            " from customers_customer where company_id = %s",
            [bench.company.pk],
        )
    vacuum(url)
    with transaction.atomic():
        with sheet.timed(LIMIT, 0) as by_hand:
            run_sql("limit_dunning.sql", {"company": bench.company.pk, "as_of": TODAY})
        notices, items = Notice.objects.count(), NoticeItem.objects.count()
        transaction.set_rollback(True)
    by_hand.items = items
    with sheet.timed("reminders, first night", items, limit=LIMIT, note=f"{notices:,} letters"):
        run = decide_run(bench.company, as_of=TODAY, today=TODAY, by=None)
    decided = Notice.objects.filter(run=run).count(), NoticeItem.objects.filter(notice__run=run).count()
    assert decided == (notices, items), f"the ways disagree: {decided}, {(notices, items)}"
    Notice.objects.filter(run=run).update(state=Notice.State.EXCLUDED, reason="bench")
    tomorrow = TODAY + timedelta(days=1)
    with sheet.timed("reminders, the night after", items, limit=LIMIT) as after:
        again = decide_run(bench.company, as_of=tomorrow, today=tomorrow, by=None)
    after.note = f"{Notice.objects.filter(run=again).count():,} letters"
