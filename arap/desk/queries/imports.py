"""What a file that was brought looks like, and where its import stands: one state, one sentence, one next act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core.errors import DomainError
from arap.core.job_kinds import Trouble
from arap.core.models import Job
from arap.desk.actions.intake import KEYS
from arap.desk.actions.intake import judge_rows as judge_others
from arap.desk.actions.load_history import judge_rows
from arap.desk.actions.receiving import ACTIVE, kept_path, layout_of, mapping_of_import
from arap.desk.intake.targets import label_of, own_fields, target_of
from arap.desk.mapping import Rejected, Row, open_rows, read_head
from arap.desk.mapping.layouts import OWN, is_ambiguous
from arap.desk.models import Import, ImportLine
from arap.desk.takeon.reading import Read, understood
from arap.desk.takeon.target import HISTORY, field_label

PREVIEW_ROWS = 12
NAMED_ROWS = 300
NAMES_SHOWN = 5
COLUMNS_SHOWN = 9
CREATED = ("customers", "invoices", "credit_notes", "receipts", "refunds", "changed")


@dataclass(frozen=True, slots=True)
class Look:
    """The first rows of a file as they are understood; or why they cannot be (`fault`), or which columns are to be
    named first (`missing`). `names` are names with letters that tell whether the encoding is right."""

    rows: list[Any]
    notices: list[str]
    names: list[str]
    heads: Sequence[str] = ()
    fault: str = ""
    missing: tuple[str, ...] = ()

    @property
    def left_out(self) -> int:
        """How many of the rows would be left out."""
        return sum(not each["is_good"] for each in self.rows)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an import stands: a sentence in a tone ("", good, caution, overdue), and the one act that comes next.

    `act` names it: columns, try, trial (open the dry run), rates, rows, run, job (open the import).
    """

    tone: str
    sentence: str
    act: str


def look_at(received: Import, *, today: date) -> Look:
    """Read the head of the kept file. A fault that lies further down is for the dry run to find."""
    if received.target != HISTORY.name:
        return _look_at_others(received)
    if received.mapping == OWN and (missing := layout_of(received).missing(HISTORY)):
        return Look([], [], [], missing=tuple(str(field_label(name)) for name in missing))
    try:
        with kept_path(received.file, head_only=True) as path:
            reading = open_rows(path, mapping_of_import(received), HISTORY)
            rows: list[Row | Rejected] = list(islice(understood(reading, Read(today)), NAMED_ROWS))
    except DomainError as error:
        return Look([], [], [], fault=str(error.message))
    rejected, closed = judge_rows(received.company, reading, [row for row in rows if isinstance(row, Row)])
    # A row may be known, or lie in a closed period: the dry run says the same of it.
    left_out = {each.row: each for each in reversed(rejected)}
    rows = [left_out.get(row.number, row) if isinstance(row, Row) else row for row in rows]
    if len(rows) == NAMED_ROWS:
        closed = [
            _("Among the first %(count)d rows: %(notice)s") % {"count": len(rows), "notice": each} for each in closed
        ]
    notices = [*reading.notices, *closed]
    if received.mapping == OWN and _is_ambiguous(received):
        notices.append(_("These days can be read day first or month first: look whether they are right."))
    shown = [{"is_good": isinstance(row, Row), "row": row} for row in rows[:PREVIEW_ROWS]]
    return Look(shown, notices, _names(rows))


def _look_at_others(received: Import) -> Look:
    """The first rows of what is no history, under what its columns are called, and what would be left out of them."""
    target = target_of(received.target, received.company)
    own = own_fields(received.company)
    if missing := layout_of(received).missing(target):
        return Look([], [], [], missing=tuple(str(label_of(name, own)) for name in missing))
    try:
        with kept_path(received.file, head_only=True) as path:
            reading = open_rows(path, mapping_of_import(received), target, key=KEYS.get(received.target, ""))
            read = list(islice(reading.rows(), NAMED_ROWS))
    except DomainError as error:
        return Look([], [], [], fault=str(error.message))
    good = [row for row in read if isinstance(row, Row)]
    # The last number may go on below the head that was read.
    torn = reading.torn if len(read) < NAMED_ROWS else set()
    judged = judge_others(received.company, received.target, reading, good, torn)
    left_out = {row: each for each in judged if each.fate == ImportLine.Fate.REJECTED for row in each.rows}
    names = list(reading.headers)[:COLUMNS_SHOWN]
    shown = []
    for row in read[:PREVIEW_ROWS]:
        if isinstance(row, Row) and row.number in left_out:
            each = left_out[row.number]
            row = Rejected(row.number, each.field, each.message)
        cells = [row.values[name] for name in names] if isinstance(row, Row) else []
        shown.append({"is_good": isinstance(row, Row), "row": row, "cells": cells})
    notices = list(reading.notices)
    if _is_ambiguous(received):
        notices.append(_("These days can be read day first or month first: look whether they are right."))
    return Look(shown, notices, [], heads=[str(label_of(name, own)) for name in names])


