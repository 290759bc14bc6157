"""run, effect, release, stop, notice, send, exclude: what is proposed, its words, sending it and keeping it back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arap.core import wording
from arap.core.models import AuditEntry, Company, ExchangeRate, Job, Role, User
from arap.outbox.models import Message
from cases.actions import set_hold
from customers.models import Contact
from dunning import views
from dunning.actions import decide_run, release_run
from dunning.models import DunningRun, Notice
from tests.dunning.conftest import Desk
from tests.dunning.views.conftest import Told
from tests.pages import check_method, text_of
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
    for piece in (
        "Ningbo Haichen",
        "60 days over",
        "100.00",
        "ap@haichen.example",
        "70 days overdue",
        "Review and release",
    ):
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
    release_run(told.run, by=None, as_of=told.story.today)
    message = Message.objects.get()
    assert " ".join(message.body_text.split()) in words, "what was shown is what is sent"
    assert " ".join(message.body_text.split()) in text_of(as_controller.get(notice_url(told)))


def test_releasing(as_controller: Client, controller: User, told: Told) -> None:
    answer = as_controller.post(run_url(told, "release/"), follow=True)
    assert "1 reminder is on its way." in text_of(answer)
    assert "Review and release" not in text_of(answer)
    message = Message.objects.get()
    assert (message.to_address, message.created_by) == ("ap@haichen.example", controller)
    assert AuditEntry.objects.get(verb="reminder.release").after == {"notices": 1, "messages": 1, "not_sent": 0}
    as_controller.post(run_url(told, "release/"))
    assert Message.objects.count() == 1


def test_a_large_run_is_released_by_a_job(monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told) -> None:
    monkeypatch.setattr(views, "NOTICES_AT_ONCE_MAX", 0)
    as_controller.post(run_url(told, "release/"))
    assert Job.objects.get().params == {"run": told.run.pk}
    assert not Message.objects.exists()


def test_a_run_that_is_being_decided_is_not_released(as_controller: Client, told: Told) -> None:
    other = DunningRun.objects.create(company=told.run.company, as_of=told.run.as_of + timedelta(days=1), position=1)
    answer = as_controller.post(f"/reminders/{other.pk}/release/", follow=True)
    assert "still being decided" in text_of(answer)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("state", "word", "reason"),
    [
        ("pending", "Waiting", "INV-1 was settled meanwhile."),
        ("bounced", "Bounced", "INV-1 was settled meanwhile."),
        ("cancelled", "Cancelled", "this step counts as done and is not proposed again"),
    ],
)
def test_what_became_of_it(as_controller: Client, told: Told, state: str, word: str, reason: str) -> None:
    release_run(told.run, by=None, as_of=told.story.today)
    Message.objects.update(state=state, last_error="INV-1 was settled meanwhile.")
    assert word in text_of(as_controller.get(run_url(told)))
    words = text_of(as_controller.get(notice_url(told)))
    assert word in words
    assert reason in words


def test_leaving_one_out(as_controller: Client, controller: User, told: Told) -> None:
    empty = as_controller.post(notice_url(told, "exclude/"), {"reason": "  "})
    assert empty.status_code == 422
    assert "Say why this reminder is left out." in text_of(empty)
    answer = as_controller.post(notice_url(told, "exclude/"), {"reason": "spoke to them"}, follow=True)
    assert "Left out" in text_of(answer)
    notice = Notice.objects.get()
    assert (notice.state, notice.reason, notice.decided_by) == ("excluded", "spoke to them", controller)
    assert "spoke to them" in text_of(as_controller.get(notice_url(told)))
    page = text_of(as_controller.get(run_url(told), {"step": "excluded"}))
    assert "Left out by hand 1" in " ".join(page.split())
    assert "spoke to them" in page
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
    with django_assert_max_num_queries(16):
        as_controller.get(run_url(told, "effect/"))


def test_a_run_costs_the_same_however_many_it_reminds(as_controller: Client, company: Company, clerk: User) -> None:
    desk, on = Desk(company, clerk), date(2026, 3, 11)
    ExchangeRate.objects.create(
        company=company, currency="USD", valid_from=date(2023, 1, 1), rate=Decimal(7), source="test"
    )
    counts = []
    for code, month in (("A", 1), ("B", 2)):
        for at in range(1 if code == "A" else 15):
            customer = desk.customer(f"{code}{at}")
            desk.invoice(customer, "100.00", date(2026, month, 10))
            desk.invoice(customer, "30.00", date(2026, month, 10), currency="USD")
        run = decide_run(company, as_of=on + timedelta(days=month), today=date(2026, 4, 1), by=None)
        with CaptureQueriesContext(connection) as queries:
            words = text_of(as_controller.get(f"/reminders/{run.pk}/"))
            as_controller.get(f"/reminders/{run.pk}/effect/")
            as_controller.get("/reminders/")
        assert f"Customer {code}0" in words
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_effect_is_looked_at_before_a_release(as_controller: Client, told: Told) -> None:
    words = text_of(as_controller.get(run_url(told, "effect/")))
    for piece in ("Release 1 reminder", "E-mails 1", "CNY 100.00", "60 days over", "English", "Not sent 0"):
        assert piece in words


def test_what_will_not_go_is_not_counted_and_says_why(
    as_controller: Client, collector: User, company: Company, told: Told
) -> None:
    set_hold(company, told.story.haichen, reason="dispute", note="wrong size", starts_on=told.story.today, by=collector)
    listed = text_of(as_controller.get(run_url(told)))
    assert "On hold until somebody releases it: Disputed, wrong size. Set by Collector." in listed
    words = text_of(as_controller.get(run_url(told, "effect/")))
    for piece in ("Nothing would leave", "Not sent 1", "Disputed, wrong size", "Set by Collector", "Close the run"):
        assert piece in words
    answer = as_controller.post(run_url(told, "release/"), follow=True)
    assert "0 reminders are on their way. 1 is not sent; it says why." in text_of(answer)
    assert "On hold until somebody releases it: Disputed, wrong size. Set by Collector." in text_of(answer)
    assert "No longer due" not in text_of(answer)
    assert "Not sent 1" in text_of(answer)
    assert "Ningbo Haichen" in text_of(as_controller.get(run_url(told) + "?step=unsent"))
    assert not Message.objects.exists()


def test_who_was_left_out_for_a_hold(as_controller: Client, collector: User, company: Company, told: Told) -> None:
    until = told.run.as_of + timedelta(days=9)
    set_hold(company, told.story.haichen, reason="agreement", starts_on=told.run.as_of, ends_on=until, by=collector)
    next_day = told.run.as_of + timedelta(days=1)
    run = decide_run(company, as_of=next_day, today=next_day, by=None)
    words = text_of(as_controller.get(f"/reminders/{run.pk}/?step=skipped"))
    assert "On hold" in words
    assert f"On hold until {wording.prose_day(until)}: Agreed with the customer. Set by Collector." in words


def test_whose_address_has_gone(as_controller: Client, told: Told) -> None:
    Contact.objects.all().delete()
    assert "Nobody at this customer receives reminders any more." in text_of(
        as_controller.get(run_url(told, "effect/"))
    )
    assert "receives reminders any more" in text_of(as_controller.get(notice_url(told)))
    answer = as_controller.post(run_url(told, "release/"), follow=True)
    assert "No recipient" in text_of(answer)


def test_a_second_release_job_is_not_made(monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told) -> None:
    monkeypatch.setattr(views, "NOTICES_AT_ONCE_MAX", 0)
    for _each in range(2):
        as_controller.post(run_url(told, "release/"))
    assert Job.objects.count() == 1
    assert "Show the job" in text_of(as_controller.get(run_url(told)))
    assert "Release 1 reminder" not in text_of(as_controller.get(run_url(told, "effect/")))


def test_stopping(as_controller: Client, controller: User, told: Told) -> None:
    assert "Stop 1 reminder" in text_of(as_controller.get(run_url(told)))
    as_controller.post(run_url(told, "release/"))
    assert "Stop 1 reminder" in text_of(as_controller.get(run_url(told))), "it waits in the outbox"
    words = text_of(as_controller.post(run_url(told, "stop/"), follow=True))
    assert "Stopped: 1 reminder is not sent." in words
    assert "The run was stopped; the next run decides anew." in words
    assert "Stop 1" not in words
    assert Message.objects.get().state == "cancelled"
    assert AuditEntry.objects.get(verb="reminder.stop").after == {"reminders": 1, "messages": 1}
    assert "stopped already" in text_of(as_controller.post(run_url(told, "stop/"), follow=True))
    assert "This run was stopped." in text_of(as_controller.post(run_url(told, "release/"), follow=True))


class TestACollector:
    @pytest.fixture
    def as_collector(self, client: Client, collector: User) -> Client:
        client.force_login(collector)
        return client

    def test_is_told_who_releases(self, as_collector: Client, controller: User, told: Told) -> None:
        words = text_of(as_collector.get(run_url(told)))
        assert "Open a reminder to read it, leave it out or send it." in words
        assert "released by: Controller (Controller)." in words
        assert "Review and release" not in words
        assert "Stop" not in words

    def test_does_not_send_the_last_reminder(self, as_collector: Client, controller: User, told: Told) -> None:
        words = text_of(as_collector.get(notice_url(told)))
        assert "The last reminder is released by: Controller (Controller)." in words
        assert "Send this reminder" not in words
        assert as_collector.post(notice_url(told, "send/")).status_code == 403
        assert not Message.objects.exists()

    def test_sends_any_other(self, as_collector: Client, collector: User, desk: Desk) -> None:
        today = timezone.localdate()
        desk.invoice(desk.customer("A"), "100.00", today - timedelta(days=20))
        decide_run(desk.company, as_of=today, today=today, by=collector)
        notice = Notice.objects.get()
        url = f"/reminders/notices/{notice.pk}/"
        assert "Send this reminder" in text_of(as_collector.get(url))
        assert "The reminder is on its way." in text_of(as_collector.post(f"{url}send/", follow=True))
        assert Message.objects.get().created_by == collector
        assert DunningRun.objects.get().state == "released"
        assert as_collector.post(f"{url}send/").status_code == 409

    def test_leaves_one_out(self, as_collector: Client, told: Told) -> None:
        as_collector.post(notice_url(told, "exclude/"), {"reason": "on the phone"})
        assert Notice.objects.get().state == "excluded"


def test_who_only_reads_is_told_who_releases(as_clerk: Client, controller: User, told: Told) -> None:
    for url in (run_url(told), notice_url(told)):
        words = text_of(as_clerk.get(url))
        assert "Released by: Controller (Controller)." in words
        assert "Send this reminder" not in words
        assert "Leave this reminder out" not in words


def test_another_companys_is_not_found(client: Client, outsider: User, told: Told) -> None:
    client.force_login(outsider)
    assert client.get(run_url(told)).status_code == 404
    assert client.get(notice_url(told)).status_code == 404


def test_another_companys_cannot_be_released(client: Client, other_company: Company, told: Told) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.post(run_url(told, "release/")).status_code == 404
    assert client.post(notice_url(told, "exclude/"), {"reason": "x"}).status_code == 404
    assert not Message.objects.exists()


def test_methods(as_controller: Client, told: Told) -> None:
    check_method(as_controller, run_url(told), wrong="post")
    check_method(as_controller, notice_url(told), wrong="post")
    check_method(as_controller, run_url(told, "release/"), wrong="get")
    check_method(as_controller, notice_url(told, "exclude/"), wrong="get")
    check_method(as_controller, notice_url(told, "send/"), wrong="get")
    check_method(as_controller, run_url(told, "stop/"), wrong="get")
    check_method(as_controller, run_url(told, "effect/"), wrong="post")
