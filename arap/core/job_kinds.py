"""How a job reads: each kind has a title and a unit, and may have a template of its own for what became of it.

A room says so when it starts (`ready` of its AppConfig), so that the pages of jobs need not know the rooms.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import npgettext_lazy

from arap.core.models import Company, Job

ITEMS = npgettext_lazy("count", "item", "items")
Context = Callable[[Job], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a job that is done left undone: "Done, 3 PDFs failed", and where that is looked at."""

    words: str
    url: str


Troubles = Callable[[Sequence[Job]], dict[int, Trouble]]


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str | Promise
    unit: Any
    context: Context
    troubles: Troubles
    troubled: Callable[[Company], Q] | None


_kinds: dict[str, _Kind] = {}


def describe(
    kind: str,
    title: str | Promise,
    *,
    unit: Any = ITEMS,
    context: Context = lambda job: {},
    troubles: Troubles = lambda jobs: {},
    troubled: Callable[[Company], Q] | None = None,
) -> None:
    """Jobs of `kind` are called `title` and count in `unit` (an ngettext_lazy without a number in it).

    `troubles` says by their ids which of some jobs that are done left something undone; `troubled` which of all those
    of a company count as failed for it.
    `templates/jobs/_result_<kind>.html` shows their result (context: `job` and what `context` adds).
    """
    _kinds[kind] = _Kind(title, unit, context, troubles, troubled)


def title_of(kind: str) -> str:
    """The title of a kind in the language in use; the kind itself where no room described it."""
    return str(_kinds[kind].title) if kind in _kinds else kind


def unit_of(kind: str, count: int) -> str:
    """What jobs of a kind count, for so many of it: "row" or "rows"."""
    unit = _kinds[kind].unit if kind in _kinds else ITEMS
    return str(unit % count)


def troubles_of(jobs: Sequence[Job]) -> dict[int, Trouble]:
    """Job id -> what it left undone, for those that are done and did. One question for each kind among them."""
    by_kind = defaultdict(list)
    for job in jobs:
        if job.state == Job.State.DONE and job.kind in _kinds:
            by_kind[job.kind].append(job)
    return {pk: each for kind, some in by_kind.items() for pk, each in _kinds[kind].troubles(some).items()}


def failed_in_part(company: Company) -> Q:
    """The jobs that are done and count as failed for what they left undone."""
    found = Q(pk__in=[])
    for kind, each in _kinds.items():
        if each.troubled is not None:
            found |= Q(kind=kind, state=Job.State.DONE) & each.troubled(company)
    return found


def result_html(job: Job, request: HttpRequest) -> SafeString:
    """What became of a job that has ended, as its room shows it; a sentence where the room has no template."""
    names = [f"jobs/_result_{job.kind}.html", "jobs/_result.html"]
    more = _kinds[job.kind].context(job) if job.kind in _kinds else {}
    return render_to_string(names, {"job": job, **more}, request)
