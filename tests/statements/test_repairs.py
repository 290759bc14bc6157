"""Once found, held: wrong dates, double clicks, what a kill leaves between two commits, one bad document."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Job, User
from arap.core.wording import prose_day
from arap.ledger.queries import first_booked_on
from arap.outbox.models import Message
from statements import tasks
from statements.actions import (
    Wanted,
    begin_run,
    discard_run,
    make_records,
    release_run,
    render_waiting,
    retry_failed,
    run_plan,
    send_again,
    wanted,
)
from statements.models import Statement, StatementPlan, StatementRun
from statements.queries.recipients import Recipient
from statements.queries.runs import latest_rows
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
TO = {"to_address": "ap@haichen.example"}


def begun(story: Story) -> StatementRun:
    return begin_run(
        story.company, as_of=story.today, kind="open", language="own", segment="", from_on=None,
        at=timezone.now(), today=story.today, by=None,
    )  # fmt: skip


def test_no_entry_makes_a_statement_of_tomorrow(as_clerk: Client, story: Story, tmp_path: Any) -> None:
    tomorrow = story.today + timedelta(days=1)
    asked: dict[str, Any] = {"as_of": tomorrow, "from_on": None, "at": timezone.now(), "today": story.today}
    with pytest.raises(Invalid) as refused:
        wanted(story.company, kind="open", language="own", **asked)
    assert (refused.value.code, refused.value.facts["field"]) == ("future", "as_of")
    with pytest.raises(Invalid):
        begin_run(story.company, kind="open", language="own", by=None, **asked)
    with pytest.raises(Invalid):  # put together by hand
        Wanted(
            kind="open", as_of=tomorrow, from_on=None, language="en", position=1, known_at=timezone.now(),
            made_on=story.today,
        )  # fmt: skip
    of_one: dict[str, Any] = {"company": story.company.code, "customer": "C-10482", "as_of": tomorrow}
    for name, given in (
        ("statement", {**of_one, "out": tmp_path / "s.pdf"}),
        ("send_statement", of_one),
        ("run_statements", {"company": story.company.code, "as_of": tomorrow}),
    ):
        with pytest.raises(CommandError, match="today or a day before"):
            call_command(name, **given, stdout=StringIO())
    assert as_clerk.post(
        reverse("statements:send", args=[story.haichen.pk]), {"kind": "open", "as_of": tomorrow.isoformat(), **TO}
    ).status_code in (409, 422)
    plan = StatementPlan.objects.create(company=story.company, day=1, kind="open", language="own")
    run = run_plan(plan, today=story.today, at=timezone.now())
    assert run is not None
    assert run.as_of < story.today
    assert not Statement.objects.exists()
    assert list(StatementRun.objects.all()) == [run]


def test_a_wrong_date_sends_nothing(as_clerk: Client, story: Story) -> None:
    url = reverse("statements:send", args=[story.haichen.pk])
    answer = as_clerk.post(url, {"kind": "open", "as_of": "31 Foo 2026", "language": "en", **TO})
    assert answer.status_code == 422
    assert not Statement.objects.exists()


def test_a_double_click_sends_one(as_clerk: Client, story: Story) -> None:
    url = reverse("statements:send", args=[story.haichen.pk])
    asked = {"kind": "open", "as_of": story.today.isoformat(), "language": "en", "key": "k1", **TO}
    assert [as_clerk.post(url, asked).status_code for _click in range(2)] == [302, 302]
    assert Statement.objects.count() == 1
    render_waiting(render=lambda html: b"%PDF")
    made = Statement.objects.get()
    Message.objects.update(state=Message.State.SENT, sent_at=Now())
    again = reverse("statements:again", args=[made.pk])
    for _click in range(2):
        as_clerk.post(again, {"key": "k2", **TO})
    messages = Message.objects.filter(about_id=made.pk).order_by("pk")
    assert [list(message.files.values_list("sha256", flat=True)) for message in messages] == [[made.file.sha256]] * 2  # type: ignore[union-attr]


def test_a_run_without_a_job_is_taken_up(story: Story) -> None:
    run = begun(story)
    for _minute in range(2):
        tasks.sweep()
    assert Job.objects.filter(kind="statement_run", params__run=run.pk).count() == 1


def test_a_run_whose_last_pdf_nobody_counted_becomes_ready(story: Story, monkeypatch: Any) -> None:
    run = begun(story)
    make_records(run, today=story.today)
    with monkeypatch.context() as killed:
        killed.setattr("statements.actions.rendering.settle", lambda run_id: None)
        render_waiting(render=lambda html: b"%PDF")
    run.refresh_from_db()
    assert run.state == StatementRun.State.RENDERING
    tasks.sweep()
    run.refresh_from_db()
    assert run.state == StatementRun.State.READY


def test_one_bad_document_holds_up_nobody_else(story: Story) -> None:
    run = begun(story)
    make_records(run, today=story.today)
    count = Statement.objects.filter(run=run).count()
    assert count > 1
    calls = iter([ValueError("bad"), *[None] * count])

    def render(html: str) -> bytes:
        if error := next(calls):
            raise error
        return b"%PDF"

    render_waiting(render=render)
    states = sorted(Statement.objects.filter(run=run).values_list("pdf_state", flat=True))
    assert states == sorted(["failed", *["made"] * (count - 1)])


def test_no_run_is_of_a_day_before_the_book_begins(as_clerk: Client, controller: User, story: Story) -> None:
    first = first_booked_on(story.company)
    assert first is not None
    asked: dict[str, Any] = {"kind": "open", "language": "own", "at": timezone.now(), "today": story.today, "by": None}
    with pytest.raises(Invalid, match="The book begins on") as refused:
        begin_run(story.company, as_of=first - timedelta(days=1), **asked)
    assert (refused.value.code, refused.value.facts["field"]) == ("before_book", "as_of")
    as_clerk.force_login(controller)
    answer = as_clerk.post(reverse("statements:begin"), {"as_of": "1900-01-01", "kind": "open", "language": "own"})
    assert answer.status_code == 422
    assert prose_day(first) in text_of(answer)
    plan = StatementPlan.objects.create(company=story.company, day=1, kind="open", language="own")
    assert run_plan(plan, today=first, at=timezone.now()) is None, "the month before has nothing"
    assert not StatementRun.objects.exists()
    assert begin_run(story.company, as_of=first, **asked).as_of == first


def test_a_discarded_run_makes_room_for_another(controller: User, story: Story) -> None:
    run = begun(story)
    make_records(run, today=story.today)
    for reason in ("", "  "):
        with pytest.raises(Invalid):
            discard_run(run, reason=reason, by=controller)
    discard_run(run, reason="of the wrong day", by=controller)
    entry = AuditEntry.objects.get(verb="statement.discard")
    assert (entry.actor, entry.after) == (controller, {"reason": "of the wrong day", "statements": 2})
    with pytest.raises(Refused):
        discard_run(run, reason="again", by=controller)
    render_waiting(run_id=run.pk, render=str.encode)
    with pytest.raises(Refused, match="discarded"):
        release_run(run, by=None)
    assert set(Statement.objects.values_list("unsent", flat=True)) == {"stopped"}
    with pytest.raises(Refused, match="discarded"):
        send_again(Statement.objects.all()[0], by=controller, to=Recipient("Me", "me@x.example", "en"))
    assert latest_rows(story.company, customer_id=None, before=None, limit=9) == ([], False)
    other = begun(story)
    assert other.pk != run.pk
    make_records(other, today=story.today)
    render_waiting(run_id=other.pk, render=str.encode)
    assert release_run(other, by=None) == 1
    with pytest.raises(Refused, match="were released"):
        discard_run(other, reason="too late", by=controller)
    assert Message.objects.count() == 1


def test_a_plan_does_not_begin_a_discarded_run_again(controller: User, story: Story) -> None:
    plan = StatementPlan.objects.create(company=story.company, day=1, kind="open", language="own")
    run = run_plan(plan, today=story.today, at=timezone.now())
    assert run is not None
    discard_run(run, reason="not this month", by=controller)
    assert run_plan(plan, today=story.today, at=timezone.now()) is None


def test_trying_all_pdfs_again_leaves_an_audit_row(controller: User, story: Story) -> None:
    def broken(html: str) -> bytes:
        raise ValueError("bad")

    run = begun(story)
    make_records(run, today=story.today)
    render_waiting(run_id=run.pk, render=broken)
    assert retry_failed(run, by=controller) == 2
    assert retry_failed(run, by=controller) == 0
    entry = AuditEntry.objects.get(verb="statement.retry_pdf")
    assert (entry.actor, entry.object_id, entry.after) == (controller, str(run.pk), {"pdfs": 2})
