"""Handing mail over by SMTP so that it is known how far it came.

Until the mark that ends a message has gone out, the other side cannot have taken it: whatever happens, it may be tried
again. From then on only the server's answer tells; without one nobody knows (RFC 1047).
"""

import email
import email.policy
import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMail
from django.core.mail import get_connection
from django.core.mail.utils import DNS_NAME
from django.utils.translation import gettext as _

from arap.outbox.rules import Fate, Stage, Verdict, judge

logger = logging.getLogger(__name__)

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
END = b".\r\n"
# RFC 5321 4.5.2: a dot at the beginning of a line is doubled.
DOT = re.compile(rb"(?m)^\.")
SERVICE_CLOSING = 421


@dataclass(frozen=True, slots=True)
class Reply:
    """How a hand-over ended. `code` is None where the server said nothing; `is_away`: it was not even reached."""

    verdict: Verdict
    code: int | None
    text: str
    is_away: bool = False


class _Refusal(Exception):
    """The server said no, or fell silent, before anything was handed over."""

    def __init__(self, stage: Stage, code: int | None, text: str) -> None:
        super().__init__(text)
        self.stage, self.code, self.text = stage, code, text


class LeaseLost(Exception):
    """Raised by `before_end` when this worker must not hand the message over any more."""


class Carrier:
    """Carries many messages over one connection, which is opened when first needed and again when it was lost."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._is_fresh = True

    def carry(self, content: bytes, *, sender: str, recipient: str, before_end: Callable[[], None]) -> Reply:
        """Hand one message over. `before_end` is called when all is transferred but the mark that ends it."""
        if settings.EMAIL_BACKEND != SMTP_BACKEND:
            return _by_backend(content, sender, recipient, before_end)
        try:
            self._offer(content, sender, recipient)
        except _Refusal as refusal:
            verdict = judge(refusal.stage, refusal.code or 0, refusal.text)
            self._after_refusal(refusal)
            is_away = refusal.stage is Stage.CONNECTION or refusal.code == SERVICE_CLOSING
            return Reply(verdict, refusal.code, refusal.text, is_away=is_away)
        try:
            before_end()
        except BaseException:
            self.drop()  # the server waits for an end that does not come, and forgets the message
            raise
        return self._finish()

    def _finish(self) -> Reply:
        """Send the mark, and hear the answer. Whatever goes wrong from here on is a doubt, not a failure."""
        assert self._smtp is not None
        try:
            if self._smtp.sock:
                self._smtp.sock.settimeout(settings.EMAIL_REPLY_TIMEOUT)
            self._smtp.send(END)
            code, answer = self._smtp.getreply()
            if self._smtp.sock:
                self._smtp.sock.settimeout(settings.EMAIL_TIMEOUT)
        except Exception as error:
            logger.warning("no answer after the hand-over", exc_info=True)
            self.drop()
            return Reply(Verdict(Fate.UNKNOWN), None, _words(error))
        self._is_fresh = False
        text = _text(answer)
        if 200 <= code < 300:
            return Reply(Verdict(Fate.SENT), code, text)
        if not 400 <= code < 600:  # no sense in it, so no word about the message either
            self.drop()
            return Reply(Verdict(Fate.UNKNOWN), None, text)
        if code == SERVICE_CLOSING:
            self.drop()
        return Reply(judge(Stage.CONTENT, code, text), code, text, is_away=code == SERVICE_CLOSING)

    def _offer(self, content: bytes, sender: str, recipient: str) -> None:
        """Everything up to the mark. A connection that was used before may have been closed: then once more, anew."""
        while True:
            smtp = self._connection()
            try:
                self._say(Stage.SENDER, smtp.mail, sender)
            except _Refusal as refusal:
                if self._is_fresh or refusal.code not in (None, SERVICE_CLOSING):
                    raise
                self.drop()
                continue
            break
        self._say(Stage.RECIPIENT, smtp.rcpt, recipient)
        self._say(Stage.CONTENT, smtp.docmd, "DATA", wanted=354)
        try:
            smtp.send(DOT.sub(b"..", content))
            if not content.endswith(b"\r\n"):
                smtp.send(b"\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise _Refusal(Stage.CONTENT, None, _words(error)) from error

    def _say(self, stage: Stage, command: Callable[..., Any], *words: str, wanted: int = 250) -> None:
        try:
            code, text = command(*words)
        except (OSError, smtplib.SMTPException) as error:
            raise _Refusal(stage, None, _words(error)) from error
        if code != wanted and not (stage is Stage.RECIPIENT and code == 251):
            raise _Refusal(stage, code, _text(text))

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        self._is_fresh = True
        try:
            self._smtp = _connect()
        except UnicodeEncodeError as error:
            said = _("Name or password in EMAIL_URL are not ASCII, and with others nobody can sign in.")
            raise _Refusal(Stage.CONNECTION, None, said) from error
        except smtplib.SMTPAuthenticationError as error:
            said = _("The mail server does not take our name and password: %(reply)s")
            said = said % {"reply": _text(error.smtp_error)}
            raise _Refusal(Stage.CONNECTION, error.smtp_code, said) from error
        except smtplib.SMTPResponseException as error:
            raise _Refusal(Stage.CONNECTION, error.smtp_code, _text(error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise _Refusal(Stage.CONNECTION, None, _words(error)) from error
        return self._smtp

    def _after_refusal(self, refusal: _Refusal) -> None:
        """Keep the connection for the next message where the server still listens."""
        if self._smtp is None or refusal.code in (None, SERVICE_CLOSING):
            self.drop()
            return
        self._is_fresh = False
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.drop()

    def drop(self) -> None:
        """Close the connection without a word."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def close(self) -> None:
        """Say goodbye and close."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
            self.drop()


def _connect() -> smtplib.SMTP:
    """A greeted connection, encrypted and signed in as the settings say."""
    host, port, own_name, timeout = settings.EMAIL_HOST, settings.EMAIL_PORT, str(DNS_NAME), settings.EMAIL_TIMEOUT
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        smtp = smtplib.SMTP_SSL(host, port, own_name, timeout=timeout, context=context)
    else:
        smtp = smtplib.SMTP(host, port, own_name, timeout=timeout)
    try:
        if settings.EMAIL_USE_TLS:
            smtp.starttls(context=context)
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


class _Written(DjangoMail):
    """Lets Django's backends for trials (files, console) write the very bytes that SMTP would carry."""

    def __init__(self, content: bytes, sender: str, recipient: str) -> None:
        super().__init__(from_email=sender, to=[recipient])
        self.content = content

    def message(self, *args: Any, **options: Any) -> Any:
        return email.message_from_bytes(self.content, policy=email.policy.SMTP)


