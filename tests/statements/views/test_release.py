"""release: the effect is shown first, and who gets a statement at which address is what was shown."""

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import AuditEntry, Company, Job, Role, User
from arap.outbox.models import Message
from statements.models import Statement, StatementRun
from statements.queries.releasing import plan_of
from statements.views import runs
from tests.pages import check_method, text_of
from tests.people import hire
from tests.statements.views.conftest import first_one_fails, made_run
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(run: StatementRun) -> str:
    return reverse("statements:release", args=[run.pk])


def seen(run: StatementRun) -> str:
    """What the form of the page says that was shown."""
    return plan_of(run).seen


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
    answer = as_controller.post(url(run), {"key": "k", "seen": seen(run)}, follow=True)
    assert "1 statement is on its way." in text_of(answer)
    message = Message.objects.get()
    assert (message.to_address, message.created_by) == ("ap@haichen.example", controller)
    assert AuditEntry.objects.get(verb="statement.release").after == {"released": 1}


def test_a_double_click_releases_once_and_says_the_same(as_controller: Client, run: StatementRun) -> None:
    asked = {"key": "k", "seen": seen(run)}
    answers = [as_controller.post(url(run), asked, follow=True) for _click in range(2)]
    assert ["1 statement is on its way." in text_of(answer) for answer in answers] == [True, True]
    assert Message.objects.count() == 1


@pytest.mark.parametrize("shown", [None, "", "x", "1:2 y:z :"])
def test_what_changed_meanwhile_is_shown_again_before_anything_leaves(
    as_controller: Client, story: Story, run: StatementRun, shown: str | None
) -> None:
    before = seen(run)
    receives(story)
    answer = as_controller.post(url(run), {"key": "k", "seen": before if shown is None else shown})
    assert answer.status_code == 409
    for piece in ("Meanwhile it has changed who would get", "C-10290", "Send 2 statements now"):
        assert piece in text_of(answer), piece
    assert not Message.objects.exists()
    as_controller.post(url(run), {"key": "k2", "seen": seen(run)})
    assert Message.objects.count() == 2


def test_the_same_number_of_others_is_a_change(as_controller: Client, story: Story, run: StatementRun) -> None:
    receives(story)
    one, two = Statement.objects.filter(run=run).order_by("customer__code")
    as_controller.post(reverse("statements:leave_out", args=[one.pk]), {"reason": "dispute"})
    before = seen(run)
    as_controller.post(reverse("statements:put_back", args=[one.pk]))
    as_controller.post(reverse("statements:leave_out", args=[two.pk]), {"reason": "dispute"})
    answer = as_controller.post(url(run), {"key": "k", "seen": before})
    for piece in ("Goes now, too: C-10290.", "Does not go any more: C-10482."):
        assert piece in text_of(answer), piece
    assert not Message.objects.exists()


def test_another_address_is_a_change(as_controller: Client, story: Story, run: StatementRun) -> None:
    before = seen(run)
    story.haichen.contacts.filter(email="ap@haichen.example").update(email="new@haichen.example")
    answer = as_controller.post(url(run), {"key": "k", "seen": before})
    assert "Goes to another address: C-10482." in text_of(answer)
    assert not Message.objects.exists()


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
    answer = as_controller.post(url(run), {"key": "k", "seen": seen(run)}, follow=True)
    assert "1 statement is on its way." in text_of(answer)
    assert Message.objects.count() == 1


def test_a_large_run_is_released_by_one_job(
    as_controller: Client, run: StatementRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "RELEASED_AT_ONCE_MAX", 0)
    for key in ("k1", "k2"):
        as_controller.post(url(run), {"key": key, "seen": seen(run)})
    job = Job.objects.get(kind="statement_run_release")
    assert job.params == {"run": run.pk, "expected": plan_of(run).digest, "shown": 1, "since": 0}
    assert not Message.objects.exists()


@pytest.mark.parametrize("state", ["making", "rendering", "stopped", "discarded"])
def test_a_run_that_cannot_be_sent(as_controller: Client, controller: User, run: StatementRun, state: str) -> None:
    StatementRun.objects.update(state=state, discarded_by=controller, discarded_at=run.known_at, discarded_reason="x")
    for method in (as_controller.get, as_controller.post):
        answer = method(url(run), {"key": "k", "seen": seen(run)}, follow=True)
        assert "This run cannot be sent" in text_of(answer)
    assert not Message.objects.exists()


def test_another_companys_is_not_found(client: Client, other_company: Company, run: StatementRun) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.get(url(run)).status_code == 404
    assert client.post(url(run), {"seen": seen(run)}).status_code == 404
    assert not Message.objects.exists()


def test_method(as_controller: Client, run: StatementRun) -> None:
    check_method(as_controller, url(run), wrong="put")
