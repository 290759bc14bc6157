"""The nightly snapshot: safe to run twice, whole or not at all."""

from datetime import date

from django.db import connection, transaction
from django.db.models import DateTimeField, Func
from django.db.models.functions import Now

from aging.models import SnapshotRow, SnapshotRun
from aging.queries import aging
from aging.rules import DEFAULT_EDGES
from arap.core.models import Company
from arap.ledger.queries import position_at
from customers.models import Customer

ROWS_AT_ONCE = 5000


class Clock(Func):
    """The instant it is, not the instant the transaction began."""

    template = "clock_timestamp()"
    output_field = DateTimeField()


@transaction.atomic
def run_aging_snapshot(company: Company, *, as_of: date) -> SnapshotRun:
    """Keep the aging at the end of `as_of` as known now. A date that has its snapshot keeps it.

    One transaction: a killed run leaves nothing behind, and two at once make one snapshot.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [0xA91E, company.pk])
    kept = SnapshotRun.objects.filter(company=company, as_of=as_of).first()
    if kept is not None:
        return kept
    position = position_at(company, known_at=None)
    report = aging(company, as_of=as_of, position=position, base=True)
    masters = {
        pk: (owner, segment, root)
        for pk, owner, segment, root in Customer.objects.filter(company=company).values_list(
            "pk", "owner_id", "segment", "root_id"
        )
    }
    run = SnapshotRun.objects.create(
        company=company,
        as_of=as_of,
        position=position,
        edges=list(DEFAULT_EDGES),
        row_count=len(report.rows),
        started_at=Now(),
        finished_at=Clock(),
    )
    SnapshotRow.objects.bulk_create(
        (
            SnapshotRow(
                run=run, customer_id=row.key, currency=row.currency, buckets=list(row.buckets),
                  unapplied=row.unapplied, total=row.total,
                base_buckets=list(row.base_buckets), base_unapplied=row.base_unapplied, base_total=row.base_total,
                owner_id=masters[row.key][0] if row.key else None, segment=masters[row.key][1] if row.key else "",
                root_id=masters[row.key][2] if row.key else None,
            )
            for row in report.rows
        ),
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    SnapshotRun.objects.filter(pk=run.pk).update(finished_at=Clock())
    run.refresh_from_db()
    return run
