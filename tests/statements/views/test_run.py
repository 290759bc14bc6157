"""run, stop, retry_run: who receives what, checks, what moves, stopping, PDFs that could not be made."""

from typing import Any

import pytest
from django.test import Client

from arap.core import jobs
from arap.core.models import Company, Role, User
from arap.outbox.models import Message
from statements.actions import release_run, render_waiting
from statements.models import StatementRun
from tests.pages import check_method, check_roles, signed_in, text_of
from tests.people import hire
from tests.statements.views.conftest import first_one_fails, made_run, pdf_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(run: StatementRun, act: str = "") -> str:
    return f"/statements/runs/{run.pk}/{act}"


def test_a_reviewer_sees_who_receives_what(as_controller: Client, story: Story, run: StatementRun) -> None:
    words = text_of(as_controller.get(url(run)))
    for piece in (
        "2 statements", "王敏", "ap@haichen.example", "CNY 2,100.00", "USD 300.00", "Nobody receives statements",
        "Send 1 statement…", "Sent now 1", "Not sent 1", "Book ties", "Leave out…", "Add an address",
    ):  # fmt: skip
        assert piece in words, piece
    assert "Stop" not in words, "nothing is on its way, so there is nothing to stop"


def test_the_bar_is_drawn_without_inline_style(as_controller: Client, run: StatementRun) -> None:
    content = as_controller.get(url(run)).content.decode()
    assert '<rect class="states__part states__part--statement_ready" x="0.00" y="0" width="1000.00"' in content
    assert "style=" not in content


def test_after_the_release_each_has_its_next_act(as_controller: Client, story: Story, run: StatementRun) -> None:
    release_run(run, by=None)
    words = text_of(as_controller.get(url(run)))
    for piece in ("Waiting 1 50.0 %", "Left out 1 50.0 %", "Nobody receives statements", "Add an address"):
        assert piece in words, piece
    assert "Send 1" not in words
    assert "Stop the 1 not sent" in words
    story.qiming.contacts.create(company=story.company, name="Qi", email="ap@qiming.example", receives=["statement"])
    assert "Send this one" in text_of(as_controller.get(url(run)))


@pytest.mark.parametrize(
    ("state", "word", "act"),
    [
        ("sent", "Sent", "Send again…"),
        ("bounced", "Bounced", "Change the address"),
        ("failed", "Failed", "Decide"),
        ("unknown", "Unknown", "Decide"),
        ("cancelled", "Stopped", "Send again…"),
        ("pending", "Waiting", ""),
    ],
)
def test_the_act_that_fits_the_message(
    as_controller: Client, run: StatementRun, state: str, word: str, act: str
) -> None:
    release_run(run, by=None)
    message = Message.objects.get()
    sent_at = message.created_at if state == "sent" else None
    Message.objects.update(state=state, last_error="550 no such user", sent_at=sent_at)
    answer = as_controller.get(url(run), {"state": state})
    row = answer.content.decode().partition('id="statement-')[2].partition("</tr>")[0]
    assert word in row
    for each in ("Send again…", "Change the address", "Decide", "Send this one"):
        assert (each in row) == (each == act), each


def test_one_who_may_not_change_addresses_may_type_another(company: Company, run: StatementRun) -> None:
    release_run(run, by=None)
    Message.objects.update(state="bounced")
    words = text_of(signed_in(company, Role.COLLECTOR).get(url(run), {"state": "bounced"}))
    assert "Change the address" not in words
    assert "Send again…" in words


def test_what_moves_is_asked_for_as_a_part(as_controller: Client, run: StatementRun) -> None:
    release_run(run, by=None)
    page = as_controller.get(url(run)).content.decode()
    assert 'hx-trigger="every 3s"' in page
    part = as_controller.get(url(run), HTTP_HX_REQUEST="true")
    assert "<html" not in part.content.decode()
    assert 'id="run"' in part.content.decode()
    assert 'hx-swap-oob="true"' in part.content.decode()
    Message.objects.update(state="cancelled")
    assert as_controller.get(url(run), HTTP_HX_REQUEST="true")["HX-Refresh"] == "true", "now there is another page"
    assert 'hx-trigger="every 3s"' not in as_controller.get(url(run)).content.decode()


def test_while_it_is_being_made_it_can_be_stopped_not_sent(as_controller: Client, run: StatementRun) -> None:
    StatementRun.objects.update(state="rendering")
    words = text_of(as_controller.get(url(run)))
    assert "Stop the 2 not sent" in words
    assert "Send 1" not in words


def test_stopping(as_controller: Client, run: StatementRun) -> None:
    release_run(run, by=None)
    answer = as_controller.post(url(run, "stop/"), follow=True)
    assert "Stopped: 1 statement is not sent." in text_of(answer)
    assert Message.objects.get().state == Message.State.CANCELLED
    again = as_controller.post(url(run, "stop/"), follow=True)
    assert "stopped already" in text_of(again)
    assert "Send 1" not in text_of(again)


def test_pdfs_that_failed_are_tried_again(as_controller: Client, story: Story) -> None:
    run = made_run(story, render=first_one_fails())
    words = text_of(as_controller.get(url(run)))
    for piece in ("Something went wrong on our side", "Try the PDF again", "Try 1 PDF again"):
        assert piece in words, piece
    assert "Send 1" not in words, "Haichen's has no PDF, Qiming has no address"
    answer = as_controller.post(url(run, "retry/"), follow=True)
    assert "1 PDF is tried again." in text_of(answer)
    assert render_waiting(run_id=run.pk, render=pdf_of) == 1
    assert "Send 1 statement…" in text_of(as_controller.get(url(run)))


def test_a_job_that_releases_is_shown(as_controller: Client, controller: User, run: StatementRun) -> None:
    jobs.create(run.company, "statement_run_release", task="x", by=controller, params={"run": run.pk})
    words = text_of(as_controller.get(url(run)))
    assert "They are being queued" in words
    assert "Send 1" not in words


def test_queries(as_controller: Client, run: StatementRun, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(21):
        as_controller.get(url(run))


def test_another_companys_is_not_found(client: Client, other_company: Company, run: StatementRun) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.get(url(run)).status_code == 404
    for act in ("stop/", "retry/"):
        assert client.post(url(run, act)).status_code == 404


@pytest.mark.parametrize(
    ("act", "verb", "method"),
    [("", "statement.view", "get"), ("stop/", "statement.run", "post"), ("retry/", "statement.send", "post")],
)
def test_roles(company: Company, run: StatementRun, act: str, verb: str, method: str) -> None:
    check_roles(company, verb, url(run, act), method=method)


def test_methods_and_who_releases(as_clerk: Client, run: StatementRun) -> None:
    check_method(as_clerk, url(run), wrong="post")
    check_method(as_clerk, url(run, "retry/"), wrong="get")
    assert "A controller releases it." in text_of(as_clerk.get(url(run)))
