"""Files brought through the browser: taken in, tried, and loaded, each once however often it is asked for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from arap.core import audit, jobs
from arap.core.errors import Refused
from arap.core.files import NewFile, digest, safe_name, store
from arap.core.models import Company, Job, StoredFile, User
from arap.desk.actions.load_history import Loaded, load_history, try_history
from arap.desk.mapping import FileRefused, Rejected, load_mapping, open_rows, shipped_mappings
from arap.desk.mapping.reading import FILE_MB_MAX, too_large
from arap.desk.mapping.workbook import ZIP_MAGIC
from arap.desk.models import Import
from arap.desk.takeon.lines import keep_lines, read_lines
from arap.desk.takeon.posting import VERB
from arap.desk.takeon.reading import Read, understood
from arap.desk.takeon.target import HISTORY
from arap.ledger.models import Document, Posting
from customers.models import Customer

TRIAL, RUN = "import_trial", "import_run"
ACTIVE = (Job.State.QUEUED, Job.State.RUNNING)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE_ROWS = 500
ROUND_SECONDS = 180  # well within the task's limit: reading and judging a file again comes before each round


@dataclass(frozen=True, slots=True)
class Suits:
    """A mapping that a file can be read with, and how many of its first rows would be left out."""

    mapping: str
    rejected: int


@contextmanager
def as_path(content: bytes) -> Iterator[Path]:
    """The content as a file of its own for the length of the block."""
    with TemporaryDirectory(prefix="arap-import-") as folder:
        path = Path(folder) / ("file.xlsx" if content[:4] == ZIP_MAGIC else "file.csv")
        path.write_bytes(content)
        yield path


def suiting_mappings(path: Path) -> list[Suits]:
    """The mappings supplied whose columns the file has, the one that leaves out fewest of its first rows first.

    Raises FileRefused, with what the standard mapping lacks, when there is none.
    """
    found: list[Suits] = []
    refusal: FileRefused | None = None
    for name in shipped_mappings():
        try:
            reading = open_rows(path, load_mapping(name, HISTORY), HISTORY)
            sample = islice(understood(reading, Read()), SAMPLE_ROWS)
            found.append(Suits(name, sum(isinstance(row, Rejected) for row in sample)))
        except FileRefused as error:
            refusal = error if name == "standard" or refusal is None else refusal
    if not found:
        assert refusal is not None
        raise refusal
    return sorted(found, key=lambda suits: (suits.rejected, suits.mapping))


def receive_file(company: Company, *, name: str, content: bytes, key: str, by: User) -> Import:
    """Take a file in and choose the mapping it suits best. The same key again gives the same import.

    The content decides what it is, never its name. Raises FileRefused when it is too large, no table, or when no
    mapping suits it; nothing is kept then.
    """
    if already := Import.objects.select_related("file").defer("file__content").filter(company=company, key=key).first():
        if (already.file.sha256, already.file.name) == (digest(content), safe_name(name)):
            return already
        key = f"{key[:30]}:{digest(content)[:30]}"  # the same page, gone back to with another file
    if len(content) > FILE_MB_MAX << 20:
        raise too_large(len(content))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise FileRefused(_("The file is a web page or XML, not a table; save it as CSV or as an Excel workbook."))
    with as_path(content) as path:
        mapping = suiting_mappings(path)[0].mapping
    return _keep(company, name, content, mapping, key, by)


@transaction.atomic
def _keep(company: Company, name: str, content: bytes, mapping: str, key: str, by: User) -> Import:
    media_type = XLSX if content[:4] == ZIP_MAGIC else "text/csv"
    # The same bytes need not be kept twice.
    file = StoredFile.objects.filter(company=company, sha256=digest(content), name=name).defer("content").first()
    if file is None:
        file = store(company, [NewFile(name=name, media_type=media_type, content=content)], by=by)[0]
    received, is_new = Import.objects.get_or_create(
        company=company, key=key, defaults={"file": file, "mapping": mapping, "created_by": by}
    )
    if is_new:
        audit.record(by=by, verb="import.receive", obj=received, after={"file": file.name, "sha256": file.sha256})
    return received


@transaction.atomic
def choose_mapping(received: Import, mapping: str, *, by: User) -> Import:
    """Read the file with another mapping; what a dry run said is void. Raises Refused once the file is being loaded."""
    locked = _lock(received)
    if mapping not in shipped_mappings():
        raise Refused("unknown_mapping", _("There is no such mapping."))
    if locked.run is not None and locked.run.state in (*ACTIVE, Job.State.DONE):
        raise Refused("import_started", _("This file is loaded already; bring it again to read it in another way."))
    if locked.mapping != mapping:
        before = {"mapping": locked.mapping}
        locked.mapping, locked.trial = mapping, None
        locked.save(update_fields=["mapping", "trial"])
        audit.record(by=by, verb="import.map", obj=locked, before=before, after={"mapping": mapping})
    return locked


@transaction.atomic
def start_trial(received: Import, *, by: User) -> Job:
    """Queue a dry run; one that is under way is returned instead."""
    locked = _lock(received)
    if locked.trial is not None and locked.trial.state in ACTIVE:
        return locked.trial
    locked.trial = _job(locked, TRIAL, "arap.desk.tasks.try_import", by)
    locked.save(update_fields=["trial"])
    return locked.trial


@transaction.atomic
def start_run(received: Import, *, by: User, trial_id: int | None = None) -> Job:
    """Queue the load; one that is under way or done is returned instead.

    `trial_id` is the dry run that was looked at. Raises Refused before a dry run has ended, and when another one was
    made since.
    """
    locked = _lock(received)
    if locked.run is not None and locked.run.state in (*ACTIVE, Job.State.DONE):
        return locked.run
    if locked.trial is None or locked.trial.state != Job.State.DONE:
        raise Refused("trial_missing", _("Do the dry run first: it shows what will happen."))
    if trial_id not in (None, locked.trial_id):
        raise Refused("trial_old", _("Another dry run was made since: look at that one."))
    locked.run = _job(locked, RUN, "arap.desk.tasks.run_import", by)
    locked.save(update_fields=["run"])
    return locked.run


def try_import(job: Job) -> dict[str, Any]:
    """The work of a dry run: its counts, with a line kept for every row of the file."""
    received = _import_of(job)
    last_customer = _last(Customer, job.company)
    kept: list[Any] = []

    def look(loaded: Loaded) -> None:
        kept.append(read_lines(job, loaded.rejected, last_customer=last_customer, only_rejected=False))

    with as_path(bytes(received.file.content)) as path:
        loaded = try_history(
            path,
            company=job.company,
            mapping=received.mapping,
            progress=_progress(job),
            look=look,
        )
    with kept[0] as lines:
        keep_lines(job, lines)
    return _result(received, loaded)


def run_import(job: Job) -> dict[str, Any]:
    """The work of a load: what try_import forecast, in chunks. Stopped or dead, what is posted stays and is skipped.

    Raises JobContinues when it has worked for ROUND_SECONDS: the next round goes on behind it.
    """
    received = _import_of(job)
    since = job.params.get("since") or {
        "position": _last(Posting, job.company, "position"),
        "customer": _last(Customer, job.company),
    }
    skipped: list[int] = []
    with as_path(bytes(received.file.content)) as path:
        loaded = load_history(
            path,
            company_code=job.company.code,
            mapping=received.mapping,
            progress=_rounds(job, since, skipped),
            name=received.file.name,
            by=job.created_by,
            examined=lambda loaded: skipped.append(loaded.skipped),
        )
    if jobs.rounds(job):
        loaded.skipped = since["skipped"]  # what this round met as known was new to the first
        _add_earlier_rounds(job, since, loaded)
    with read_lines(job, loaded.rejected, last_customer=0, only_rejected=True) as lines:
        keep_lines(job, lines)
    return _result(received, loaded)


def _progress(job: Job) -> Callable[[int, int], None]:
    before = int(job.params.get("done", 0))

    def report(done: int, total: int) -> None:
        message = _("Posting") if total else _("Reading the file") if done else _("Waiting for another import to end")
        jobs.progress(job, done + before if total else done, total + before if total else None, message)

    return report


def _rounds(job: Job, since: dict[str, int], skipped: list[int]) -> Callable[[int, int], None]:
    report = _progress(job)
    ends_at = time.monotonic() + ROUND_SECONDS

    def report_or_hand_over(done: int, total: int) -> None:
        report(done, total)
        if done < total and time.monotonic() >= ends_at:
            raise jobs.JobContinues(since={"skipped": skipped[0], **since}, done=int(job.params.get("done", 0)) + done)

    return report_or_hand_over


def _add_earlier_rounds(job: Job, since: dict[str, int], loaded: Loaded) -> None:
    """Count what all rounds created: this one only knows what it found missing, and the rest as known."""
    postings = Posting.objects.filter(company=job.company, position__gt=since["position"], verb=VERB)
    posted = Document.objects.filter(company=job.company, position__in=postings.values("position"))
    kinds = dict(posted.values_list("kind").annotate(count=Count("pk")).order_by())
    loaded.invoices, loaded.credit_notes = kinds.get("invoice", 0), kinds.get("credit_note", 0)
    loaded.receipts, loaded.refunds = kinds.get("receipt", 0), kinds.get("refund", 0)
    loaded.customers = Customer.objects.filter(company=job.company, pk__gt=since["customer"]).count()


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
        "warnings": loaded.warnings,
    }


def _job(received: Import, kind: str, task: str, by: User) -> Job:
    params = {"import": received.pk, "mapping": received.mapping, "file": received.file.name}
    return jobs.create(received.company, kind, task=task, by=by, params=params)


def _import_of(job: Job) -> Import:
    return Import.objects.select_related("file").get(company=job.company, pk=job.params["import"])


def _last(model: type[Posting] | type[Customer], company: Company, field: str = "pk") -> int:
    """The largest id (or other number) of the company's rows; 0 without any."""
    return int(model._default_manager.filter(company=company).aggregate(last=Max(field))["last"] or 0)


def _lock(received: Import) -> Import:
    rows = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "trial", "run", "file")
    return rows.defer("file__content").get(company_id=received.company_id, pk=received.pk)
