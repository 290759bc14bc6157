"""run, release, notice, exclude: what is proposed, its words, and sending it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Job, Role, User
from arap.outbox.models import Message
from dunning import views
from dunning.actions import release_run
from dunning.models import Notice
from tests.dunning.views.conftest import Told
from tests.pages import check_method, check_roles, text_of
from tests.people import hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    client.force_login(controller)
    return client


def run_url(told: Told, act: str = "") -> str:
    return f"/reminders/{told.run.pk}/{act}"


def notice_url(told: Told, act: str = "") -> str:
    return f"/reminders/notices/{told.notice.pk}/{act}"


def test_what_is_proposed(as_controller: Client, told: Told) -> None:
    words = text_of(as_controller.get(run_url(told)))
    for piece in ("Ningbo Haichen", "60 days over", "100.00", "ap@haichen.example", "70 days overdue", "Release 1"):
        assert piece in words


def test_by_step_and_left_out(as_controller: Client, told: Told) -> None:
    assert "Ningbo Haichen" in text_of(as_controller.get(run_url(told) + "?step=4"))
    assert "Nobody is reminded" in text_of(as_controller.get(run_url(told) + "?step=1"))
    words = text_of(as_controller.get(run_url(told) + "?step=skipped"))
    assert "Suzhou Qiming" in words
    assert "Nobody receives reminders" in words


def test_the_exact_words(as_controller: Client, told: Told) -> None:
    words = text_of(as_controller.get(notice_url(told)))
    for piece in ("Last reminder: CNY 100.00", "Dear Zhao", "−500.00", "Leave this reminder out"):
        assert piece in words
    release_run(told.run, by=None)
    message = Message.objects.get()
    assert " ".join(message.body_text.split()) in words, "what was shown is what is sent"
    assert " ".join(message.body_text.split()) in text_of(as_controller.get(notice_url(told)))


def test_releasing(as_controller: Client, controller: User, told: Told) -> None:
    answer = as_controller.post(run_url(told, "release/"), follow=True)
    assert "1 reminder is on its way." in text_of(answer)
    assert "Release 1" not in text_of(answer)
    message = Message.objects.get()
    assert (message.to_address, message.created_by) == ("ap@haichen.example", controller)
    assert AuditEntry.objects.get(verb="reminder.release").after == {"notices": 1, "messages": 1}
    as_controller.post(run_url(told, "release/"))
    assert Message.objects.count() == 1


def test_a_large_run_is_released_by_a_job(monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told) -> None:
    monkeypatch.setattr(views, "NOTICES_AT_ONCE_MAX", 0)
    as_controller.post(run_url(told, "release/"))
    assert Job.objects.get().params == {"run": told.run.pk}
    assert not Message.objects.exists()


def test_a_run_that_is_being_decided_is_not_released(as_controller: Client, told: Told) -> None:
    type(told.run).objects.update(state="deciding")
    answer = as_controller.post(run_url(told, "release/"), follow=True)
    assert "still being decided" in text_of(answer)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("state", "word"), [("pending", "Waiting"), ("cancelled", "No longer due"), ("bounced", "Bounced")]
)
def test_what_became_of_it(as_controller: Client, told: Told, state: str, word: str) -> None:
    release_run(told.run, by=None)
    Message.objects.update(state=state, last_error="INV-1 was settled meanwhile.")
    assert word in text_of(as_controller.get(run_url(told)))
    words = text_of(as_controller.get(notice_url(told)))
    assert word in words
    assert "INV-1 was settled meanwhile." in words


def test_leaving_one_out(as_controller: Client, controller: User, told: Told) -> None:
    empty = as_controller.post(notice_url(told, "exclude/"), {"reason": "  "})
    assert empty.status_code == 422
    assert "Say why this reminder is left out." in text_of(empty)
    answer = as_controller.post(notice_url(told, "exclude/"), {"reason": "spoke to them"}, follow=True)
    assert "Left out" in text_of(answer)
    notice = Notice.objects.get()
    assert (notice.state, notice.reason, notice.decided_by) == ("excluded", "spoke to them", controller)
    assert "spoke to them" in text_of(as_controller.get(notice_url(told)))
    again = as_controller.post(notice_url(told, "exclude/"), {"reason": "once more"})
    assert again.status_code == 409


def test_on_the_customers_page(as_clerk: Client, told: Told) -> None:
    words = text_of(as_clerk.get(f"/customers/{told.story.haichen.pk}/"))
    assert "60 days over" in words
    assert told.notice.totals.get().credit == Decimal(-500)


def test_queries(as_controller: Client, told: Told, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(17):
        as_controller.get(run_url(told))
    with django_assert_max_num_queries(22):
        as_controller.get(notice_url(told))


def test_another_companys_is_not_found(client: Client, outsider: User, told: Told) -> None:
    client.force_login(outsider)
    assert client.get(run_url(told)).status_code == 404
    assert client.get(notice_url(told)).status_code == 404


def test_another_companys_cannot_be_released(client: Client, other_company: Company, told: Told) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.post(run_url(told, "release/")).status_code == 404
    assert client.post(notice_url(told, "exclude/"), {"reason": "x"}).status_code == 404
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("url", "verb", "method"),
    [
        (run_url, "reminder.view", "get"),
        (notice_url, "reminder.view", "get"),
        (lambda told: run_url(told, "release/"), "reminder.run", "post"),
        (lambda told: notice_url(told, "exclude/"), "reminder.run", "post"),
    ],
)
def test_roles(company: Company, told: Told, url: Any, verb: str, method: str) -> None:
    check_roles(company, verb, url(told), method=method)


def test_methods(as_controller: Client, told: Told) -> None:
    check_method(as_controller, run_url(told), wrong="post")
    check_method(as_controller, notice_url(told), wrong="post")
    check_method(as_controller, run_url(told, "release/"), wrong="get")
    check_method(as_controller, notice_url(told, "exclude/"), wrong="get")
