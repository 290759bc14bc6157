"""run, stop, discard, retry_run: who receives what, checks, what moves, stopping, PDFs that could not be made."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from django.test import Client
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job, Role, User
from arap.outbox.models import Message
from customers.models import Customer
from statements.actions import release_run, render_waiting
from statements.models import StatementRun
from statements.views import runs
from tests.pages import check_method, signed_in, text_of
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


def test_it_asks_seldom_while_all_that_waits_is_tried_later(as_controller: Client, run: StatementRun) -> None:
    release_run(run, by=None)
    Message.objects.update(next_attempt_at=timezone.now() + timedelta(hours=3))
    page = as_controller.get(url(run))
    assert 'hx-trigger="every 60s"' in page.content.decode()
    assert "What waits is tried again at" in text_of(page)
    assert f'href="{url(run)}" id="refresh"' in page.content.decode()
    part = as_controller.get(url(run), HTTP_HX_REQUEST="true")
    assert 'hx-trigger="every 60s"' in part.content.decode()


def test_what_was_sent_and_what_not_is_kept(as_controller: Client, company: Company, story: Story) -> None:
    idle = Customer.objects.create(company=company, code="C-1", name="Idle", currency="CNY")
    run = made_run(story)
    release_run(run, by=None)
    page = as_controller.get(url(run))
    for piece in (
        "Sent and not sent",
        "Released 1",
        "Not sent 1 Nobody receives",
        "Not sent 1 Nothing to say",
    ):
        assert piece in text_of(page), piece
    assert "Sent now" not in text_of(page)
    for why, there, absent in (
        ("gone", "ap@haichen.example", "Suzhou"), ("no_address", "Suzhou", "ap@haichen.example"),
        ("nothing", "Idle", "Suzhou"),
    ):  # fmt: skip
        assert f'href="{url(run)}?why={why}"' in page.content.decode()
        rows = as_controller.get(url(run), {"why": why}).content.decode().partition('id="run-rows"')[2]
        assert there in rows, why
        assert absent not in rows, why
    assert idle.code in text_of(as_controller.get(url(run), {"why": "nothing", "q": "idl"}))
    assert "Nothing here matches" in text_of(as_controller.get(url(run), {"why": "nothing", "q": "none"}))
    assert "No statement is in this state" in text_of(as_controller.get(url(run), {"why": "excluded"}))


@pytest.mark.parametrize("text", ["C-10290", "c-1029", "suzhou", "苏州", "S-"])
def test_a_customer_is_found_in_a_run(as_controller: Client, run: StatementRun, text: str) -> None:
    rows = as_controller.get(url(run), {"q": text}).content.decode().partition('id="run-rows"')[2]
    assert "Suzhou" in rows
    assert ("ap@haichen.example" in rows) == (text == "S-")
    assert f"q={quote_plus(text)}" in rows, "the other views keep it"


@pytest.mark.parametrize("text", ["%", "_", "nobody", "\\", "'"])
def test_what_nobody_is_called_is_not_found(as_controller: Client, run: StatementRun, text: str) -> None:
    words = text_of(as_controller.get(url(run), {"q": text}))
    assert "Nothing here matches" in words
    assert "Clear" in words


def test_the_search_goes_on_with_the_next_page(
    as_controller: Client, run: StatementRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PAGE", 1)
    page = as_controller.get(url(run), {"q": "C-10", "state": "ready"}).content.decode()
    following = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "q=C-10" in following
    assert "state=ready" in following
    assert page.count('id="statement-') == 1
    assert as_controller.get(url(run) + following).content.decode().count('id="statement-') == 1


def test_discarding(as_controller: Client, run: StatementRun) -> None:
    assert "Discard the run and its 2 statements" in text_of(as_controller.get(url(run)))
    wrong = as_controller.post(url(run, "discard/"), {"reason": " "})
    assert wrong.status_code == 422
    assert 'id="id_reason_error"' in wrong.content.decode()
    answer = as_controller.post(url(run, "discard/"), {"reason": "of the wrong day"}, follow=True)
    assert f'id="run-{run.pk}"' not in answer.content.decode()
    assert "Show 1 discarded run" in text_of(answer)
    shown = as_controller.get("/statements/", {"discarded": ""})
    assert f'id="run-{run.pk}"' in shown.content.decode()
    words = text_of(as_controller.get(url(run)))
    assert "of the wrong day" in words
    assert "Discard the run" not in words
    assert "Send 1" not in words
    assert as_controller.post(url(run, "discard/"), {"reason": "again"}).status_code == 409


def test_what_was_released_is_not_discarded(as_controller: Client, run: StatementRun) -> None:
    release_run(run, by=None)
    assert "Discard" not in text_of(as_controller.get(url(run)))
    answer = as_controller.post(url(run, "discard/"), {"reason": "too late"})
    assert answer.status_code == 409
    run.refresh_from_db()
    assert run.state == "released"


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
    for act in ("stop/", "discard/", "retry/"):
        assert client.post(url(run, act)).status_code == 404


def test_methods_and_who_releases(as_clerk: Client, run: StatementRun) -> None:
    check_method(as_clerk, url(run), wrong="post")
    check_method(as_clerk, url(run, "retry/"), wrong="get")
    assert "A controller releases it." in text_of(as_clerk.get(url(run)))


def test_the_jobs_say_that_pdfs_failed(as_controller: Client, story: Story) -> None:
    run = made_run(story, render=first_one_fails())
    job = jobs.create(run.company, "statement_run", task="x", by=None, params={"run": run.pk})
    fine = jobs.create(run.company, "statement_run", task="x", by=None, params={"run": 0})
    Job.objects.update(state="done", result={"statements": 2})
    link = f'href="{url(run)}?why=pdf_failed"'
    for address in ("/jobs/", "/jobs/?view=failed", f"/jobs/{job.pk}/"):
        page = as_controller.get(address)
        assert "Done, 1 PDF failed" in text_of(page), address
        assert link in page.content.decode(), address
        assert f'id="job-{fine.pk}"' not in page.content.decode() or address == "/jobs/"
    rows = as_controller.get(url(run), {"why": "pdf_failed"}).content.decode().partition('id="run-rows"')[2]
    assert rows.count('id="statement-') == 1
