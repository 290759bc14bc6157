"""Files of customers, invoices, credit notes and receipts: tried, then written by thousands or all at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core import audit, jobs
from arap.core.errors import DomainError, Refused
from arap.core.models import Company, Job, User
from arap.core.tables import in_batches
from arap.desk.actions.receiving import kept_path, mapping_of_import
from arap.desk.intake import customers, invoices, receipts
from arap.desk.intake.outcome import Fate, Outcome
from arap.desk.intake.targets import target_of
from arap.desk.mapping import Mapping, Reading, Rejected, Row, open_rows
from arap.desk.models import Import, ImportLine

CHUNK = 1000
LINES_AT_ONCE = 5000
REPORT_ROWS = 5000
# What a row of a document is called by; its other rows are found by it.
KEYS = {"invoices": "number", "credit_notes": "number"}
WRITES: dict[str, Callable[..., None]] = {
    "customers": customers.write,
    "invoices": invoices.write,
    "credit_notes": invoices.write,
    "receipts": receipts.write,
}


@dataclass(slots=True)
class Judged:
    """A file as it was read: what becomes of each thing in it, and the rows that cannot be read."""

    outcomes: list[Outcome]
    rejected: list[Rejected]
    notices: list[str] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """How many rows are left out."""
        return len(self.rejected) + sum(len(each.rows) for each in self.outcomes if each.fate == Fate.REJECTED)


def judge_rows(
    company: Company, target: str, reading: Reading, rows: Sequence[Row], torn: Iterable[str]
) -> list[Outcome]:
    """What becomes of the rows of a target that is no history."""
    if target == "customers":
        return customers.judge(company, reading, rows)
    if target == "receipts":
        return receipts.judge(company, reading, rows)
    kind = "invoice" if target == "invoices" else "credit_note"
    return invoices.judge(company, reading, rows, kind=kind, torn=torn)


def judge_file(received: Import, progress: Callable[[int], None] = lambda done: None) -> Judged:
    """Read the whole file and judge it; nothing is changed. Raises FileRefused."""
    company = received.company
    target = target_of(received.target, company)
    mapping: Mapping = mapping_of_import(received)
    rows: list[Row] = []
    rejected: list[Rejected] = []
    with kept_path(received.file) as path:
        reading = open_rows(path, mapping, target, key=KEYS.get(received.target, ""))
        for count, row in enumerate(reading.rows(), start=1):
            if isinstance(row, Row):
                rows.append(row)
            else:
                rejected.append(row)
            if count % REPORT_ROWS == 0:
                progress(count)
    outcomes = judge_rows(company, received.target, reading, rows, reading.torn)
    return Judged(outcomes, rejected, reading.notices)


def try_file(job: Job, received: Import) -> dict[str, Any]:
    """The work of a dry run: its counts, with a line kept for every row."""
    judged = judge_file(received, lambda done: jobs.progress(job, done, None, _("Reading the file")))
    keep_lines(job, judged, only_rejected=False)
    return result(received, judged)


def run_file(job: Job, received: Import) -> dict[str, Any]:
    """The work of a load. What an earlier worker of the same job wrote is known now, and counted as new.

    Raises Refused("rows_faulty") where all or nothing was asked for and a row is faulty; nothing is written then.
    """
    judged = judge_file(received, lambda done: jobs.progress(job, done, None, _("Reading the file")))
    if received.is_whole and judged.left_out:
        text = ngettext(
            "%(count)d row cannot be imported, so nothing was: the import was to be all or nothing.",
            "%(count)d rows cannot be imported, so nothing was: the import was to be all or nothing.",
            judged.left_out,
        )
        raise Refused("rows_faulty", text % {"count": judged.left_out})
    if "skipped" not in job.params:  # what later workers meet as known was new to this one
        skipped = sum(each.fate == Fate.SKIPPED for each in judged.outcomes)
        jobs.keep(job, skipped=skipped)
    waiting = in_order([each for each in judged.outcomes if each.waits])
    write = partial(WRITES[received.target], received.company, by=job.created_by)
    if received.is_whole:
        jobs.progress(job, 0, len(waiting), _("Posting"))
        with transaction.atomic():
            for some in in_batches(waiting, CHUNK):
                write(some)
    else:
        written = 0
        for some in in_batches(waiting, CHUNK):
            _write_what_can_be(write, some)
            written += len(some)
            jobs.progress(job, written, len(waiting), _("Posting"))
    made = result(received, judged)
    before = made["skipped"] - job.params["skipped"]  # by workers that died
    made["skipped"] -= before
    made[received.target] += before
    keep_lines(job, judged, only_rejected=True)
    _record(received, made, by=job.created_by)
    return made


def in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Parents before those that stand under them; else as in the file."""
    parents = {each.customer_code: each.made.parent_code for each in outcomes if hasattr(each.made, "parent_code")}

    def depth(outcome: Outcome) -> int:
        code, steps = outcome.customer_code, 0
        while parents and (code := parents.get(code) or "") and steps <= len(parents):
            steps += 1
        return steps

    return sorted(outcomes, key=depth) if parents else list(outcomes)


