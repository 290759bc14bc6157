"""release: the effect is shown first, and the number that goes is the number that was shown."""

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import AuditEntry, Company, Job, Role, User
from arap.outbox.models import Message
from statements.models import Statement, StatementRun
from statements.views import runs
from tests.pages import check_method, check_roles, text_of
from tests.people import hire
from tests.statements.views.conftest import first_one_fails, made_run
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(run: StatementRun) -> str:
    return reverse("statements:release", args=[run.pk])


def receives(story: Story) -> None:
    """From now on somebody at Qiming receives statements."""
    story.qiming.contacts.create(company=story.company, name="Qi", email="ap@qiming.example", receives=["statement"])


def test_the_effect_is_shown_and_then_comes_true(
    as_controller: Client, controller: User, story: Story, run: StatementRun
) -> None:
    words = text_of(as_controller.get(url(run)))
    for piece in ("Sent now 1", "Not sent 1 Nobody receives statements: C-10290", "Send 1 statement now"):
        assert piece in words, piece
    assert not Message.objects.exists(), "looking sends nothing"
    answer = as_controller.post(url(run), {"key": "k", "expected": "1"}, follow=True)
    assert "1 statement is on its way." in text_of(answer)
    message = Message.objects.get()
    assert (message.to_address, message.created_by) == ("ap@haichen.example", controller)
    assert AuditEntry.objects.get(verb="statement.release").after == {"released": 1}


def test_a_double_click_releases_once_and_says_the_same(as_controller: Client, run: StatementRun) -> None:
    answers = [as_controller.post(url(run), {"key": "k", "expected": "1"}, follow=True) for _click in range(2)]
    assert ["1 statement is on its way." in text_of(answer) for answer in answers] == [True, True]
    assert Message.objects.count() == 1


@pytest.mark.parametrize("expected", ["1", "", "x"])
def test_what_changed_meanwhile_is_shown_again_before_anything_leaves(
    as_controller: Client, story: Story, run: StatementRun, expected: str
) -> None:
    receives(story)
    answer = as_controller.post(url(run), {"key": "k", "expected": expected})
    assert answer.status_code == 409
    assert "Meanwhile something has changed." in text_of(answer)
    assert "Send 2 statements now" in text_of(answer)
    assert not Message.objects.exists()
    as_controller.post(url(run), {"key": "k2", "expected": "2"})
    assert Message.objects.count() == 2


def test_those_held_back_are_counted_by_reason(as_controller: Client, story: Story) -> None:
    receives(story)
    run = made_run(story, render=first_one_fails())
    last = Statement.objects.get(run=run, pdf_state="made")
    as_controller.post(reverse("statements:leave_out", args=[last.pk]), {"reason": "they pay tomorrow"})
    words = text_of(as_controller.get(url(run)))
    for piece in (
        "There is nothing to send",
        "Not sent 1 Left out by a person",
        "Not sent 1 The PDF could not be made",
    ):
        assert piece in words, piece
    assert "statement now" not in words


def test_what_goes_is_what_has_a_pdf(as_controller: Client, story: Story) -> None:
    receives(story)
    run = made_run(story, render=first_one_fails())
    answer = as_controller.post(url(run), {"key": "k", "expected": "1"}, follow=True)
    assert "1 statement is on its way." in text_of(answer)
    assert Message.objects.count() == 1


def test_a_large_run_is_released_by_one_job(
    as_controller: Client, run: StatementRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "RELEASED_AT_ONCE_MAX", 0)
    for key in ("k1", "k2"):
        as_controller.post(url(run), {"key": key, "expected": "1"})
    job = Job.objects.get(kind="statement_run_release")
    assert job.params == {"run": run.pk, "expected": 1, "since": 0}
    assert not Message.objects.exists()


@pytest.mark.parametrize("state", ["making", "rendering", "stopped"])
def test_a_run_that_cannot_be_sent(as_controller: Client, run: StatementRun, state: str) -> None:
    StatementRun.objects.update(state=state)
    for method in (as_controller.get, as_controller.post):
        answer = method(url(run), {"key": "k", "expected": "1"}, follow=True)
        assert "This run cannot be sent" in text_of(answer)
    assert not Message.objects.exists()


def test_another_companys_is_not_found(client: Client, other_company: Company, run: StatementRun) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.get(url(run)).status_code == 404
    assert client.post(url(run), {"expected": "1"}).status_code == 404
    assert not Message.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_roles(company: Company, run: StatementRun, method: str) -> None:
    check_roles(company, "statement.run", url(run), method=method)


def test_method(as_controller: Client, run: StatementRun) -> None:
    check_method(as_controller, url(run), wrong="put")
