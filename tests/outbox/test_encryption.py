"""STARTTLS, TLS from the first byte and signing in, against a real server with a certificate made here."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import AuthResult

from arap.core.models import Company
from arap.outbox.actions.sending import drain
from arap.outbox.models import Message, Suppression
from arap.settings import email as email_settings
from tests.databases import free_port
from tests.mail import MailServer
from tests.outbox.certificates import Certificate, make_certificate, needs_openssl
from tests.outbox.letters import due_now, queued

pytestmark = [pytest.mark.django_db, needs_openssl, pytest.mark.filterwarnings("ignore:Requiring AUTH")]

NAME, PASSWORD = "ar@acme.example", "p@ss:w/or d%"
SCHEMES = ("smtp+tls", "smtps")
Ended = tuple[str, str, int | None, str]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Of the server that all these tests talk to."""
    return make_certificate(tmp_path_factory.mktemp("certificate"), "IP:127.0.0.1")


@dataclass
class Door:
    """aiosmtpd's hook for signing in: whoever knows the password may; keeps who tried."""

    tried: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        login, password = data.login.decode(), data.password.decode()
        self.tried.append((login, password))
        return AuthResult(success=(login, password) == (NAME, PASSWORD), handled=False)


@dataclass
class Talk:
    """A server, its door, and Django's settings, which an EMAIL_URL leads to it."""

    server: MailServer
    door: Door
    settings: Any

    def lead(self, scheme: str, *, password: str = PASSWORD) -> None:
        url = f"{scheme}://{quote(NAME, safe='')}:{quote(password, safe='')}@127.0.0.1:{self.server.port}"
        for name, value in email_settings(url).items():
            setattr(self.settings, name, value)


@pytest.fixture
def talk(settings: Any, monkeypatch: pytest.MonkeyPatch, ours: Certificate) -> Iterator[Callable[..., Talk]]:
    """Start a server that wants a name and a password over an encrypted line, as `scheme` has it."""
    settings.EMAIL_TIMEOUT = settings.EMAIL_REPLY_TIMEOUT = 2
    settings.DEFAULT_FROM_EMAIL = "Receivables <ar@acme.example>"
    ours.trust(monkeypatch)
    running: list[MailServer] = []

    def start(scheme: str, *, certificate: Certificate = ours) -> Talk:
        door = Door()
        lines: dict[str, dict[str, Any]] = {
            "smtps": {"ssl_context": certificate.context(), "auth_require_tls": False},
            "smtp+tls": {"tls_context": certificate.context(), "require_starttls": True},
            "smtp": {"auth_require_tls": False},
        }
        server = MailServer(authenticator=door, auth_required=True, **lines[scheme])
        running.append(server)
        made = Talk(server, door, settings)
        made.lead(scheme)
        return made

    yield start
    for server in running:
        server.stop()


def ended(message: Message) -> Ended:
    """State of the message; outcome, code and text of its last try."""
    message.refresh_from_db()
    last = message.tries.get(number=message.attempts)
    assert last.detail == message.last_error or message.state == Message.State.SENT
    return message.state, last.outcome, last.smtp_code, last.detail


