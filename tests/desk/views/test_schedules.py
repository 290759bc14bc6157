"""report_schedule_new, report_schedule, report_schedule_act, and what the clock does with them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from arap.core.models import AuditEntry, Company, Membership, Role, User
from arap.desk.actions import scheduling
from arap.desk.actions.sending import send_due_reports
from arap.desk.models import ReportSchedule, ReportSending, SavedView
from arap.desk.tasks import send_reports
from arap.outbox.actions import send_due
from arap.outbox.models import Message
from tests.mail import MailServer
from tests.pages import signed_in, text_of
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)  # nine in the morning in Shanghai


@pytest.fixture
def view(story: Story, controller: User) -> SavedView:
    User.objects.filter(pk=controller.pk).update(email="boss@acme.example")
    controller.email = "boss@acme.example"
    return SavedView.objects.create(
        company=story.company, page="desk:report/open-items", name="Late ones", query="overdue=on", owner=controller,
        is_shared=True,
    )  # fmt: skip


@pytest.fixture
def boss(client: Client, controller: User) -> Client:
    client.force_login(controller)
    return client


def asked(*readers: User, **changed: str) -> dict[str, Any]:
    told = {"when": "weekly 1", "hour": "7", "file_kind": "xlsx", "readers": [str(each.pk) for each in readers]}
    return told | changed


def made(boss: Client, view: SavedView, *readers: User, **changed: str) -> ReportSchedule:
    answer = boss.post(f"/reports/views/{view.pk}/schedules/new/", asked(*readers, **changed))
    assert answer.status_code == 302, text_of(answer)
    return ReportSchedule.objects.latest("pk")


def due(schedule: ReportSchedule, at: datetime = MONDAY) -> None:
    ReportSchedule.objects.filter(pk=schedule.pk).update(next_at=at)


def test_it_is_sent_once_to_each_in_their_language(
    boss: Client, view: SavedView, controller: User, company: Company, mail_server: MailServer
) -> None:
    chinese = hire(company, "li", Role.CLERK)
    User.objects.filter(pk=chinese.pk).update(email="li@acme.example", language="zh-hans")
    schedule = made(boss, view, controller, chinese)
    assert schedule.next_at is not None
    assert schedule.next_at.astimezone(UTC).hour == 23, "seven in the morning in Shanghai"
    due(schedule)
    assert send_due_reports(company, now=timezone.now()) == 1
    assert send_due_reports(company, now=timezone.now()) == 0, "once for each time"
    send_due()
    told = {each.recipients[0]: each.message for each in mail_server.received}
    assert set(told) == {"boss@acme.example", "li@acme.example"}
    english, other = told["boss@acme.example"], told["li@acme.example"]
    assert "Open items" in english["Subject"]
    assert "未清项" in other["Subject"]
    (file,) = list(english.iter_attachments())
    assert str(file.get_filename()).endswith(".xlsx")
    assert f"/reports/views/{view.pk}/" in Message.objects.get(to_address="boss@acme.example").body_text
    page = text_of(boss.get(f"/reports/schedules/{schedule.pk}/"))
    assert "Every Monday at 07:00" in page
    assert ReportSending.objects.get().sent == 2
    assert "Every Monday at 07:00" in text_of(boss.get(f"/reports/views/{view.pk}/"))


def test_the_task_finds_the_companies(boss: Client, view: SavedView, controller: User) -> None:
    due(made(boss, view, controller))
    assert send_reports() == 1
    assert send_reports() == 0
    assert Message.objects.get().kind == "report"


def test_who_left_gets_nothing_more(
    boss: Client, view: SavedView, controller: User, company: Company, mail_server: MailServer
) -> None:
    """Neither when it is made, nor when they leave before it is handed over."""
    leaver = hire(company, "leaver", Role.CLERK)
    User.objects.filter(pk=leaver.pk).update(email="leaver@acme.example")
    schedule = made(boss, view, controller, leaver)
    due(schedule)
    send_due_reports(company, now=timezone.now())
    Membership.objects.filter(user=leaver).delete()
    send_due()
    assert [each.recipients[0] for each in mail_server.received] == ["boss@acme.example"]
    due(schedule, MONDAY + timedelta(days=7))
    send_due_reports(company, now=timezone.now())
    assert Message.objects.count() == 3
    assert "does not work for this company any more" in ReportSending.objects.order_by("pk").last().problem  # type: ignore[union-attr]
    assert "does not work for this company any more" in text_of(boss.get(f"/reports/schedules/{schedule.pk}/"))


def test_a_view_of_ones_own_goes_to_nobody_else(boss: Client, view: SavedView, controller: User, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(email="clerk@acme.example")
    SavedView.objects.filter(pk=view.pk).update(is_shared=False)
    answer = boss.post(f"/reports/views/{view.pk}/schedules/new/", asked(clerk))
    assert answer.status_code == 422
    assert not ReportSchedule.objects.exists()
    schedule = made(boss, view, controller)
    SavedView.objects.filter(pk=view.pk).update(owner=clerk)
    due(schedule)
    send_due_reports(view.company, now=timezone.now())
    assert not Message.objects.exists()
    assert "alone" in ReportSending.objects.get().problem


@pytest.mark.parametrize(
    "wrong",
    [{"when": "weekly 8"}, {"when": "monthly 0"}, {"hour": "24"}, {"file_kind": "exe"}, {"readers": "0"}, {"when": ""}],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    boss: Client, view: SavedView, controller: User, wrong: dict[str, str]
) -> None:
    answer = boss.post(f"/reports/views/{view.pk}/schedules/new/", asked(controller, **wrong))
    assert answer.status_code == 422
    assert not ReportSchedule.objects.exists()


def test_a_question_that_cannot_be_asked_any_more_is_told(boss: Client, view: SavedView, controller: User) -> None:
    schedule = made(boss, view, controller)
    SavedView.objects.filter(pk=view.pk).update(query="customer=NOBODY")
    due(schedule)
    send_due_reports(view.company, now=timezone.now())
    schedule.refresh_from_db()
    assert schedule.next_at is not None
    assert schedule.next_at > timezone.now()
    assert "There is no customer" in text_of(boss.get(f"/reports/views/{view.pk}/"))


def test_paused_sent_at_once_resumed_and_ended(boss: Client, view: SavedView, controller: User) -> None:
    schedule = made(boss, view, controller)
    act = f"/reports/schedules/{schedule.pk}/act/"
    boss.post(act, {"act": "pause"})
    schedule.refresh_from_db()
    assert [schedule.is_paused, schedule.next_at] == [True, None]
    boss.post(act, {"act": "now"})
    assert "is being sent just now" in text_of(boss.post(act, {"act": "now"}, follow=True)), "a double click"
    assert send_reports() == 1
    assert Message.objects.count() == 1
    assert ReportSchedule.objects.filter(next_at=None).exists(), "paused it stays"
    boss.post(act, {"act": "resume"})
    assert ReportSchedule.objects.filter(next_at__gt=timezone.now(), is_paused=False).exists()
    boss.post(act, {"act": "remove"})
    assert not ReportSchedule.objects.exists()
    verbs = AuditEntry.objects.filter(object_type="desk.reportschedule").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [
        "report.schedule", "report.rest", "report.send_now", "report.resume", "report.unschedule",
    ]  # fmt: skip


def test_changed(boss: Client, view: SavedView, controller: User) -> None:
    schedule = made(boss, view, controller)
    boss.post(f"/reports/schedules/{schedule.pk}/", asked(controller, when="monthly 31", hour="18", file_kind="pdf"))
    schedule.refresh_from_db()
    assert (schedule.rhythm, schedule.month_day, schedule.hour, schedule.file_kind) == ("monthly", 31, 18, "pdf")
    assert "On the last day of each month at 18:00" in text_of(boss.get(f"/reports/schedules/{schedule.pk}/"))


def test_others_see_it_and_leave_it(boss: Client, view: SavedView, controller: User, company: Company) -> None:
    schedule = made(boss, view, controller)
    other = signed_in(company, Role.CLERK)
    assert other.get(f"/reports/schedules/{schedule.pk}/").status_code == 200
    assert other.post(f"/reports/schedules/{schedule.pk}/act/", {"act": "remove"}).status_code == 403
    assert other.post(f"/reports/schedules/{schedule.pk}/", asked(controller)).status_code == 403
    assert ReportSchedule.objects.exists()


def test_who_may_not_share_has_it_sent_to_themselves(view: SavedView, auditor: User, clerk: User) -> None:
    User.objects.filter(pk__in=[auditor.pk, clerk.pk]).update(email="a@acme.example")
    client = Client()
    client.force_login(auditor)
    assert client.post(f"/reports/views/{view.pk}/schedules/new/", asked(clerk)).status_code == 422
    assert client.post(f"/reports/views/{view.pk}/schedules/new/", asked(auditor)).status_code == 302


def test_a_removed_view_is_not_sent(boss: Client, view: SavedView, controller: User) -> None:
    made(boss, view, controller)
    boss.post(f"/reports/views/{view.pk}/drop/")
    assert not ReportSchedule.objects.exists()


def test_too_large_for_mail_is_announced(
    boss: Client, view: SavedView, controller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arap.desk.actions.sending.ATTACHED_BYTES_MAX", 100)
    due(made(boss, view, controller))
    send_due_reports(view.company, now=timezone.now())
    message = Message.objects.get()
    assert not message.files.exists()
    assert "too large" in message.body_text


def test_the_constraints_hold(boss: Client, view: SavedView, controller: User) -> None:
    schedule = made(boss, view, controller)
    schedule.next_at = None
    with pytest.raises(ValidationError):
        schedule.validate_constraints()
    assert scheduling.people_of(schedule) == [controller]
