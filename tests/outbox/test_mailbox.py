"""The mailbox of what comes back, on a real IMAP server of each kind of line."""

import asyncio
import imaplib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from arap.core.errors import Refused
from arap.core.models import Company
from arap.outbox.actions import bouncing, read_bounces
from arap.outbox.actions.bouncing import take_report
from arap.outbox.actions.sending import drain
from arap.outbox.models import Message, SeenMail
from tests.databases import free_port
from tests.mail import MailServer, wait_until
from tests.outbox.certificates import Certificate, make_certificate, needs_openssl
from tests.outbox.letters import queued
from tests.outbox.reports import report

pytestmark = [pytest.mark.django_db, needs_openssl]

NAME, PASSWORD = "ar@acme.example", "p@ss:w/or d%"
SCHEMES = ("imap", "imap+tls", "imaps")
SERVE = "from pymap.main import main; main()"


class Wrapped:
    """Takes encrypted connections and passes them on in the open, as `imaps` wants and the small server does not."""

    def __init__(self, context: Any, to: int) -> None:
        self.port, self.to, self.context = free_port(), to, context
        self.loop = asyncio.new_event_loop()
        listening = asyncio.start_server(self._take, "127.0.0.1", self.port, ssl=context)
        self.server = self.loop.run_until_complete(listening)
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, out = await asyncio.open_connection("127.0.0.1", self.to)
        await asyncio.gather(self._pass(reader, out), self._pass(inside, writer), return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


@dataclass
class Box:
    """A mailbox: its address, and what it holds."""

    scheme: str
    port: int
    inside: Callable[[], imaplib.IMAP4]

    def url(self, *, password: str = PASSWORD, folder: str = "INBOX") -> str:
        who = f"{quote(NAME, safe='')}:{quote(password, safe='')}"
        return f"{self.scheme}://{who}@127.0.0.1:{self.port}/{quote(folder)}"

    def deliver(self, *mails: bytes) -> None:
        imap = self.inside()
        for mail in mails:
            assert imap.append("INBOX", "", "", mail)[0] == "OK"
        imap.logout()

    def unread(self) -> int:
        imap = self.inside()
        imap.select("INBOX", readonly=True)
        count = len(imap.uid("SEARCH", "UNSEEN")[1][0].split())
        imap.logout()
        return count


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "IP:127.0.0.1")


@pytest.fixture
def box(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch, ours: Certificate
) -> Iterator[Box]:
    """A mailbox on a server of this test's own, reached as the test's parameter says."""
    scheme: str = request.param
    settings.EMAIL_TIMEOUT = 5
    ours.trust(monkeypatch)
    port = free_port()
    line = ["--cert", str(ours.file), "--key", str(ours.key)] if scheme == "imap+tls" else ["--no-tls"]
    account = ["dict", "--demo-user", NAME, "--demo-password", PASSWORD]
    command = [sys.executable, "-c", SERVE, "--host", "127.0.0.1", "--port", str(port), *line, *account]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wrapped: Wrapped | None = None

    def inside() -> imaplib.IMAP4:
        imap = imaplib.IMAP4("127.0.0.1", port, timeout=5)
        if scheme == "imap+tls":
            imap.starttls()
        imap.login(NAME, PASSWORD)
        return imap

    def listens() -> bool:
        assert server.poll() is None
        try:
            inside().logout()
        except OSError:
            return False
        return True

    try:
        wait_until(listens)
        if scheme == "imaps":
            wrapped = Wrapped(ours.context(), to=port)
        yield Box(scheme, wrapped.port if wrapped else port, inside)
    finally:
        if wrapped:
            wrapped.stop()
        server.kill()
        server.wait()


@pytest.fixture
def sent(company: Company, mail_server: MailServer) -> list[Message]:
    """Two messages that a server has taken."""
    messages = [queued(company, name, to_address=f"{name}@haichen.example") for name in ("a", "b")]
    assert dict(drain().counts) == {"sent": 2}
    return messages


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("box", SCHEMES, indirect=True)
class TestImap:
    def test_reports_are_read_once_and_other_mail_stays_unread(self, box: Box, sent: list[Message]) -> None:
        hello = b"Subject: delivery-status\r\n\r\nhow are you"
        box.deliver(
            report(sent[0].message_id, address="a@haichen.example").replace(b"Dear customer", b"PDF!" * 200_000),
            hello,
            report("<somebody@else.example>"),
            report(sent[1].message_id, action="delayed", status="4.4.1"),
        )
        assert dict(read_bounces(box.url())) == {"bounced": 1, "foreign": 1}
        assert states() == ["bounced", "sent"]
        assert box.unread() == 3
        assert dict(read_bounces(box.url())) == {}
        box.deliver(report(sent[1].message_id, address="b@haichen.example"))
        assert dict(read_bounces(box.url())) == {"bounced": 1}
        assert states() == ["bounced", "bounced"]

    def test_a_reader_that_died_before_it_had_marked_a_mail(self, box: Box, sent: list[Message]) -> None:
        content = report(sent[0].message_id)
        box.deliver(content)
        assert take_report(content) == ["bounced"]
        assert dict(read_bounces(box.url())) == {"known": 1}
        assert dict(read_bounces(box.url())) == {}

    def test_own_ones_behind_many_of_others(
        self, box: Box, sent: list[Message], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bouncing, "MAILS_MAX", 2)
        box.deliver(*(report(f"<{number}@else.example>") for number in range(3)), report(sent[0].message_id))
        assert dict(read_bounces(box.url())) == {"foreign": 2}
        assert dict(read_bounces(box.url())) == {"foreign": 1, "bounced": 1}
        assert dict(read_bounces(box.url())) == {}
        assert box.unread() == 3
        (mailbox,) = set(SeenMail.objects.values_list("mailbox", flat=True))
        assert quote(PASSWORD, safe="") not in mailbox

    def test_what_does_not_let_us_in_is_said_without_the_password(self, box: Box) -> None:
        with pytest.raises(Refused, match=r"cannot be read: .*Invalid authentication") as refused:
            read_bounces(box.url(password="wrong-one"))
        assert "wrong-one" not in str(refused.value)
        with pytest.raises(Refused, match="Mailbox does not exist"):
            read_bounces(box.url(folder='No "such" one'))


@pytest.mark.parametrize("box", ["imap+tls", "imaps"], indirect=True)
def test_a_certificate_that_is_not_to_be_trusted(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    make_certificate(tmp_path, "IP:127.0.0.1").trust(monkeypatch)
    with pytest.raises(Refused, match="self"):
        read_bounces(box.url())


@pytest.mark.parametrize("box", ["imap"], indirect=True)
@pytest.mark.parametrize("scheme, words", [("imap+tls", "TLS not supported"), ("imaps", "wrong version number")])
def test_a_server_without_encryption_gets_no_password(box: Box, scheme: str, words: str) -> None:
    box.scheme = scheme
    with pytest.raises(Refused, match=f"(?i){words}"):
        read_bounces(box.url())


def test_nobody_listens(db: None, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = 1
    with pytest.raises(Refused, match="Connection refused"):
        read_bounces(f"imap://a:b@127.0.0.1:{free_port()}/INBOX")