def _write_what_can_be(write: Callable[[Sequence[Outcome]], None], some: Sequence[Outcome]) -> None:
    """Write them; where one is refused, those around it, and that one is left out with the sentence."""
    try:
        with transaction.atomic():
            write(some)
    except DomainError as error:
        if len(some) == 1:
            some[0].reject("", error.message)
            return
        middle = len(some) // 2
        _write_what_can_be(write, some[:middle])
        _write_what_can_be(write, some[middle:])


def result(received: Import, judged: Judged) -> dict[str, Any]:
    """The counts of a dry run or a load."""
    fates = {fate: sum(each.fate == fate for each in judged.outcomes) for fate in Fate.values}
    counts = dict.fromkeys(("customers", "invoices", "credit_notes", "receipts", "refunds"), 0)
    counts[received.target] = fates[Fate.NEW]
    return {
        "import": received.pk,
        "target": received.target,
        **counts,
        "changed": fates[Fate.CHANGED],
        "skipped": fates[Fate.SKIPPED],
        "rejected": judged.left_out,
        "closed": 0,
        "warnings": judged.notices,
        "lacking": [],
        "is_whole": received.is_whole,
    }


@transaction.atomic
def keep_lines(job: Job, judged: Judged, *, only_rejected: bool) -> None:
    """Store what becomes of each row in place of what was stored for the job."""
    ImportLine.objects.filter(company=job.company, job=job).delete()
    lines = [
        ImportLine(
            company=job.company,
            job=job,
            row=each.row,
            fate=Fate.REJECTED,
            field=each.field[:200],
            message=each.message,
        )
        for each in judged.rejected
    ]
    for outcome in judged.outcomes:
        if outcome.fate == Fate.REJECTED or not only_rejected:
            lines += _lines(job, outcome)
    for some in in_batches(lines, LINES_AT_ONCE):
        ImportLine.objects.bulk_create(some, batch_size=LINES_AT_ONCE)


def _lines(job: Job, outcome: Outcome) -> list[ImportLine]:
    fault = _("See row %(row)d of the same number.") % {"row": outcome.row_at_fault}
    return [
        ImportLine(
            company=job.company,
            job=job,
            row=row,
            fate=outcome.fate,
            is_new_customer=not outcome.kind and outcome.fate == Fate.NEW,
            kind=outcome.kind,
            number=outcome.number,
            customer_code=outcome.customer_code,
            customer_name=outcome.customer_name,
            currency=outcome.currency,
            amount=outcome.amount,
            issued_on=outcome.issued_on,
            due_on=outcome.due_on,
            field=outcome.field[:200] if row == (outcome.row_at_fault or row) else "",
            message=outcome.message if row == (outcome.row_at_fault or row) else fault,
        )
        for row in outcome.rows
    ]


def _record(received: Import, made: dict[str, Any], *, by: User | None) -> None:
    """Note what the load created and changed."""
    counts = {name: made[name] for name in ("customers", "invoices", "credit_notes", "receipts", "changed")}
    if any(counts.values()):
        after = {"file": received.file.name, "target": received.target, **counts, "rejected": made["rejected"]}
        with transaction.atomic():
            audit.record(by=by, verb="import.load", obj=received, after=after)
