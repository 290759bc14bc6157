"""One message: detail, formatted, file, send_again, mark_sent, cancel, allow_address."""

from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from arap.core.files import NewFile, store
from arap.core.models import AuditEntry, Company, User
from arap.outbox.actions.bouncing import take_report
from arap.outbox.actions.sending import drain
from arap.outbox.models import Attempt, Message, Suppression
from tests.mail import MailServer
from tests.outbox.letters import queued
from tests.outbox.reports import report
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db
POSTS = ("send-again", "mark-sent", "cancel", "allow-address")


def put(message: Message, state: str, **values: Any) -> Message:
    Message.objects.filter(pk=message.pk).update(state=state, **values)
    message.refresh_from_db()
    return message


def url(message: Message, part: str = "") -> str:
    return f"/outbox/{message.pk}/{part + '/' if part else ''}"


@pytest.fixture
def message(company: Company) -> Message:
    pdf = NewFile(name="对账单 11.pdf", media_type="application/pdf", content=b"%PDF-1.7 \x00\xff")
    text = {"body_text": "Dear <b>Haichen</b>", "body_html": "<p>Dear</p><script>alert(1)</script>"}
    return queued(company, files=store(company, [pdf], by=None), about=company, **text)


def test_what_it_says_and_what_became_of_it(as_clerk: Client, message: Message, mail_server: MailServer) -> None:
    mail_server.bad_day(message.to_address, "rcpt", "451 4.2.0 greylisted")
    drain()
    page = text_of(as_clerk.get(url(message)))
    for words in ("Dear <b>Haichen</b>", message.to_address, message.message_id, "451", "4.2.0 greylisted",
                  "7 tries are left", message.attachments.get().file.sha256):  # fmt: skip
        assert words in page


def test_the_formatted_text_stands_in_a_sandbox(as_clerk: Client, message: Message) -> None:
    answer = as_clerk.get(url(message, "formatted"))
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert answer.content.decode() == message.body_html
    assert b"<script>alert" not in as_clerk.get(url(message)).content


def test_without_formatted_text_there_is_no_such_page(as_clerk: Client, company: Company) -> None:
    assert as_clerk.get(url(queued(company), "formatted")).status_code == 404


def test_the_file_is_the_one_that_left(as_clerk: Client, message: Message, mail_server: MailServer) -> None:
    drain()
    answer = as_clerk.get(url(message, "files/1"))
    assert {"对账单 11.pdf": answer.content} == mail_server.received[0].attachments
    assert answer["Content-Disposition"].startswith("attachment")
    assert as_clerk.get(url(message, "files/2")).status_code == 404


def test_what_came_back_later_is_told_from_what_was_refused_at_once(
    as_clerk: Client, message: Message, mail_server: MailServer
) -> None:
    drain()
    assert take_report(report(message.message_id, address=message.to_address)) == ["bounced"]
    page = text_of(as_clerk.get(url(message)))
    assert "It came back after it had been sent." in page
    assert "5.1.1 550 5.1.1" in page
    assert "refused the recipient" not in page


def test_a_doubt_says_what_it_is_about(as_clerk: Client, message: Message, mail_server: MailServer) -> None:
    mail_server.bad_day(message.to_address, "data", "drop")
    drain()
    assert "the mail server’s answer was lost" in text_of(as_clerk.get(url(message)))
    restored = put(queued(message.company, "other"), "unknown", last_error="It waited when the backup was made.")
    page = text_of(as_clerk.get(url(restored)))
    assert "It waited when the backup was made." in page
    assert "answer was lost" not in page


def test_a_bounced_message_is_sent_again_to_the_right_address(
    as_clerk: Client, clerk: User, message: Message, mail_server: MailServer
) -> None:
    mail_server.bad_day(message.to_address, "rcpt", "550 5.1.1 unknown")
    drain()
    refused = as_clerk.post(url(message, "send-again"), {"to_address": message.to_address})
    assert refused.status_code == 409
    assert "until you allow it again" in text_of(refused)
    assert as_clerk.post(url(message, "send-again"), {"to_address": "no address"}).status_code == 422
    answer = as_clerk.post(url(message, "send-again"), {"to_address": "new@haichen.example"})
    assert answer["Location"] == url(message)
    drain()
    message.refresh_from_db()
    assert (message.state, message.to_address, message.attempts) == ("sent", "new@haichen.example", 2)
    assert [each.recipients for each in mail_server.received] == [("new@haichen.example",)]
    entry = AuditEntry.objects.get(verb="message.send_again")
    assert entry.actor == clerk
    assert entry.before == {"state": "bounced", "to_address": "ap@haichen.example"}


