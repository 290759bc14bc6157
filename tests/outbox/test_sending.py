"""One message at a time over real SMTP: what arrives, and what becomes of it on good days and on bad ones."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from arap.core.files import NewFile, store
from arap.core.models import Company, StoredFile
from arap.outbox.actions import reap
from arap.outbox.actions.sending import _claim, drain, send_next
from arap.outbox.models import Attempt, Message, Suppression
from arap.outbox.smtp import Carrier
from tests.mail import ANYONE, MailServer
from tests.outbox.letters import HERE, due_now, queued

pytestmark = pytest.mark.django_db
NAME = "对账单 2026-11 Müller & Söhne – a long name that has to be folded over more than one header line.pdf"


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.EMAIL_TIMEOUT = settings.EMAIL_REPLY_TIMEOUT = 1
    settings.DEFAULT_FROM_EMAIL = "Receivables <ar@acme.example>"


def ended(message: Message) -> tuple[str, str, int | None, str]:
    """State of the message; outcome, code and text of its last try."""
    message.refresh_from_db()
    last = message.tries.get(number=message.attempts)
    return message.state, last.outcome, last.smtp_code, last.detail


def counts() -> dict[str, int]:
    return dict(drain().counts)


@pytest.fixture
def file(company: Company) -> StoredFile:
    content = bytes(range(256)) * 20 + b"\r\n.\r\n..\r\nend"
    (kept,) = store(company, [NewFile(name=NAME, media_type="application/pdf", content=content)], by=None)
    return kept


class TestWhatArrives:
    def test_text_and_headers(self, company: Company, mail_server: MailServer) -> None:
        Company.objects.filter(pk=company.pk).update(email="desk@acme.example", name_local="艾克米贸易")
        text = "Dear customer,\n.\n..two dots\nund grüße\n"
        message = queued(
            company, to_name='Wang "Bo", AP\nBcc: x@evil.example', subject="Statement – 对账单", body_text=text
        )
        assert counts() == {"sent": 1}
        (taken,) = mail_server.received
        mail = taken.message
        assert (taken.sender, taken.recipients) == ("ar@acme.example", ("ap@haichen.example",))
        assert mail["From"].addresses[0].display_name == "Acme Trading"
        assert mail["From"].addresses[0].addr_spec == "ar@acme.example"
        assert mail["To"].addresses[0].display_name == 'Wang "Bo", AP Bcc: x@evil.example'
        assert mail["Bcc"] is None
        assert mail["Reply-To"].addresses[0].addr_spec == "desk@acme.example"
        assert mail["Subject"] == "Statement – 对账单"
        assert mail["Message-ID"] == message.message_id
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Content-Language"] == "en"
        assert mail["Date"].datetime is not None
        assert taken.text.replace("\r\n", "\n") == text
        message.refresh_from_db()
        assert message.sent_at is not None
        assert (message.state, message.lease_owner, message.last_error) == ("sent", None, "")
        attempt = message.tries.get()
        assert (attempt.number, attempt.outcome, attempt.smtp_code) == (1, "sent", 250)
        assert attempt.started_at <= attempt.handed_over_at <= attempt.finished_at  # type: ignore[operator]

    def test_a_chinese_message_comes_from_the_chinese_name(self, company: Company, mail_server: MailServer) -> None:
        Company.objects.filter(pk=company.pk).update(name_local="艾克米贸易")
        queued(company, language="zh-hans")
        drain()
        mail = mail_server.received[0].message
        assert mail["From"].addresses[0].display_name == "艾克米贸易"
        assert mail["Content-Language"] == "zh-Hans"

    def test_attachments_arrive_byte_by_byte_under_their_names(
        self, company: Company, mail_server: MailServer, file: StoredFile
    ) -> None:
        queued(company, files=[file], body_html="<p>Dear <b>customer</b></p>")
        drain()
        (taken,) = mail_server.received
        assert taken.attachments == {NAME: bytes(file.content)}
        assert b"filename*" in taken.content, "RFC 2231"
        assert max(map(len, taken.content.split(b"\r\n"))) <= 998
        html = taken.message.get_body(("html",))
        assert html is not None
        assert "<b>customer</b>" in html.get_content()
        assert taken.text.strip() == "Dear customer"

    def test_a_domain_in_other_letters_is_written_as_dns_has_it(
        self, company: Company, mail_server: MailServer
    ) -> None:
        queued(company, to_address="ap@münchen.example")
        drain()
        assert mail_server.received[0].recipients == ("ap@xn--mnchen-3ya.example",)

    def test_many_messages_go_over_one_connection(self, company: Company, mail_server: MailServer) -> None:
        for n in range(5):
            queued(company, str(n))
        assert counts() == {"sent": 5}
        assert mail_server.sessions == 1
        assert set(mail_server.ids().values()) == {1}

    def test_files_and_console_go_on_working(
        self, company: Company, settings: Any, tmp_path: Any, file: StoredFile
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(tmp_path)
        message = queued(company, files=[file])
        assert counts() == {"sent": 1}
        (written,) = tmp_path.iterdir()
        assert message.message_id in written.read_text()


class TestNotDue:
    def test_the_guard_has_the_last_word(self, company: Company, mail_server: MailServer) -> None:
        message, other = queued(company, "a", guard=f"{HERE}.paid"), queued(company, "b", guard=f"{HERE}.still_due")
        assert counts() == {"cancelled": 1, "sent": 1}
        assert ended(message) == ("cancelled", "cancelled", None, "Paid meanwhile.")
        assert message.last_error == "Paid meanwhile."
        assert ended(other)[0] == "sent"
        assert set(mail_server.ids()) == {other.message_id}

    def test_too_late(self, company: Company, mail_server: MailServer) -> None:
        message = queued(company)
        Message.objects.update(not_after=Now() - timedelta(seconds=1))
        drain()
        assert ended(message)[:2] == ("cancelled", "cancelled")
        assert mail_server.received == []

    def test_a_guard_with_a_mistake_is_parked_and_the_others_go(
        self, company: Company, mail_server: MailServer
    ) -> None:
        poison = queued(company, "poison", guard=f"{HERE}.broken")
        for n in range(3):
            queued(company, str(n))
        assert counts() == {"deferred": 1, "sent": 3}
        assert ended(poison) == ("pending", "deferred", None, "ZeroDivisionError: a mistake")
        for _attempt in range(7):
            assert counts() == {}, "it waits"
            due_now()
            drain()
        assert ended(poison)[:2] == ("failed", "deferred")
        assert poison.attempts == 8
        due_now()
        assert counts() == {}

    def test_a_guard_that_is_not_there_is_a_mistake_too(self, company: Company, mail_server: MailServer) -> None:
        message = queued(company, guard="no.such.guard")
        drain()
        assert ended(message)[:2] == ("pending", "deferred")

    def test_an_address_that_is_none(self, company: Company, mail_server: MailServer) -> None:
        message = queued(company, to_address="not an address")
        drain()
        assert ended(message)[0] == "pending"
        assert "is not an e-mail address" in message.last_error


class TestBadDays:
    @pytest.mark.parametrize(
        "stage, reply, state, outcome, is_gone",
        [
            ("rcpt", "450 4.2.1 greylisted", "pending", "deferred", False),
            ("rcpt", "451 try later", "pending", "deferred", False),
            ("rcpt", "452 4.2.2 full just now", "pending", "deferred", False),
            ("rcpt", "550 5.1.1 no such user", "bounced", "bounced", True),
            ("rcpt", "550 no such user", "bounced", "bounced", True),
            ("rcpt", "552 5.2.2 mailbox full", "bounced", "bounced", False),
            ("rcpt", "554 5.7.1 relay access denied", "failed", "failed", False),
            ("data", "451 4.3.0 later", "pending", "deferred", False),
            ("data", "552 5.3.4 too big", "failed", "failed", False),
            ("data", "554 5.7.1 looks like spam", "failed", "failed", False),
            ("data", "550 5.1.1 no such user", "bounced", "bounced", True),
        ],
    )
    def test_a_refusal(
        self, company: Company, mail_server: MailServer, stage: str, reply: str, state: str, outcome: str, is_gone: bool
    ) -> None:
        message, other = queued(company), queued(company, "b", to_address="other@haichen.example")
        mail_server.bad_day(message.to_address, stage, reply, times=None)
        drain()
        code, _space, text = reply.partition(" ")
        assert ended(message) == (state, outcome, int(code), text)
        assert ended(other)[0] == "sent", "over the same connection"
        assert Suppression.objects.filter(address=message.to_address, message=message).exists() == is_gone
        assert set(mail_server.ids()) == {other.message_id}

    def test_the_pause_doubles_up_to_a_day(self, company: Company, mail_server: MailServer, settings: Any) -> None:
        message = queued(company)
        mail_server.bad_day(ANYONE, "rcpt", "451 later", times=None)
        pauses = []
        for _attempt in range(7):
            due_now()
            drain()
            message.refresh_from_db()
            finished = message.tries.get(number=message.attempts).finished_at
            assert finished is not None
            pauses.append(round((message.next_attempt_at - finished).total_seconds()))
        assert pauses == [300, 600, 1200, 2400, 4800, 9600, 19200]
        due_now()
        drain()
        assert ended(message)[:3] == ("failed", "deferred", 451)

    def test_a_server_that_closes_the_service_ends_the_round(self, company: Company, mail_server: MailServer) -> None:
        first, second = queued(company, "a"), queued(company, "b")
        mail_server.bad_day(ANYONE, "mail", "421 too many")
        assert counts() == {"deferred": 1}
        assert ended(first) == ("pending", "deferred", 421, "too many")
        second.refresh_from_db()
        assert (second.state, second.attempts) == ("pending", 0), "it keeps its tries"

    def test_nobody_listens(self, company: Company, mail_server: MailServer) -> None:
        mail_server.stop()
        first, second = queued(company, "a"), queued(company, "b")
        assert counts() == {"deferred": 1}
        assert ended(first)[:3] == ("pending", "deferred", None)
        assert first.last_error == "The mail server cannot be reached: Connection refused."
        second.refresh_from_db()
        assert second.attempts == 0
        mail_server.start()
        due_now()
        assert counts() == {"sent": 2}

    def test_a_connection_lost_between_two_messages_is_opened_again(
        self, company: Company, mail_server: MailServer
    ) -> None:
        carrier = Carrier()
        queued(company, "a")
        assert send_next(carrier) is not None
        mail_server.stop()
        mail_server.start()
        message = queued(company, "b")
        send_next(carrier)
        assert ended(message)[:2] == ("sent", "sent")
        assert message.attempts == 1
        carrier.close()

    def test_silence_before_the_hand_over_is_no_doubt(self, company: Company, mail_server: MailServer) -> None:
        message = queued(company)
        mail_server.bad_day(ANYONE, "rcpt", "hang")
        drain()
        assert ended(message) == ("pending", "deferred", None, "The mail server did not answer in time.")
        assert message.tries.get().handed_over_at is None
        due_now()
        assert counts() == {"sent": 1}

    @pytest.mark.parametrize("reply, arrived", [("hang", 1), ("drop", 1), ("lose", 0)])
    def test_no_answer_after_the_hand_over_is_a_doubt(
        self, company: Company, mail_server: MailServer, reply: str, arrived: int
    ) -> None:
        message, other = queued(company, "a"), queued(company, "b", to_address="other@haichen.example")
        mail_server.bad_day(message.to_address, "data", reply)
        assert counts() == {"unknown": 1, "sent": 1}
        silent = reply == "hang"
        said = "The mail server did not answer in time." if silent else "The mail server closed the connection."
        assert ended(message) == ("unknown", "unknown", None, said)
        due_now()
        assert counts() == {}, "a person decides"
        assert mail_server.ids()[message.message_id] == arrived
        assert mail_server.ids()[other.message_id] == 1

    def test_nothing_is_sent_to_an_address_that_bounced(self, company: Company, mail_server: MailServer) -> None:
        first = queued(company, "a", to_address="Gone@Haichen.example")
        mail_server.bad_day(ANYONE, "rcpt", "550 5.1.1 unknown")
        drain()
        second = queued(company, "b", to_address="gone@haichen.EXAMPLE")
        drain()
        assert ended(first)[0] == "bounced"
        assert ended(second)[:3] == ("failed", "failed", None)
        assert mail_server.received == []

    def test_another_company_may_still_write_there(
        self, company: Company, other_company: Company, mail_server: MailServer
    ) -> None:
        Suppression.objects.create(company=company, address="ap@haichen.example")
        message = queued(other_company)
        drain()
        assert ended(message)[0] == "sent"


class TestDeadWorkers:
    def claimed(self, company: Company, **values: Any) -> Message:
        """A message whose worker died long ago."""
        message = queued(company)
        assert _claim(uuid4()) is not None
        Message.objects.filter(pk=message.pk).update(lease_until=Now() - timedelta(seconds=1), **values)
        return message

    def test_before_the_hand_over_it_is_due_again(self, company: Company, mail_server: MailServer) -> None:
        message = self.claimed(company)
        assert reap() == {"pending": 1}
        assert ended(message)[:2] == ("pending", "deferred")
        assert counts() == {"sent": 1}
        assert message.tries.count() == 2

    def test_after_it_a_person_decides(self, company: Company, mail_server: MailServer) -> None:
        message = self.claimed(company)
        Attempt.objects.update(handed_over_at=Now())
        assert reap() == {"unknown": 1}
        assert ended(message)[:2] == ("unknown", "unknown")
        assert counts() == {}

    def test_a_message_that_kills_its_workers_is_parked(self, company: Company, mail_server: MailServer) -> None:
        message = self.claimed(company, attempts_max=1)
        assert reap() == {"failed": 1}
        assert ended(message)[0] == "failed"

    def test_a_lease_that_has_not_run_out_is_left_alone(self, company: Company) -> None:
        self.claimed(company)
        Message.objects.update(lease_until=Now() + timedelta(minutes=1))
        assert reap() == {}

    def test_a_worker_given_up_for_dead_hands_nothing_over(
        self, company: Company, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It thinks so long about the guard that the reaper comes first."""
        message = queued(company, guard=f"{HERE}.still_due")

        def slow(asked: Message) -> str:
            Message.objects.filter(pk=asked.pk).update(lease_until=Now() - timedelta(seconds=1))
            assert reap() == {"pending": 1}
            return ""

        monkeypatch.setattr("tests.outbox.letters.still_due", slow)
        send_next(Carrier())
        assert mail_server.received == []
        assert ended(message)[:2] == ("pending", "deferred")

    def test_an_answer_that_comes_after_the_doubt_settles_it(
        self, company: Company, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = queued(company)
        finish = Carrier._finish

        def late(carrier: Carrier) -> Any:
            reply = finish(carrier)
            Message.objects.update(lease_until=Now() - timedelta(seconds=1))
            assert reap() == {"unknown": 1}
            return reply

        monkeypatch.setattr(Carrier, "_finish", late)
        send_next(Carrier())
        assert ended(message)[:3] == ("sent", "sent", 250)
