"""keep: a report of a large book is added up by a job while the page waits, then it is there."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aging import tasks
from arap.core import jobs
from arap.core.models import Job
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
WAITS = "This report of a large book is not kept yet."


def test_the_page_waits_and_then_shows_what_adding_up_shows(
    as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"/aging/?as_of={timezone.localdate() - timedelta(days=20):%Y-%m-%d}"
    before = words(text_of(as_clerk.get(url)))
    monkeypatch.setattr("aging.keeping.ITEMS_AT_ONCE", 1)
    waiting = as_clerk.get(url)
    assert WAITS in text_of(waiting)
    address = re.search(r'action="(/aging/keep/[^"]+)"', waiting.content.decode())
    assert address
    assert f'hx-post="{address[1]}"' in waiting.content.decode()
    assert not Job.objects.exists(), "looking begins nothing"

    begun = as_clerk.post(address[1].replace("&amp;", "&"), follow=True)
    assert "The report is being added up" in text_of(begun)
    assert 'hx-trigger="every 1s"' in begun.content.decode()
    job = Job.objects.get()
    assert "Adding up an aging report" in text_of(as_clerk.get(f"/jobs/{job.pk}/"))
    tasks.keep_report(job.pk)
    assert words(text_of(as_clerk.get(url))) == before
    assert "Open the report" in text_of(as_clerk.get(f"/jobs/{job.pk}/"))


def words(text: str) -> str:
    return re.sub(r"\d+\.\d\d s\b", "", text)


def test_why_it_failed_is_said_and_it_does_not_begin_again_by_itself(
    as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aging.keeping.ITEMS_AT_ONCE", 1)
    as_clerk.post("/aging/keep/?basis=document")
    job = jobs.claim(Job.objects.get().pk)
    assert job is not None
    jobs.fail(job, "The disk is full.")
    page = as_clerk.get("/aging/?basis=document")
    assert "The disk is full." in text_of(page)
    assert "hx-post" not in page.content.decode().partition('action="/aging/keep/')[2].partition("</form>")[0]


def test_one_that_does_not_serve_at_once_is_added_up(
    as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aging.keeping.ITEMS_AT_ONCE", 1)
    as_clerk.post("/aging/keep/?basis=document")
    tasks.keep_report(Job.objects.get().pk)
    monkeypatch.setattr("aging.views.standing_at", lambda *given, **named: None)
    assert "Everything" in text_of(as_clerk.get("/aging/?basis=document"))


def test_only_a_post_begins_one(as_clerk: Client) -> None:
    check_method(as_clerk, "/aging/keep/", wrong="get")
