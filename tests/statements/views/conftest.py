"""A run that waits to be released, a statement that was sent, and a controller at work."""

from collections.abc import Callable
from itertools import chain, repeat

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.models import User
from statements.actions import begin_run, make_records, recipient_for, render_waiting, send_statement, wanted
from statements.models import Statement, StatementRun
from tests.stories import Story


def pdf_of(html: str) -> bytes:
    """In place of a PDF: these tests look at pages."""
    return b"%PDF " + html.encode()[:200]


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """A browser in which the controller is signed in."""
    client.force_login(controller)
    return client


def first_one_fails() -> Callable[[str], bytes]:
    """A renderer that makes all PDFs but the first."""
    fates = chain([True], repeat(False))

    def render(html: str) -> bytes:
        if next(fates):
            raise ValueError("a bad document")
        return pdf_of(html)

    return render


def made_run(story: Story, render: Callable[[str], bytes] = pdf_of) -> StatementRun:
    """Both customers' statements of today, to be released."""
    found = begin_run(
        story.company, as_of=story.today, kind="open", language="own", at=timezone.now(), today=story.today, by=None
    )
    make_records(found, today=story.today)
    render_waiting(run_id=found.pk, render=render)
    found.refresh_from_db()
    assert found.state == StatementRun.State.READY
    return found


@pytest.fixture
def run(story: Story) -> StatementRun:
    """A run to be released. Somebody at Haichen receives statements, nobody at Qiming."""
    return made_run(story)


@pytest.fixture
def sent(story: Story, clerk: User) -> Statement:
    """Haichen's open items, sent to the contact on file; its message waits."""
    want = wanted(
        story.company, kind="open", as_of=story.today, from_on=None, language="own", at=timezone.now(),
        today=story.today,
    )  # fmt: skip
    to = recipient_for(story.company, story.haichen)
    made = send_statement(story.company, story.haichen, want, by=clerk, to=to)
    render_waiting(statement_id=made.pk, render=pdf_of)
    made.refresh_from_db()
    return made