def _is_ambiguous(received: Import) -> bool:
    with kept_path(received.file, head_only=True) as path:
        _headers, rows = read_head(path, received.encoding or "auto", NAMED_ROWS)
    return is_ambiguous(layout_of(received), rows)


def _names(rows: list[Row | Rejected]) -> list[str]:
    """Names with letters beyond ASCII, each once: they show whether the file was read in the right encoding."""
    found: dict[str, None] = {}
    for row in rows:
        if isinstance(row, Row):
            for name in ("customer_name", "customer_name_local"):
                text = row.values[name]
                if text and not text.isascii():
                    found[text] = None
    return list(found)[:NAMES_SHOWN]


def stage_of(received: Import, look: Look) -> Stage:
    """Where the import stands."""
    run, trial = received.run, received.trial
    if run is not None and run.state in ACTIVE:
        return Stage("", _("The file is being loaded."), "job")
    if run is not None and run.state == Job.State.DONE:
        text = _("The file is in the book. Bring it again to load what is new in it; what is known is skipped.")
        return Stage("good", text, "job")
    if look.missing:
        fields = _(", ").join(look.missing)
        return Stage("caution", _("Say which column holds: %(fields)s.") % {"fields": fields}, "columns")
    if look.fault:
        return Stage("overdue", look.fault, "columns")
    if run is not None and (trial is None or run.pk > trial.pk):
        text = _("The import stopped before its end. What it wrote stays and is skipped when it goes on.")
        return Stage("caution", text, "run" if trial else "try")
    return _before_loading(trial, look)


def _before_loading(trial: Job | None, look: Look) -> Stage:
    if trial is None:
        return _first_look(look)
    if trial.state in ACTIVE:
        return Stage("", _("The dry run is under way."), "trial")
    if trial.state != Job.State.DONE:
        text = trial.message if trial.state == Job.State.FAILED else _("The dry run was stopped.")
        return Stage("overdue", text, "try")
    return stage_of_trial(trial)


def _first_look(look: Look) -> Stage:
    if not look.left_out:
        text = _("Look at the first rows below, their days and amounts, then try the file: nothing enters the book.")
        return Stage("", text, "try")
    text = ngettext(
        "%(count)d of the first %(of)d rows would be left out, see below. Read it in another way or try it as it is.",
        "%(count)d of the first %(of)d rows would be left out, see below. Read it in another way or try it as it is.",
        look.left_out,
    )
    return Stage("caution", text % {"count": look.left_out, "of": len(look.rows)}, "try")


def stage_of_trial(trial: Job) -> Stage:
    """What a dry run that has ended came to."""
    result = trial.result or {}
    left_out = result.get("rejected", 0)
    if lacking := result.get("lacking"):
        named = _(", ").join(each["currency"] for each in lacking)
        text = _("Exchange rates are missing for %(currencies)s. Set them, then do the dry run again.")
        return Stage("caution", text % {"currencies": named}, "rates")
    if left_out and result.get("is_whole"):
        return Stage(
            "overdue", _("All or nothing was chosen, and rows would be left out: nothing can be imported."), "rows"
        )
    if not any(result.get(name) for name in CREATED):
        if left_out:
            return Stage("overdue", _("No row can be taken on: put the file right and bring it again."), "rows")
        return Stage("", _("There is nothing in this file that the book lacks."), "trial")
    if left_out:
        text = ngettext(
            "The dry run would leave out %(count)d row and take on the rest. Nothing was changed yet.",
            "The dry run would leave out %(count)d rows and take on the rest. Nothing was changed yet.",
            left_out,
        )
        return Stage("caution", text % {"count": left_out}, "run")
    return Stage("good", _("The dry run takes on every row. Nothing was changed yet."), "run")


def trial_context(trial: Job) -> dict[str, Any]:
    """What the page of a dry run shows besides its counts."""
    return {"stage": stage_of_trial(trial)} if trial.state == Job.State.DONE else {}


def troubles(jobs: Sequence[Job]) -> dict[int, Trouble]:
    """Job id -> how many rows it left out, for loads that did. One query."""
    left_out = Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("pk", "result__rejected")
    return {pk: _trouble(pk, count) for pk, count in left_out if count}


def _trouble(pk: int, count: int) -> Trouble:
    words = ngettext("Done, %(count)s row left out", "Done, %(count)s rows left out", count)
    return Trouble(words % {"count": f"{count:,}"}, reverse("desk:import_lines", args=[pk]))
