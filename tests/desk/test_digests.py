"""What waits for whose approval comes by e-mail, once in the morning of a business day."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company, Role, User
from arap.desk.actions.digests import send_digest
from arap.ledger.models import Item
from arap.outbox.actions import send_due
from arap.outbox.models import Message
from receipts.actions.writing_off import request_write_off
from receipts.models import WriteOff
from tests.mail import MailServer
from tests.people import hire
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db
MONDAY_SEVEN = datetime(2026, 11, 29, 23, 5, tzinfo=UTC)  # 30 November in Shanghai


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def boss(company: Company) -> User:
    made = hire(company, "boss", Role.CONTROLLER)
    User.objects.filter(pk=made.pk).update(email="boss@acme.example", language="zh-hans")
    return made


def given_up(story: Story, by: User) -> None:
    item = Item.objects.get(document=story.late.document_id)
    request_write_off(story.company, item.pk, Decimal(600), reason="insolvency", explanation="x", on=story.today, by=by)


def test_told_once_in_their_language(
    company: Company, boss: User, clerk: User, story: Story, mail_server: MailServer
) -> None:
    given_up(story, clerk)
    assert send_digest(company, now=MONDAY_SEVEN) == 1
    assert send_digest(company, now=MONDAY_SEVEN + timedelta(minutes=30)) == 0
    message = Message.objects.get()
    Message.objects.update(not_after=None)  # the test's day is another one
    send_due()
    (mail,) = mail_server.received
    assert mail.recipients == ("boss@acme.example",)
    assert "1 项等待您审批" in mail.message["Subject"]
    assert "600.00" in message.body_text
    assert "/approvals/" in message.body_text


@pytest.mark.parametrize(
    "now",
    [
        MONDAY_SEVEN - timedelta(days=1),  # a Sunday
        MONDAY_SEVEN - timedelta(hours=1),  # too early
        MONDAY_SEVEN + timedelta(hours=3),  # no news any more
    ],
)
def test_not_at_other_times(company: Company, boss: User, clerk: User, story: Story, now: datetime) -> None:
    given_up(story, clerk)
    assert send_digest(company, now=now) == 0


def test_nothing_when_nothing_waits_or_it_is_not_wanted(
    company: Company, boss: User, clerk: User, story: Story, client: Client
) -> None:
    assert send_digest(company, now=MONDAY_SEVEN) == 0
    given_up(story, clerk)
    client.force_login(boss)
    client.post("/settings/digest/", {"digest": "no"})
    assert send_digest(company, now=MONDAY_SEVEN) == 0
    client.post("/settings/digest/", {"digest": "yes"})
    assert send_digest(company, now=MONDAY_SEVEN) == 1


def test_decided_meanwhile_it_does_not_leave(
    company: Company, boss: User, clerk: User, story: Story, client: Client, mail_server: MailServer
) -> None:
    given_up(story, clerk)
    send_digest(company, now=MONDAY_SEVEN)
    Message.objects.update(not_after=None)
    client.force_login(boss)
    row = WriteOff.objects.get(company=company)
    client.post(f"/approvals/write-off/{row.pk}/approve/")
    send_due()
    assert mail_server.received == []
    assert Message.objects.get().state == "cancelled"