@pytest.mark.parametrize("scheme", SCHEMES)
class TestOverAnEncryptedLine:
    def test_signed_in_and_sent(self, company: Company, talk: Callable[..., Talk], scheme: str) -> None:
        here = talk(scheme)
        messages = [queued(company, str(n)) for n in range(3)]
        assert dict(drain().counts) == {"sent": 3}
        assert here.door.tried == [(NAME, PASSWORD)], "once for the whole connection"
        assert set(here.server.ids()) == {each.message_id for each in messages}

    @pytest.mark.parametrize(
        "stage, reply, expected, is_gone",
        [
            ("rcpt", "550 5.1.1 no such user", ("bounced", "bounced", 550, "5.1.1 no such user"), True),
            ("rcpt", "554 5.7.1 relay denied", ("failed", "failed", 554, "5.7.1 relay denied"), False),
            ("rcpt", "450 4.2.0 greylisted", ("pending", "deferred", 450, "4.2.0 greylisted"), False),
            ("data", "451 4.3.0 later", ("pending", "deferred", 451, "4.3.0 later"), False),
            ("data", "drop", ("unknown", "unknown", None, "The mail server closed the connection."), False),
            ("data", "hang", ("unknown", "unknown", None, "The mail server did not answer in time."), False),
        ],
    )
    def test_a_bad_day(
        self, company: Company, talk: Callable[..., Talk], scheme: str, stage: str, reply: str, expected: Ended,
        is_gone: bool,
    ) -> None:  # fmt: skip
        here = talk(scheme)
        message, other = queued(company, "a"), queued(company, "b", to_address="other@haichen.example")
        here.server.bad_day(message.to_address, stage, reply)
        drain()
        assert ended(message) == expected
        assert ended(other)[0] == "sent"
        assert Suppression.objects.filter(address=message.to_address).exists() == is_gone
        due_now()
        drain()
        assert ended(message)[0] == ("sent" if expected[0] == "pending" else expected[0])

    def test_a_wrong_password(self, company: Company, talk: Callable[..., Talk], scheme: str) -> None:
        here = talk(scheme)
        here.lead(scheme, password="wrong")
        message, other = queued(company, "a"), queued(company, "b")
        assert dict(drain().counts) == {"deferred": 1}
        state, outcome, code, said = ended(message)
        assert (state, outcome, code) == ("pending", "deferred", 535)
        assert said.startswith("The mail server does not take our name and password: 5.7.8")
        assert "wrong" not in said
        other.refresh_from_db()
        assert other.attempts == 0, "it keeps its tries"
        here.lead(scheme)
        due_now()
        assert dict(drain().counts) == {"sent": 2}

    def test_a_password_that_smtp_cannot_carry(self, company: Company, talk: Callable[..., Talk], scheme: str) -> None:
        here = talk(scheme)
        here.lead(scheme, password="Schlüssel")
        message, other = queued(company, "a"), queued(company, "b")
        assert dict(drain().counts) == {"deferred": 1}
        said = "Name or password in EMAIL_URL are not ASCII, and with others nobody can sign in."
        assert ended(message) == ("pending", "deferred", None, said)
        other.refresh_from_db()
        assert other.attempts == 0

    @pytest.mark.parametrize("name, reason", [("IP:127.0.0.1", "self"), ("DNS:mail.example", "IP address mismatch")])
    def test_a_certificate_that_is_not_to_be_trusted(
        self, company: Company, talk: Callable[..., Talk], scheme: str, monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path, name: str, reason: str,
    ) -> None:  # fmt: skip
        """One that nobody vouches for, and a good one of another server."""
        other = make_certificate(tmp_path, name)
        if name.startswith("DNS"):
            other.trust(monkeypatch)
        here = talk(scheme, certificate=other)
        message = queued(company)
        assert dict(drain().counts) == {"deferred": 1}
        state, outcome, code, said = ended(message)
        assert (state, outcome, code) == ("pending", "deferred", None)
        assert said.startswith("The mail server’s certificate cannot be trusted: ")
        assert reason in said
        assert here.door.tried == [], "the password stayed here"
        assert message.tries.get().handed_over_at is None


def test_a_server_without_encryption_gets_no_password(company: Company, talk: Callable[..., Talk]) -> None:
    here = talk("smtp")
    here.lead("smtp+tls")
    message = queued(company)
    drain()
    said = "The mail server does not offer what EMAIL_URL asks for: STARTTLS extension not supported by server."
    assert ended(message) == ("pending", "deferred", None, said)
    assert here.door.tried == []


def test_an_encrypted_hello_to_one_who_speaks_plainly(company: Company, talk: Callable[..., Talk]) -> None:
    here = talk("smtp")
    here.lead("smtps")
    message = queued(company)
    drain()
    assert ended(message)[3].startswith("No encrypted connection to the mail server: ")
    assert here.door.tried == []


def test_closing_is_noticed_before_anything_was_handed_over(company: Company, settings: Any) -> None:
    """A server that hangs up in the middle of the greeting."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    with closing(socket.create_server(("127.0.0.1", settings.EMAIL_PORT))) as listening:
        hanging_up = threading.Thread(target=lambda: listening.accept()[0].close())
        hanging_up.start()
        message = queued(company)
        drain()
        hanging_up.join()
    assert ended(message) == ("pending", "deferred", None, "The mail server closed the connection.")
