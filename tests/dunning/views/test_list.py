"""list, preview and decide: the days, what one would propose, and beginning it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from arap.core.models import Company, Job, User
from dunning import views
from dunning.models import DunningRun, Notice
from tests.dunning.conftest import Desk
from tests.dunning.views.conftest import Told
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db

LIST, PREVIEW, DECIDE = "/reminders/", "/reminders/preview/", "/reminders/decide/"


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    client.force_login(controller)
    return client


def test_the_days(as_controller: Client, told: Told) -> None:
    words = text_of(as_controller.get(LIST))
    assert "To release" in words
    assert "Decide reminders" in words


def test_before_the_first_day(company: Company, as_controller: Client) -> None:
    words = text_of(as_controller.get(LIST))
    assert "No reminders yet" in words
    assert "Policies and texts" in words


def test_who_may_not_run_sees_no_form(as_clerk: Client, told: Told) -> None:
    assert "Decide reminders" not in text_of(as_clerk.get(LIST))


def test_days_come_in_pages(as_controller: Client, company: Company, told: Told) -> None:
    DunningRun.objects.bulk_create(
        DunningRun(company=company, as_of=told.run.as_of - timedelta(days=at), position=1, state="released")
        for at in range(1, 30)
    )
    first = as_controller.get(LIST)
    assert first.content.decode().count("<tr id=") == 20
    second = as_controller.get(f"{LIST}?{first.context['next_query']}")
    assert second.content.decode().count("<tr id=") == 10
    assert as_controller.get(f"{LIST}?after=x").status_code == 200


def test_a_preview_shows_and_stores_nothing(as_controller: Client, told: Told) -> None:
    day = told.story.today + timedelta(days=8)
    answer = as_controller.get(PREVIEW, {"as_of": day.isoformat()})
    words = text_of(answer)
    assert "A preview of this day" in words
    assert "60 days over" in words, "proposed again, as nobody released it"
    assert "ap@haichen.example" in words
    left_out = as_controller.get(PREVIEW, {"as_of": day.isoformat(), "step": "skipped"})
    assert "Nobody receives reminders" in text_of(left_out)
    assert DunningRun.objects.count() == 1
    assert Notice.objects.get().state == "proposed", "not even taken over"


def test_the_token_of_the_form_stands_in_no_address(as_controller: Client, told: Told) -> None:
    page = as_controller.get(LIST).content.decode()
    assert 'formmethod="get"' not in page
    answer = as_controller.post(PREVIEW, {"as_of": "2026-03-01", "csrfmiddlewaretoken": "x"})
    assert (answer.status_code, answer["Location"]) == (302, f"{PREVIEW}?as_of=2026-03-01")


def test_a_preview_comes_in_pages_by_customer(as_controller: Client, company: Company, clerk: User) -> None:
    desk = Desk(company, clerk)
    for at in range(25):
        desk.invoice(desk.customer(f"C{at:02d}"), "100.00", date(2026, 3, 10))
    first = as_controller.get(PREVIEW, {"as_of": "2026-03-11"})
    assert first.content.decode().count("<tr id=") == 20
    second = as_controller.get(f"{PREVIEW}?{first.context['next_query']}")
    assert second.content.decode().count("<tr id=") == 5
    assert "Customer C24" in text_of(second)
    assert not DunningRun.objects.exists()


def test_a_preview_is_rendered_when_the_locks_are_free(
    monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told
) -> None:
    depths: list[int] = []

    def render(*_given: Any, **_more: Any) -> HttpResponse:
        depths.append(len(connection.savepoint_ids))
        return HttpResponse()

    monkeypatch.setattr(views, "render", render)
    as_controller.get(LIST)
    as_controller.get(PREVIEW, {"as_of": (told.story.today + timedelta(days=8)).isoformat()})
    assert depths[0] == depths[1]


def test_a_preview_of_too_many_is_refused(monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told) -> None:
    monkeypatch.setattr(views, "CUSTOMERS_AT_ONCE_MAX", 1)
    answer = as_controller.get(PREVIEW, {"as_of": (told.story.today + timedelta(days=8)).isoformat()})
    assert answer.status_code == 422
    assert "nothing leaves before it is released" in text_of(answer)


def test_a_preview_of_a_day_that_has_its_run_shows_that(as_controller: Client, told: Told) -> None:
    answer = as_controller.get(PREVIEW, {"as_of": told.run.as_of.isoformat()})
    assert answer["Location"] == f"/reminders/{told.run.pk}/"


def test_tomorrow_is_not_decided_today(as_controller: Client, told: Told) -> None:
    day = told.story.today + timedelta(days=1)
    answer = as_controller.post(DECIDE, {"as_of": day.isoformat()})
    assert answer.status_code == 422
    assert "today or a day before" in text_of(answer)
    assert DunningRun.objects.count() == 1


def test_deciding(monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told) -> None:
    day = told.story.today + timedelta(days=8)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_zone: day)
    answer = as_controller.post(DECIDE, {"as_of": day.isoformat()}, follow=True)
    assert DunningRun.objects.get(as_of=day).created_by is not None
    assert "Review and release" in text_of(answer)


def test_a_large_company_gets_a_job(monkeypatch: pytest.MonkeyPatch, as_controller: Client, told: Told) -> None:
    monkeypatch.setattr(views, "CUSTOMERS_AT_ONCE_MAX", 1)
    day = (told.story.today - timedelta(days=1)).isoformat()
    answer = as_controller.post(DECIDE, {"as_of": day}, follow=True)
    assert "being decided" in text_of(answer)
    assert Job.objects.get().params == {"as_of": day}


@pytest.mark.parametrize("text", ["", "yesterday-ish"])
def test_a_day_that_is_none(as_controller: Client, told: Told, text: str) -> None:
    for answer in (as_controller.get(PREVIEW, {"as_of": text}), as_controller.post(DECIDE, {"as_of": text})):
        assert answer.status_code == 422
        assert 'class="field__error"' in answer.content.decode()


def test_chinese(as_controller: Client, controller: User, told: Told) -> None:
    controller.language = "zh-hans"
    controller.save(update_fields=["language"])
    assert "催款提醒" in text_of(as_controller.get(LIST))


def test_queries(as_controller: Client, told: Told, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(11):
        as_controller.get(LIST)


def test_methods(as_controller: Client, told: Told) -> None:
    check_method(as_controller, LIST, wrong="post")
    check_method(as_controller, PREVIEW, wrong="put")
    check_method(as_controller, DECIDE, wrong="get")


def test_another_companys_days_are_not_shown(client: Client, outsider: User, told: Told) -> None:
    client.force_login(outsider)
    assert "No reminders yet" in text_of(client.get(LIST))