def test_an_address_is_allowed_again(as_clerk: Client, message: Message) -> None:
    put(message, "bounced")
    Suppression.objects.create(company=message.company, address=message.to_address, reason="550 unknown")
    assert "550 unknown" in text_of(as_clerk.get(url(message)))
    as_clerk.post(url(message, "allow-address"))
    assert not Suppression.objects.exists()
    assert AuditEntry.objects.get(verb="suppression.clear").before == {
        "address": message.to_address,
        "reason": "550 unknown",
    }
    assert as_clerk.post(url(message, "send-again"), {"to_address": message.to_address}).status_code == 302


def test_one_in_doubt_is_sent_again_only_when_somebody_looked(as_clerk: Client, message: Message) -> None:
    put(message, "unknown", attempts=1)
    assert "Nobody knows" in text_of(as_clerk.get(url(message)))
    answer = as_clerk.post(url(message, "send-again"))
    assert answer.status_code == 422
    assert "Find out first" in text_of(answer)
    assert put(message, "unknown").state == "unknown"
    assert as_clerk.post(url(message, "send-again"), {"checked": "on"}).status_code == 302
    message.refresh_from_db()
    assert (message.state, message.attempts_max) == ("pending", 9)


def test_one_in_doubt_is_marked_as_sent_at_the_hand_over(as_clerk: Client, message: Message) -> None:
    put(message, "unknown", attempts=1)
    attempt = Attempt.objects.create(
        company=message.company, message=message, number=1, started_at="2026-01-01T00:00Z", handed_over_at=None
    )
    Attempt.objects.update(handed_over_at=Now())
    as_clerk.post(url(message, "mark-sent"))
    message.refresh_from_db()
    attempt.refresh_from_db()
    assert (message.state, message.sent_at) == ("sent", attempt.handed_over_at)
    assert AuditEntry.objects.get(verb="message.mark_sent").before == {"state": "unknown"}


def test_a_waiting_one_is_cancelled(as_clerk: Client, message: Message, mail_server: MailServer) -> None:
    as_clerk.post(url(message, "cancel"))
    assert drain().counts == {}
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert AuditEntry.objects.filter(verb="message.cancel").count() == 1


ALLOWED = {
    "send-again": {"failed", "bounced", "unknown"},
    "mark-sent": {"unknown"},
    "cancel": {"pending", "failed", "bounced", "unknown"},
}
AFTER = {"send-again": "pending", "mark-sent": "sent", "cancel": "cancelled"}


@pytest.mark.parametrize("act", ALLOWED)
@pytest.mark.parametrize("state", ["pending", "failed", "bounced", "unknown", "cancelled", "sent"])
def test_every_act_from_every_state(as_clerk: Client, message: Message, act: str, state: str) -> None:
    """It moves along TRANSITIONS or is refused and changes nothing."""
    put(message, state, sent_at=Now() if state == "sent" else None)
    answer = as_clerk.post(url(message, act), {"to_address": message.to_address, "checked": "on"})
    message.refresh_from_db()
    if state in ALLOWED[act]:
        assert (answer.status_code, message.state) == (302, AFTER[act])
        assert (state, message.state) in Message.TRANSITIONS
    else:
        assert (answer.status_code, message.state) == (409, state)
        assert not AuditEntry.objects.filter(verb__startswith="message.").exists()


def test_get_decides_nothing(as_clerk: Client, message: Message) -> None:
    for act in POSTS:
        check_method(as_clerk, url(message, act), wrong="get")


def test_the_auditor_sees_no_buttons(client: Client, auditor: User, message: Message) -> None:
    client.force_login(auditor)
    assert "Do not send" not in text_of(client.get(url(message)))


def test_another_companys_message_is_not_there(client: Client, outsider: User, message: Message) -> None:
    client.force_login(outsider)
    for part in ("", "formatted", "files/1"):
        assert client.get(url(message, part)).status_code == 404
    for act in POSTS:
        assert client.post(url(message, act)).status_code == 404
    message.refresh_from_db()
    assert message.state == "pending"
