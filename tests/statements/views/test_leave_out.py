"""leave_out, put_back: one customer is left out for a reason, and may come back before the release."""

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import AuditEntry, Company, Role, User
from arap.outbox.models import Message
from statements.actions import release_run
from statements.models import Statement, StatementRun
from tests.pages import check_method, check_roles, text_of
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(statement: Statement, act: str = "leave_out") -> str:
    return reverse(f"statements:{act}", args=[statement.pk])


@pytest.fixture
def one(story: Story, run: StatementRun) -> Statement:
    """The statement that would go."""
    return Statement.objects.get(run=run, customer=story.haichen)


def test_left_out_and_put_back(as_controller: Client, controller: User, run: StatementRun, one: Statement) -> None:
    answer = as_controller.post(url(one), {"reason": "they pay tomorrow"}, follow=True)
    words = text_of(answer)
    for piece in (
        "Left out: Ningbo Haichen",
        "Undo",
        "they pay tomorrow",
        "Put back",
        "Not sent 1 Left out by a person",
    ):
        assert piece in words, piece
    one.refresh_from_db()
    assert (one.unsent, one.left_out_reason, one.left_out_by) == ("excluded", "they pay tomorrow", controller)
    assert AuditEntry.objects.get(verb="statement.leave_out").after == {
        "number": one.number, "reason": "they pay tomorrow",
    }  # fmt: skip
    assert "Left out by Controller: they pay tomorrow" in text_of(as_controller.get(url(one, "detail")))
    back = as_controller.post(url(one, "put_back"), follow=True)
    assert "goes with its run again" in text_of(back)
    assert "Send 1 statement…" in text_of(back)
    assert AuditEntry.objects.filter(verb="statement.put_back").exists()
    assert release_run(run, by=controller) == 1


def test_what_is_left_out_does_not_go(
    as_controller: Client, controller: User, run: StatementRun, one: Statement
) -> None:
    as_controller.post(url(one), {"reason": "wrong"})
    assert release_run(run, by=controller) == 0
    assert not Message.objects.exists()
    late = as_controller.post(url(one, "put_back"), follow=True)
    assert "send this statement alone" in text_of(late)


def test_a_reason_is_needed(as_controller: Client, one: Statement) -> None:
    answer = as_controller.post(url(one), {"reason": "  "})
    assert answer.status_code == 422
    assert "Say why it is left out." in text_of(answer)
    assert 'id="id_reason_error"' in answer.content.decode()


def test_only_what_waits(as_controller: Client, run: StatementRun, one: Statement, sent: Statement) -> None:
    release_run(run, by=None)
    for statement in (one, sent):
        answer = as_controller.post(url(statement), {"reason": "too late"})
        assert answer.status_code == 409
        assert "does not wait to be released" in text_of(answer)
    assert "is not left out" in text_of(as_controller.post(url(one, "put_back"), follow=True))


def test_who_may_send_what_was_left_out(
    as_controller: Client, company: Company, run: StatementRun, one: Statement
) -> None:
    as_controller.post(url(one), {"reason": "wrong"})
    release_run(run, by=None)
    clerk = Client()
    clerk.force_login(hire(company, "another", Role.CLERK))
    assert "Send this one" not in text_of(clerk.get(url(one, "detail")))
    for act in ("again", "send_one"):
        assert clerk.post(url(one, act), {"to_address": "x@haichen.example"}).status_code == 403
    answer = as_controller.post(url(one, "send_one"), follow=True)
    assert "is on its way" in text_of(answer)
    assert Message.objects.count() == 1


def test_another_companys_is_not_found(client: Client, other_company: Company, one: Statement) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.post(url(one), {"reason": "x"}).status_code == 404
    assert client.post(url(one, "put_back")).status_code == 404


@pytest.mark.parametrize("act", ["leave_out", "put_back"])
def test_roles_and_method(company: Company, as_controller: Client, one: Statement, act: str) -> None:
    check_roles(company, "statement.run", url(one, act), method="post")
    check_method(as_controller, url(one, act), wrong="get")
