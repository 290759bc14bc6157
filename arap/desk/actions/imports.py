"""Files brought through the browser, tried and loaded in a worker, each once however often it is asked for."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from arap.core import jobs
from arap.core.errors import Refused
from arap.core.models import Company, Job, User
from arap.desk.actions import intake
from arap.desk.actions.load_history import Loaded, Watch, load_history, try_history
from arap.desk.actions.receiving import ACTIVE, kept_path, lock, mapping_of_import
from arap.desk.models import Import, ImportLine
from arap.desk.takeon.checks import run as run_sql
from arap.desk.takeon.lines import keep_lines, read_lines
from arap.desk.takeon.posting import VERB
from arap.desk.takeon.target import HISTORY
from arap.ledger.models import Document, Posting
from customers.models import Customer

TRIAL, RUN = "import_trial", "import_run"
ROUND_SECONDS = 180  # well within the task's limit: reading and judging a file again comes before each round
WAIT_SECONDS = 60  # then others in the queue have their turn
LINES_KEPT = timedelta(days=30)


@transaction.atomic
def start_trial(received: Import, *, by: User) -> Job:
    """Queue a dry run; one that is under way is returned instead. What earlier ones said of each row is forgotten."""
    locked = lock(received)
    if locked.trial is not None and locked.trial.state in ACTIVE:
        return locked.trial
    trials = Job.objects.filter(company=locked.company, kind=TRIAL, params__contains={"import": locked.pk})
    ImportLine.objects.filter(company=locked.company, job__in=trials.values("pk")).delete()
    locked.trial = _job(locked, TRIAL, "arap.desk.tasks.try_import", by)
    locked.save(update_fields=["trial"])
    return locked.trial


@transaction.atomic
def start_run(received: Import, *, by: User, trial_id: int | None = None) -> Job:
    """Queue the load; one that is under way or done is returned instead.

    `trial_id` is the dry run that was looked at. Raises Refused before a dry run has ended, and when another one was
    made since.
    """
    locked = lock(received)
    if locked.run is not None and locked.run.state in (*ACTIVE, Job.State.DONE):
        return locked.run
    if locked.trial is None or locked.trial.state != Job.State.DONE:
        raise Refused("trial_missing", _("Do the dry run first: it shows what will happen."))
    if (locked.trial.result or {}).get("lacking"):
        raise Refused("rates_missing", _("Exchange rates are missing: set them, then do the dry run again."))
    if trial_id not in (None, locked.trial_id):
        raise Refused("trial_old", _("Another dry run was made since: look at that one."))
    locked.run = _job(locked, RUN, "arap.desk.tasks.run_import", by)
    locked.save(update_fields=["run"])
    return locked.run


def try_import(job: Job) -> dict[str, Any]:
    """The work of a dry run: its counts, with a line kept for every row of the file."""
    received = _import_of(job)
    if received.target != HISTORY.name:
        return intake.try_file(job, received)
    last_customer = _last_customer(job.company)
    kept: list[Any] = []

    def look(loaded: Loaded) -> None:
        kept.append(read_lines(job, loaded.rejected, last_customer=last_customer, only_rejected=False))

    with kept_path(received.file) as path:
        loaded = try_history(
            path,
            company=job.company,
            mapping=mapping_of_import(received),
            watch=Watch(waits=_waits(job), examined=look, progress=_progress(job)),
            needs_rates=True,
        )
    with kept[0] as lines:
        keep_lines(job, lines)
    return _result(received, loaded)


def run_import(job: Job) -> dict[str, Any]:
    """The work of a load: what try_import forecast, in chunks. Stopped or dead, what is posted stays and is skipped.

    Raises JobContinues when it has worked for ROUND_SECONDS: the next round goes on behind it. What is told in the end
    is what all rounds and all workers of the job did.
    """
    received = _import_of(job)
    if received.target != HISTORY.name:
        return intake.run_file(job, received)
    unchanged = int(job.params.get("unchanged", 0))  # by earlier workers

    def begins() -> None:
        if "last_customer" not in job.params:
            jobs.keep(job, last_customer=_last_customer(job.company))

    def examined(loaded: Loaded) -> None:
        if "skipped" not in job.params:  # what later rounds meet as known was new to this one
            jobs.keep(job, skipped=loaded.skipped, warnings=loaded.warnings)

    with kept_path(received.file) as path:
        loaded = load_history(
            path,
            company_code=job.company.code,
            mapping=mapping_of_import(received),
            name=received.file.name,
            by=job.created_by,
            watch=Watch(
                waits=_waits(job),
                begins=begins,
                examined=examined,
                progress=_rounds(job),
                unchanged=lambda count: jobs.keep(job, unchanged=unchanged + count),
                key=_key(job),
                attempt=job.attempts,
            ),
            needs_rates=True,
        )
    if job.attempts > 1:
        _count_whole(job, loaded)
    with read_lines(job, loaded.rejected, last_customer=0, only_rejected=True) as lines:
        keep_lines(job, lines)
    return _result(received, loaded)


def forget_trials() -> int:
    """Delete what dry runs that ended long ago said of each row; returns how many lines."""
    old = Job.objects.filter(kind=TRIAL, finished_at__lt=Now() - LINES_KEPT)
    deleted, _each = ImportLine.objects.filter(job__in=old.values("pk")).delete()
    return deleted


def _waits(job: Job) -> Callable[[], None]:
    ends_at = time.monotonic() + WAIT_SECONDS

    def report() -> None:
        jobs.progress(job, 0, None, _("Waiting for another import to end"))
        if time.monotonic() >= ends_at:
            raise jobs.JobContinues

    return report


def _progress(job: Job) -> Callable[[int, int], None]:
    before = int(job.params.get("done", 0))

    def report(done: int, total: int) -> None:
        message = _("Posting") if total else _("Reading the file")
        jobs.progress(job, done + before if total else done, total + before if total else None, message)

    return report


def _rounds(job: Job) -> Callable[[int, int], None]:
    report = _progress(job)
    ends_at = time.monotonic() + ROUND_SECONDS

    def report_or_hand_over(done: int, total: int) -> None:
        report(done, total)
        if done < total and time.monotonic() >= ends_at:
            raise jobs.JobContinues(done=int(job.params.get("done", 0)) + done)

    return report_or_hand_over


def _key(job: Job) -> str:
    """What the keys of the job's postings begin with."""
    return f"import-{job.pk}-"


