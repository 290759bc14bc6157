"""Clicks at the same instant, each a request of its own: one statement, one release."""

from typing import Any

from django.test import Client
from django.urls import reverse

from arap.core.models import User
from arap.outbox.models import Message
from statements.models import Statement
from statements.queries.releasing import plan_of
from tests.ledger.clients import at_once
from tests.statements.views.conftest import made_run
from tests.stories import Story

CLICKS = 4


def click(user: User, url: str, asked: dict[str, str]) -> str:
    """Where the answer leads."""
    browser = Client()
    browser.force_login(user)
    return str(browser.post(url, asked)["Location"])


def test_a_double_click_makes_one_statement(committed_db: Any, story: Story, clerk: User) -> None:
    url = reverse("statements:send", args=[story.haichen.pk])
    asked = {"kind": "open", "key": "same", "to_address": "ap@haichen.example"}
    crowd = at_once([lambda: click(clerk, url, asked)] * CLICKS)
    assert crowd.errors == []
    made = Statement.objects.get()
    assert crowd.answers == [reverse("statements:detail", args=[made.pk])] * CLICKS


def test_a_double_click_releases_once(committed_db: Any, story: Story, controller: User) -> None:
    run = made_run(story)
    url = reverse("statements:release", args=[run.pk])
    asked = {"key": "same", "seen": plan_of(run).seen}
    crowd = at_once([lambda: click(controller, url, asked)] * CLICKS)
    assert crowd.errors == []
    assert crowd.answers == [reverse("statements:run", args=[run.pk])] * CLICKS
    assert Message.objects.count() == 1
