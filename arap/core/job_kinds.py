"""How a job reads: each kind has a title, and may have a template of its own for what became of it.

A room says so when it starts (`ready` of its AppConfig), so that the pages of jobs need not know the rooms.
"""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from arap.core.models import Job

_titles: dict[str, str | Promise] = {}


def describe(kind: str, title: str | Promise) -> None:
    """Jobs of `kind` are called `title`. `templates/jobs/_result_<kind>.html` shows their result (context: `job`)."""
    _titles[kind] = title


def title_of(kind: str) -> str:
    """The title of a kind in the language in use; the kind itself where no room described it."""
    return str(_titles.get(kind, kind))


def result_html(job: Job, request: HttpRequest) -> SafeString:
    """What became of a job that has ended, as its room shows it; a sentence where the room has no template."""
    names = [f"jobs/_result_{job.kind}.html", "jobs/_result.html"]
    return render_to_string(names, {"job": job}, request)