def _by_backend(content: bytes, sender: str, recipient: str, before_end: Callable[[], None]) -> Reply:
    before_end()
    try:
        get_connection().send_messages([_Written(content, sender, recipient)])
    except OSError as error:
        # A folder that cannot be written holds nothing: this is no doubt.
        return Reply(Verdict(Fate.DEFERRED), None, f"{type(error).__name__}: {error}", is_away=True)
    return Reply(Verdict(Fate.SENT), None, "")


def _text(text: bytes | str) -> str:
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(plain.split())


def _words(error: BaseException) -> str:
    """What went wrong on the way, for people. smtplib tells a silence as a closed connection."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("The mail server did not answer in time.")
    if isinstance(error, ssl.SSLCertVerificationError):
        sentence = _("The mail server’s certificate cannot be trusted: %(reason)s.")
        return sentence % {"reason": error.verify_message}
    if isinstance(error, ssl.SSLError):
        return _("No encrypted connection to the mail server: %(reason)s.") % {"reason": error.reason or error}
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _("The mail server does not offer what EMAIL_URL asks for: %(reason)s") % {"reason": _text(str(error))}
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return _("The mail server closed the connection.")
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return _("The mail server cannot be reached: %(reason)s.") % {"reason": error.strerror or error}
    return f"{type(error).__name__}: {_text(str(error))}"
