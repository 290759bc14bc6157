"""Releasing and stopping: exactly once whichever comes first, what was stopped never goes, and what it costs."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arap.core.errors import Refused
from arap.core.models import Company, Role, StoredFile
from arap.outbox.actions.sending import drain, send_next
from arap.outbox.models import Message
from arap.outbox.smtp import Carrier
from statements.actions import (
    leave_out,
    make_records,
    release_one,
    release_run,
    render_waiting,
    rendering,
    running,
    send_again,
    stop_run,
)
from statements.models import Statement, StatementRun
from statements.queries.recipients import Recipient
from statements.queries.runs import counts, left_out, ties
from tests.databases import Database
from tests.ledger.clients import at_once
from tests.mail import MailServer, wait_until
from tests.people import found_company, hire
from tests.statements.books import TODAY, begin, varied

State = StatementRun.State
ME = Recipient("Me", "me@x.example", "en")


def pdf(html: str) -> bytes:
    return html.encode()


def broken(html: str) -> bytes:
    raise ValueError("bad")


def made(company: Company, *, count: int = 4, render: Callable[[str], bytes] = pdf) -> StatementRun:
    varied(company, count=count)
    run = begin(company)
    make_records(run, today=TODAY)
    render_waiting(run_id=run.pk, render=render)
    run.refresh_from_db()
    return run


def fresh(run: StatementRun) -> StatementRun:
    return StatementRun.objects.select_related("company").get(pk=run.pk)


class Release(threading.Thread):
    """A release on a connection of its own."""

    def __init__(self, run: StatementRun) -> None:
        super().__init__(daemon=True)
        self.run_pk, self.queued = run.pk, -1

    def run(self) -> None:
        self.queued = release(StatementRun.objects.get(pk=self.run_pk))
        connection.close()


def waits_for_a_lock() -> None:
    """Until some session of this database waits for a row."""

    def seen() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("select exists (select from pg_locks where not granted)")
            return bool(cursor.fetchone()[0])

    wait_until(seen)


def release(run: StatementRun) -> int:
    return release_run(fresh(run), by=None)


def test_what_could_not_be_made_is_counted_when_it_goes(company: Company) -> None:
    run = made(company, render=lambda html: broken(html) if "V01" in html else pdf(html))
    assert release(run) == 2, "V03 has nobody, and V01 has no PDF yet"
    late = Statement.objects.get(customer__code="V01")
    assert (late.released_at is not None, late.to_address) == (True, "V01@x.example")
    rendering.retry_failed(run, by=None)
    render_waiting(render=pdf)
    assert Message.objects.filter(about_id=late.pk).count() == 1
    assert release(run) == 0
    assert Message.objects.count() == 3


def test_a_pdf_made_before_its_release_goes_with_it(company: Company) -> None:
    run = made(company, render=lambda html: broken(html) if "V01" in html else pdf(html))
    rendering.retry_failed(run, by=None)
    render_waiting(render=pdf)
    assert release(run) == 3
    assert Message.objects.count() == 3


@pytest.mark.parametrize("turn", range(3))
def test_a_release_and_its_pdf_at_once_make_one_message(committed_db: Database, company: Company, turn: int) -> None:
    run = made(company, render=broken)
    assert run.state == State.READY
    rendering.retry_failed(run, by=None)
    acts: list[Callable[[], Any]] = [lambda: release(run), lambda: render_waiting(render=pdf)]
    assert at_once([*acts, *acts]).errors == []
    render_waiting(render=pdf)  # renderers pass over what the release holds at that moment; the sweep comes back for it
    assert sorted(Message.objects.values_list("to_address", flat=True)) == [f"V0{n}@x.example" for n in range(3)]
    assert set(Message.objects.values_list("attachments__file__media_type", flat=True)) == {"application/pdf"}


def test_the_pdf_that_is_kept_while_its_release_waits_for_it(committed_db: Database, company: Company) -> None:
    """The release reads the statement before its PDF is committed and gets its lock after: it must look again."""
    run = made(company, count=1, render=broken)
    rendering.retry_failed(run, by=None)
    only = Statement.objects.get()
    with transaction.atomic():
        Statement.objects.select_for_update().get(pk=only.pk)
        waiting = Release(run)
        waiting.start()
        waits_for_a_lock()
        file = StoredFile.objects.create(
            company=company, name="a.pdf", media_type="application/pdf", sha256="0" * 64, size=1, content=b"x"
        )
        Statement.objects.filter(pk=only.pk).update(file=file, pdf_state="made")
    waiting.join()
    assert waiting.queued == 1
    assert Message.objects.get().attachments.get().file_id == file.pk


@pytest.mark.parametrize("chunk", [1, 200])
def test_four_who_release_at_once(
    committed_db: Database, company: Company, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(running, "MESSAGES_AT_ONCE", chunk)
    run = made(company, count=8)
    crowd = at_once([lambda: release(run)] * 4)
    assert crowd.errors == []
    assert sum(crowd.answers) == Message.objects.count() == 6
    assert fresh(run).state == State.RELEASED
    assert not Statement.objects.filter(released_at=None, unsent="").exists()


def test_a_stopped_run_s_messages_are_cancelled_or_refused(company: Company, mail_server: MailServer) -> None:
    controller = hire(company, "controller", Role.CONTROLLER)
    run = made(company)
    mail_server.bad_day("V00@x.example", "rcpt", "450 4.2.1 later")
    release(run)
    carrier = Carrier()
    assert send_next(carrier) is not None  # V00 is deferred: it waits for its next try
    sending = Message.objects.get(to_address="V01@x.example")
    held = Message.objects.filter(pk=sending.pk)
    held.update(state="sending", attempts=1, lease_owner="0" * 32, lease_until=Now() + timedelta(minutes=5))
    assert stop_run(run, by=controller) == 2
    assert dict(Message.objects.values_list("to_address", "state")) == {
        "V00@x.example": "cancelled", "V01@x.example": "sending", "V02@x.example": "cancelled",
    }  # fmt: skip
    # its worker comes back from a server that was busy: the message waits again, and its guard refuses it
    held.update(state="pending", lease_owner=None, lease_until=None, next_attempt_at=Now())
    assert dict(drain().counts) == {"cancelled": 1}
    carrier.close()
    assert mail_server.received == []
    held_now = held.get()
    assert (held_now.state, held_now.last_error) == ("cancelled", "Its run was stopped.")
    assert sum(counts(run).values()) == 4
    assert set(counts(run)) == {"cancelled", "skipped"}


def test_stopping_keeps_back_what_has_no_pdf_yet(company: Company, mail_server: MailServer) -> None:
    controller = hire(company, "controller", Role.CONTROLLER)
    run = made(company, render=lambda html: broken(html) if "V01" in html else pdf(html))
    release(run)
    assert drain().counts == {"sent": 2}
    assert stop_run(run, by=controller) == 1
    rendering.retry_failed(run, by=None)
    render_waiting(render=pdf)
    assert Message.objects.filter(about_id=Statement.objects.get(customer__code="V01").pk).count() == 0
    assert sorted(Statement.objects.values_list("customer__code", "unsent")) == [
        ("V00", ""), ("V01", "stopped"), ("V02", ""), ("V03", "no_address"),
    ]  # fmt: skip


def test_a_person_may_send_what_was_stopped(company: Company, mail_server: MailServer) -> None:
    controller = hire(company, "controller", Role.CONTROLLER)
    run = made(company)
    release(run)
    stop_run(run, by=controller)
    one = Statement.objects.get(customer__code="V00")
    send_again(one, by=controller, to=ME)
    assert drain().counts == {"sent": 1}
    assert [mail.recipients for mail in mail_server.received] == [("me@x.example",)]


def test_two_people_send_again_once(company: Company) -> None:
    controller = hire(company, "controller", Role.CONTROLLER)
    release(made(company))
    one = Statement.objects.get(customer__code="V00")
    with pytest.raises(Refused, match="on its way") as refused:
        send_again(one, by=controller, to=ME)
    assert refused.value.code == "under_way"
    assert Message.objects.filter(about_id=one.pk).count() == 1


def test_what_waits_or_was_stopped_does_not_go_alone(company: Company) -> None:
    """What a person left out goes neither before its run is released nor after it was stopped."""
    controller = hire(company, "controller", Role.CONTROLLER)
    run = made(company)
    one = Statement.objects.get(customer__code="V00")
    leave_out(one, reason="asked for another paper", by=controller)
    for act in (lambda: None, lambda: stop_run(fresh(run), by=controller)):
        act()
        with pytest.raises(Refused) as refused:
            release_one(fresh_one(one), by=controller)
        assert refused.value.code == "run_not_released"
    assert not Message.objects.exists()


def fresh_one(statement: Statement) -> Statement:
    return Statement.objects.get(pk=statement.pk)


def test_stopping_and_releasing_at_once(committed_db: Database, company: Company, mail_server: MailServer) -> None:
    """Whoever comes first: what the stop kept back never goes."""
    controller = hire(company, "controller", Role.CONTROLLER)
    run = made(company, count=8)

    def released() -> None:
        with suppress(Refused):
            release(run)

    acts: list[Callable[[], Any]] = [released, lambda: stop_run(fresh(run), by=controller), lambda: drain(seconds=2)]
    assert at_once(acts).errors == []
    gone = len(mail_server.received)
    drain()
    assert len(mail_server.received) == gone
    assert not Message.objects.filter(state__in=["pending", "sending"]).exists()
    assert not Statement.objects.filter(unsent="", released_at=None).exists()


def queries(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    assert not [
        query for query in captured if '"core_storedfile"."content"' in query["sql"] and "SELECT" in query["sql"]
    ]
    return len(captured)


@pytest.fixture
def larger(company: Company) -> Company:
    """Another company of the same kind."""
    return found_company("larger", "Larger Trading")


def test_releasing_costs_the_same_for_few_and_many_and_reads_no_pdf(company: Company, larger: Company) -> None:
    few, many = made(company, count=3), made(larger, count=12)
    assert queries(lambda: release(few)) == queries(lambda: release(many))
    assert Message.objects.count() == 2 + 1 + 9


def test_the_page_costs_the_same_for_few_and_many_and_reads_no_book(
    client: Client, company: Company, larger: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(run: StatementRun) -> int:
        return queries(lambda: (ties(run), counts(run), left_out(run)))

    few, many = made(company, count=3), made(larger, count=12)
    assert read(fresh(few)) == read(fresh(many)) <= 6
    monkeypatch.setattr("statements.queries.runs.book_totals", lambda run: pytest.fail("the book was read again"))
    client.force_login(hire(company, "controller", Role.CONTROLLER))
    answer = client.get(reverse("statements:run", args=[few.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert all(tie.difference == 0 for tie in ties(few))
