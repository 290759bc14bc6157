"""Decisions about many messages at once, in the admin."""

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from arap.outbox.models import Message
from tests.outbox.letters import queued
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
URL = "/admin/outbox/message/"


@pytest.fixture
def doubtful(company: Company) -> list[Message]:
    """Two in doubt, and one that waits."""
    messages = [queued(company, name) for name in ("a", "b", "c")]
    Message.objects.exclude(pk=messages[2].pk).update(state="unknown", last_error="Nobody knows.")
    return messages


def staff(company: Company, role: Role) -> Client:
    client = signed_in(company, role)
    User.objects.update(is_staff=True)
    return client


def decide(client: Client, action: str, messages: list[Message]) -> str:
    data = {"action": action, "_selected_action": [message.pk for message in messages]}
    return client.post(URL, data, follow=True).content.decode()


@pytest.mark.parametrize(
    "action, states, done",
    [
        ("mark_sent", ["sent", "sent", "pending"], 2),
        ("send_again", ["pending", "pending", "pending"], 2),
        ("cancel", ["cancelled", "cancelled", "cancelled"], 3),
    ],
)
def test_each_is_decided_and_noted(
    company: Company, doubtful: list[Message], action: str, states: list[str], done: int
) -> None:
    page = decide(staff(company, Role.CLERK), action, doubtful)
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == states
    assert f"Decided: {done}." in page
    assert ("1 × The message has moved on meanwhile" in page) == (done == 2)
    assert AuditEntry.objects.filter(verb=f"message.{action}").count() == done


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_only_read_finds_no_action(company: Company, doubtful: list[Message], role: Role) -> None:
    client = staff(company, role)
    assert "_selected_action" not in client.get(URL).content.decode()
    decide(client, "send_again", doubtful)
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["unknown", "unknown", "pending"]


def test_of_another_company_nothing_is_seen(company: Company, other_company: Company, doubtful: list[Message]) -> None:
    decide(staff(other_company, Role.CLERK), "mark_sent", doubtful)
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["unknown", "unknown", "pending"]
