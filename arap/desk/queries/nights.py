"""What ran by itself lately, or was begun by somebody: snapshots, reminders, statements."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aging.models import SnapshotRun
from arap.core import wording
from arap.core.models import Company
from dunning.models import DunningRun, Notice
from statements.models import Statement, StatementRun
from statements.queries.runs import run_code

SNAPSHOTS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what it is called, where it is looked at, how much it made, when, and its state (a key of STATES)."""

    name: str
    url: str
    amount: str
    at: datetime | None
    state: str


def latest_runs(company: Company) -> list[Run]:
    """The latest statements and reminders, and the last nights' snapshots. At most five queries."""
    return [*_statements(company), *_reminders(company), *_snapshots(company)]


def _statements(company: Company) -> list[Run]:
    run = StatementRun.objects.filter(company=company).exclude(state="discarded").order_by("-pk").first()
    if run is None:
        return []
    made = Statement.objects.filter(run=run).count()
    return [
        Run(
            _("Statements of %(day)s") % {"day": wording.prose_day(run.as_of)},
            reverse("statements:run", args=[run.pk]),
            ngettext("%(count)s statement", "%(count)s statements", made) % {"count": f"{made:,}"},
            run.released_at or run.created_at,
            run_code(run),
        )
    ]


def _reminders(company: Company) -> list[Run]:
    run = DunningRun.objects.filter(company=company).order_by("-as_of").first()
    if run is None:
        return []
    made = Notice.objects.filter(run=run).count()
    states = {"deciding": "running", "proposed": "to_release", "stopped": "cancelled"}
    return [
        Run(
            _("Reminders of %(day)s") % {"day": wording.prose_day(run.as_of)},
            reverse("dunning:run", args=[run.pk]),
            ngettext("%(count)s reminder", "%(count)s reminders", made) % {"count": f"{made:,}"},
            run.released_at or run.decided_at or run.created_at,
            states.get(run.state, run.state) if made or run.state != DunningRun.State.PROPOSED else "done",
        )
    ]


def _snapshots(company: Company) -> list[Run]:
    runs = SnapshotRun.objects.filter(company=company).order_by("-as_of")[:SNAPSHOTS_SHOWN]
    return [
        Run(
            _("Aging at %(day)s") % {"day": wording.prose_day(run.as_of)},
            _snapshot_url(run.as_of, run.finished_at),
            ngettext("%(count)s row", "%(count)s rows", run.row_count) % {"count": f"{run.row_count:,}"},
            run.finished_at,
            "done",
        )
        for run in runs
    ]


def _snapshot_url(as_of: date, finished_at: datetime) -> str:
    known_at = wording.typed_moment(finished_at)
    return f"{reverse('aging:report')}?{urlencode({'as_of': as_of.isoformat(), 'known_at': known_at})}"
