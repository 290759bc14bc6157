"""The nightly work and the jobs."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from arap.core import jobs
from arap.core.models import Company, Job, User
from arap.outbox.models import Message
from dunning import tasks
from dunning.models import DunningPolicy, DunningRun
from tests.dunning.conftest import Desk

pytestmark = pytest.mark.django_db

DUE = date(2026, 3, 10)


def at(monkeypatch: pytest.MonkeyPatch, hour: int) -> None:
    """It is 11 March 2026, that hour, in London; eight hours later in Shanghai."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 11, hour, 0, tzinfo=UTC))


def test_each_company_has_its_day_from_its_hour_on(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, other_company: Company
) -> None:
    Company.objects.filter(pk=other_company.pk).update(time_zone="Europe/London")
    at(monkeypatch, 1)  # nine o'clock in Shanghai
    assert tasks.remind_today() == 1
    assert list(DunningRun.objects.values_list("company__code", "as_of")) == [("acme", date(2026, 3, 11))]
    at(monkeypatch, 20)  # four o'clock of the next day in Shanghai
    assert tasks.remind_today() == 1
    assert DunningRun.objects.filter(company=other_company).get().as_of == date(2026, 3, 11)
    assert DunningRun.objects.count() == 2


@pytest.mark.parametrize(("release", "messages"), [("hand", 0), ("automatic", 1)])
def test_only_what_releases_by_itself_leaves(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, release: str, messages: int
) -> None:
    DunningPolicy.objects.update(release=release)
    desk.invoice(desk.customer("A"), "100.00", DUE)
    at(monkeypatch, 1)
    tasks.remind_today()
    tasks.remind_today()
    assert Message.objects.count() == messages
    assert DunningRun.objects.get().state == ("released" if messages else "proposed")


def test_a_company_that_switched_reminders_off_is_left_alone(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    DunningPolicy.objects.update(is_active=False)
    at(monkeypatch, 1)
    assert tasks.remind_today() == 0
    assert not DunningRun.objects.exists()


def test_jobs(desk: Desk, controller: User, django_capture_on_commit_callbacks: Any) -> None:
    desk.invoice(desk.customer("A"), "100.00", DUE)
    deciding = jobs.create(desk.company, "reminders", task="x", by=controller, params={"as_of": "2026-03-11"})
    tasks.decide(deciding.pk)
    run = DunningRun.objects.get()
    deciding.refresh_from_db()
    assert (deciding.state, deciding.result, deciding.progress_done) == (Job.State.DONE, {"run": run.pk}, 1)
    releasing = jobs.create(desk.company, "reminders.release", task="x", by=controller, params={"run": run.pk})
    tasks.release(releasing.pk)
    releasing.refresh_from_db()
    assert releasing.result == {"run": run.pk, "released": 1}
    assert Message.objects.get().created_by == controller
