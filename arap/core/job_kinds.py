"""How a job reads: each kind has a title and a unit, and may have a template of its own for what became of it.

A room says so when it starts (`ready` of its AppConfig), so that the pages of jobs need not know the rooms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import npgettext_lazy

from arap.core.models import Job

ITEMS = npgettext_lazy("count", "item", "items")
Context = Callable[[Job], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str | Promise
    unit: Any
    context: Context


_kinds: dict[str, _Kind] = {}


def describe(kind: str, title: str | Promise, *, unit: Any = ITEMS, context: Context = lambda job: {}) -> None:
    """Jobs of `kind` are called `title` and count in `unit` (an ngettext_lazy without a number in it).

    `templates/jobs/_result_<kind>.html` shows their result (context: `job` and what `context` adds).
    """
    _kinds[kind] = _Kind(title, unit, context)


def title_of(kind: str) -> str:
    """The title of a kind in the language in use; the kind itself where no room described it."""
    return str(_kinds[kind].title) if kind in _kinds else kind


def unit_of(kind: str, count: int) -> str:
    """What jobs of a kind count, for so many of it: "row" or "rows"."""
    unit = _kinds[kind].unit if kind in _kinds else ITEMS
    return str(unit % count)


def result_html(job: Job, request: HttpRequest) -> SafeString:
    """What became of a job that has ended, as its room shows it; a sentence where the room has no template."""
    names = [f"jobs/_result_{job.kind}.html", "jobs/_result.html"]
    more = _kinds[job.kind].context(job) if job.kind in _kinds else {}
    return render_to_string(names, {"job": job, **more}, request)