def _count_whole(job: Job, loaded: Loaded) -> None:
    """Count what the whole job created: its last worker only knows what it found missing, and the rest as known."""
    postings = Posting.objects.filter(company=job.company, verb=VERB, idempotency_key__startswith=_key(job))
    posted = Document.objects.filter(company=job.company, position__in=postings.values("position"))
    kinds = dict(posted.values_list("kind").annotate(count=Count("pk")).order_by())
    loaded.invoices, loaded.credit_notes = kinds.get("invoice", 0), kinds.get("credit_note", 0)
    loaded.receipts, loaded.refunds = kinds.get("receipt", 0), kinds.get("refund", 0)
    loaded.skipped = job.params["skipped"] + job.params.get("unchanged", 0)
    loaded.warnings = job.params["warnings"]
    created = """
    select count(*) from customers_customer c where c.company_id = %(company)s and c.id > %(last)s
       and exists (select from takeon_row t where t.customer_code = c.code)
    """
    parameters = {"company": job.company_id, "last": job.params["last_customer"]}
    loaded.customers = run_sql(created, parameters)[0][0]


def _result(received: Import, loaded: Loaded) -> dict[str, Any]:
    return {
        "import": received.pk,
        "customers": loaded.customers,
        "invoices": loaded.invoices,
        "credit_notes": loaded.credit_notes,
        "receipts": loaded.receipts,
        "refunds": loaded.refunds,
        "skipped": loaded.skipped,
        "rejected": len(loaded.rejected),
        "closed": loaded.closed,
        "warnings": loaded.warnings,
        "lacking": [asdict(each) for each in loaded.lacking],
    }


def _job(received: Import, kind: str, task: str, by: User) -> Job:
    params = {"import": received.pk, "mapping": received.mapping, "file": received.file.name}
    return jobs.create(received.company, kind, task=task, by=by, params=params)


def _import_of(job: Job) -> Import:
    rows = Import.objects.select_related("file", "company", "created_by").defer("file__content")
    return rows.get(company=job.company, pk=job.params["import"])


def _last_customer(company: Company) -> int:
    """The largest id of the company's customers; 0 without any."""
    return int(Customer.objects.filter(company=company).aggregate(last=Max("pk"))["last"] or 0)
