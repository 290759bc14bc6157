"""Messages that come back: what reports say, and what becomes of the message, its address, and of hostile mails."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arap.celery import app, schedule_of_settings
from arap.core.errors import Refused
from arap.core.models import AuditEntry, Company, User
from arap.outbox.actions import bouncing, read_bounces, send_again
from arap.outbox.actions.bouncing import take_report
from arap.outbox.actions.sending import drain
from arap.outbox.models import Attempt, Message, SeenMail, Suppression
from arap.outbox.reports import Failure, failures
from arap.outbox.rules import is_gone
from arap.outbox.tasks import read_bounces as read_task
from tests.mail import MailServer
from tests.outbox.letters import due_now, queued
from tests.outbox.reports import BLOCK, report


class TestWhatAReportSays:
    @pytest.mark.parametrize("quoted", ["message/rfc822", "text/rfc822-headers", "text/rfc822-headers; charset=utf-8"])
    def test_whose_message_to_whom_and_why(self, quoted: str) -> None:
        assert failures(report("<a@acme.example>", quoted=quoted)) == [
            Failure(
                "<a@acme.example>",
                ("ap@haichen.example", "ap@haichen.example"),
                "5.1.1",
                "550 5.1.1 <ap@haichen.example>: no such user",
                written_to="ap@haichen.example",
            )
        ]

    def test_an_answer_that_quotes_nothing_is_known_by_what_it_answers(self) -> None:
        content = report("", quoted="text/plain", head="In-Reply-To: <b@acme.example>\n")
        assert [each.message_id for each in failures(content)] == ["<b@acme.example>"]
        assert failures(report("", quoted="text/plain")) == []

    @pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
    def test_what_is_not_given_up_is_no_failure(self, action: str) -> None:
        assert failures(report("<a@acme.example>", action=action, status="4.4.1")) == []

    def test_several_recipients(self) -> None:
        blocks = [
            BLOCK.format(address="one@x.example", action="failed", status="5.2.2", diagnostic="smtp; 552 full"),
            BLOCK.format(address="two@x.example", action="delayed", status="4.2.2", diagnostic="smtp; 452 full"),
            BLOCK.format(address="three@x.example", action="Failed", status="5.1.1 (bad)", diagnostic="x-unix; 1"),
        ]
        found = failures(report("<a@acme.example>", block="\n\n".join(blocks)))
        assert [(each.addresses[0], each.status) for each in found] == [
            ("one@x.example", "5.2.2"),
            ("three@x.example", "5.1.1"),
        ]

    @pytest.mark.parametrize(
        "status, diagnostic, gone",
        [
            ("5.1.1", "550 whatever", True),
            ("5.1.10", "", True),
            ("5.2.1", "", True),
            ("5.0.0", "550 5.1.1 no such user", True),
            ("5.0.0", "554 refused", False),
            ("5.2.2", "552 5.2.2 full", False),
            ("5.7.1", "550 5.7.1 spam, and no 5.1.1", False),
            ("4.4.7", "expired after 5 days", False),
            ("", "550 5.1.1", False),
        ],
    )
    def test_which_address_is_no_good(self, status: str, diagnostic: str, gone: bool) -> None:
        assert is_gone(status, diagnostic) is gone


def hostile() -> dict[str, bytes]:
    """Mails that somebody made to hurt."""
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000))
    plain = EmailMessage()
    plain["Subject"] = "delivery-status"
    plain["Message-ID"] = "<a@acme.example>"
    plain.set_content("Action: failed\nStatus: 5.1.1\n")
    good = report("<a@acme.example>")
    return {
        "nothing": b"",
        "zeros": b"\0" * 5000,
        "no report": plain.as_bytes(),
        "nested": nested,
        "no boundary": b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\nx",
        "bad boundary": b'Content-Type: multipart/report; boundary="' + b"x" * 100_000 + b'"\r\n\r\n',
        "cut": good[: good.index(b"Action")],
        "a reply": good.replace(b"multipart/report", b"multipart/mixed"),
        "headers of bytes": b"\xff\xfe: \x80\r\nContent-Type: multipart/report; boundary=\xff\r\n\r\n--\xff\r\n",
        "bad charset": report("<a@acme.example>").replace(b"us-ascii", b"x-none")[:400],
    }


@pytest.mark.parametrize("content", hostile().values(), ids=hostile())
def test_a_hostile_mail_is_no_report(content: bytes) -> None:
    assert failures(content) == []


def test_what_a_report_says_is_one_short_line_of_printable_text() -> None:
    bad = "smtp; 550 5.1.1 \x1b[2J\x07<script>alert(1)</script> \u202e" + "x" * 10_000
    (found,) = failures(report("<a@acme.example>", diagnostic=bad))
    assert found.diagnostic.startswith("550 5.1.1 [2J <script>alert(1)</script> ")
    assert len(found.diagnostic) <= 400
    assert found.diagnostic.isprintable()


def test_a_report_about_thousands_ends() -> None:
    block = BLOCK.format(address="a@x.example", action="failed", status="5.1.1", diagnostic="x")
    assert len(failures(report("<a@acme.example>", block="\n\n".join([block] * 5000)))) <= 101


@pytest.fixture
def sent(company: Company, mail_server: MailServer) -> Message:
    """A message that a server has taken."""
    message = queued(company, to_address="Ap@Haichen.example")
    drain()
    message.refresh_from_db()
    assert message.state == "sent"
    return message


@pytest.mark.django_db
class TestWhatBecomesOfTheMessage:
    def test_it_came_back_and_the_address_is_no_good(self, company: Company, sent: Message) -> None:
        content = report(sent.message_id)
        assert take_report(content) == ["bounced"]
        sent.refresh_from_db()
        assert (sent.state, sent.sent_at) == ("bounced", None)
        assert sent.last_error == "5.1.1 550 5.1.1 <ap@haichen.example>: no such user"
        row = Suppression.objects.get()
        assert (row.address, row.reason, row.message_id) == ("ap@haichen.example", sent.last_error, sent.pk)
        entry = AuditEntry.objects.get(verb="message.bounce")
        assert (entry.company, entry.actor, entry.object_id) == (company, None, str(sent.pk))
        assert entry.before == {"state": "sent"}
        assert entry.after is not None
        assert (entry.after["state"], entry.after["said"], entry.after["suppressed"]) == (
            "bounced", sent.last_error, True,
        )  # fmt: skip
        later = queued(company, "b")
        drain()
        later.refresh_from_db()
        assert later.state == "failed", "nothing is sent there any more"

    @pytest.mark.parametrize(
        "facts",
        [
            {"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 mailbox full"},
            {"status": "4.4.7", "diagnostic": "smtp; delivery time expired"},
            {"status": "5.7.1", "diagnostic": "smtp; 550 5.7.1 looks like spam"},
            {"address": "somebody@else.example"},
        ],
        ids=["full", "expired", "spam", "passed on to another address"],
    )
    def test_it_came_back_but_the_address_may_be_good(self, sent: Message, facts: dict[str, str]) -> None:
        assert take_report(report(sent.message_id, **facts)) == ["bounced"]
        sent.refresh_from_db()
        assert sent.state == "bounced"
        assert not Suppression.objects.exists()

    def test_a_doubt_is_settled_by_what_comes_back(self, company: Company, mail_server: MailServer) -> None:
        message = queued(company)
        mail_server.bad_day(message.to_address, "data", "drop")
        drain()
        assert take_report(report(message.message_id)) == ["bounced"]

    def test_the_same_mail_counts_once_whatever_became_of_the_message_since(
        self, clerk: User, sent: Message, mail_server: MailServer
    ) -> None:
        content = report(sent.message_id, status="5.2.2", diagnostic="smtp; 552 full")
        assert take_report(content) == ["bounced"]
        assert take_report(content) == ["known"]
        sent.refresh_from_db()
        send_again(sent, by=clerk)
        due_now()
        drain()
        assert take_report(content) == ["known"], "it is about the first time"
        sent.refresh_from_db()
        assert sent.state == "sent"
        assert AuditEntry.objects.filter(verb="message.bounce").count() == 1
        assert take_report(report(sent.message_id, status="5.2.2", diagnostic="smtp; 552 again")) == ["bounced"]

    @pytest.fixture
    def corrected(self, clerk: User, sent: Message, mail_server: MailServer) -> Message:
        """It came back from the old address, and has left again to a corrected one."""
        assert take_report(report(sent.message_id)) == ["bounced"]
        sent.refresh_from_db()
        send_again(sent, by=clerk, to_address="right@haichen.example")
        drain()
        sent.refresh_from_db()
        assert sent.state == "sent"
        assert list(sent.tries.values_list("to_address", flat=True)) == [
            "Ap@Haichen.example", "right@haichen.example",
        ]  # fmt: skip
        return sent

    def test_a_late_report_about_the_address_before_it_was_corrected(self, corrected: Message) -> None:
        assert take_report(report(corrected.message_id, head="X-Second: 1\n")) == ["known"]
        passed_on = BLOCK.format(address="x@else.example", action="failed", status="5.0.0", diagnostic="x")
        assert take_report(report(corrected.message_id, block=passed_on)) == ["known"], "it quotes what went there"
        corrected.refresh_from_db()
        assert corrected.state == "sent"

    def test_a_report_about_the_corrected_address(self, corrected: Message) -> None:
        assert take_report(report(corrected.message_id, address="right@haichen.example")) == ["bounced"]
        assert set(Suppression.objects.values_list("address", flat=True)) == {
            "ap@haichen.example", "right@haichen.example",
        }  # fmt: skip

    def test_the_date_of_what_it_quotes_says_which_try_it_was(
        self, clerk: User, sent: Message, mail_server: MailServer
    ) -> None:
        def dated(at: datetime, sign: str) -> bytes:
            content = report(sent.message_id, status="5.2.2", diagnostic="smtp; 552 full", head=f"X-Sign: {sign}\n")
            return content.replace(b"Subject: Statement", b"Date: " + format_datetime(at).encode())

        assert take_report(dated(sent.tries.get().started_at, "first")) == ["bounced"]
        sent.refresh_from_db()
        send_again(sent, by=clerk)
        drain()
        first, last = sent.tries.all()
        Attempt.objects.filter(pk=first.pk).update(started_at=first.started_at - timedelta(hours=1))
        first.refresh_from_db()
        assert take_report(dated(first.started_at, "late")) == ["known"]
        assert take_report(dated(last.started_at, "again")) == ["bounced"]

    @pytest.mark.parametrize("state", ["pending", "failed", "cancelled"])
    def test_what_was_not_sent_cannot_come_back(self, company: Company, state: str) -> None:
        message = queued(company)
        Message.objects.filter(pk=message.pk).update(state=state)
        assert take_report(report(message.message_id)) == ["known"]
        message.refresh_from_db()
        assert message.state == state

    def test_without_a_word_it_says_so(self, sent: Message) -> None:
        take_report(report(sent.message_id, block="Final-Recipient: rfc822; x@y.example\nAction: failed"))
        sent.refresh_from_db()
        assert sent.last_error == "The mail server that took it gave it up, and did not say why."

    def test_of_other_people(self, sent: Message) -> None:
        assert take_report(report("<somebody@else.example>")) == ["foreign"]
        assert take_report(b"Subject: hello\r\n\r\nhow are you") == []


def test_beat_reads_a_mailbox_where_one_is_named_and_only_there(settings: Any) -> None:
    assert schedule_of_settings() == {}
    settings.BOUNCES_URL = "imaps://ar:word@mail.example.com/INBOX"
    ((_name, entry),) = schedule_of_settings().items()
    assert entry["task"] in app.tasks


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


def with_attachments(content: bytes) -> bytes:
    """The report with a long tail: what came back had files."""
    return content.replace(b"Dear customer", b"Dear customer\r\n" + b"JVBERi0xLjcK" * 100_000)


@pytest.mark.django_db
class TestMaildir:
    def test_reports_are_read_once_and_other_mail_stays_unread(self, sent: Message, maildir: Path) -> None:
        (maildir / "new" / "1774947600.M1.host").write_bytes(with_attachments(report(sent.message_id)))
        (maildir / "cur" / "1774947601.M2.host:2,F").write_bytes(report("<somebody@else.example>"))
        (maildir / "cur" / "1774947602.M3.host:2,RS").write_bytes(report(sent.message_id, status="5.1.2"))
        (maildir / "new" / "1774947603.M4.host").write_bytes(b"Subject: hello\r\n\r\nhow are you")
        for content in hostile().values():
            (maildir / "new" / f"1774947604.H{len(content)}.host").write_bytes(content)
        before = {path.name: path.read_bytes() for path in maildir.rglob("1*")}
        assert dict(read_bounces(f"maildir://{maildir}")) == {"bounced": 1, "foreign": 1}
        assert (maildir / "cur" / "1774947600.M1.host:2,S").read_bytes() == before["1774947600.M1.host"]
        assert (maildir / "new" / "1774947603.M4.host").exists()
        assert (maildir / "cur" / "1774947601.M2.host:2,F").exists()
        assert dict(read_bounces(f"maildir://{maildir}")) == {}

    def test_hundreds_of_others_do_not_hide_one_of_ours(
        self, sent: Message, maildir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bouncing, "MAILS_MAX", 20)
        monkeypatch.setattr(bouncing, "CHUNK", 7)
        for number in range(50):
            (maildir / "new" / f"17749476{number:02}.F.host").write_bytes(report(f"<{number}@else.example>"))
        (maildir / "new" / "1774947699.M1.host").write_bytes(report(sent.message_id))
        rounds = [dict(read_bounces(f"maildir://{maildir}")) for _round in range(4)]
        assert rounds == [{"foreign": 20}, {"foreign": 20}, {"foreign": 10, "bounced": 1}, {}]
        assert len(list((maildir / "new").iterdir())) == 50, "nothing of others is touched"

    def test_what_is_remembered_follows_the_mail(self, sent: Message, maildir: Path) -> None:
        path = maildir / "new" / "1774947600.F.host"
        path.write_bytes(report("<somebody@else.example>"))
        assert dict(read_bounces(f"maildir://{maildir}")) == {"foreign": 1}
        path = path.rename(maildir / "cur" / "1774947600.F.host:2,F")
        assert dict(read_bounces(f"maildir://{maildir}")) == {}, "another folder and flag, the same mail"
        path.rename(maildir / "cur" / "1774947600.F.host:2,FS")
        assert dict(read_bounces(f"maildir://{maildir}")) == {}
        assert not SeenMail.objects.exists(), "somebody has read it"

    def test_a_reader_that_dies_begins_again_with_what_it_had_not_noted(
        self, sent: Message, maildir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bouncing, "CHUNK", 2)
        for number in range(3):
            (maildir / "new" / f"17749476{number:02}.F.host").write_bytes(report(f"<{number}@else.example>"))
        (maildir / "new" / "1774947699.M1.host").write_bytes(report(sent.message_id))
        with monkeypatch.context() as patch:
            patch.setattr(bouncing, "_bounce", self.dies_at("<2@else.example>"))
            with pytest.raises(ZeroDivisionError):
                read_bounces(f"maildir://{maildir}")
        assert dict(read_bounces(f"maildir://{maildir}")) == {"foreign": 1, "bounced": 1}

    @staticmethod
    def dies_at(wanted: str) -> Any:
        bounce = bouncing._bounce

        def dying(message_id: str, *rest: Any) -> str:
            return bounce(message_id, *rest) if message_id != wanted else str(1 / 0)

        return dying

    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(Refused, match="is no maildir"):
            read_bounces(f"maildir://{tmp_path}")

    def test_the_command_and_the_task(self, sent: Message, maildir: Path, settings: Any, capsys: Any) -> None:
        (maildir / "new" / "1774947600.M1.host").write_bytes(report(sent.message_id))
        assert read_task() == {}, "without a mailbox the task has nothing to do"
        with pytest.raises(CommandError, match="BOUNCES_URL is not set"):
            call_command("read_bounces")
        settings.BOUNCES_URL = f"maildir://{maildir}"
        call_command("read_bounces", format="json")
        assert capsys.readouterr().out == '{"bounced": 1, "known": 0, "foreign": 0}\n'
        call_command("read_bounces")
        assert capsys.readouterr().out == "came back 0, known before 0, of other senders 0\n"
        assert read_task() == {}
