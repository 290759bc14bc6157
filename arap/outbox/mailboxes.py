"""The mailbox of the sender's address: by IMAP, or a maildir of this machine.

Only unread mails that may be delivery reports are fetched, and only those that were about our messages are marked as
read: people may read the same mailbox, and nothing of theirs is touched. What was looked at and stays unread is known
by its name, which is for the reader to remember.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from arap.core.errors import Refused
from arap.outbox.reports import BYTES_READ

PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}
# The sign of a maildir's file that was read: `name:2,` and letters in order.
FLAGS = re.compile(r":2,([A-Za-z]*)$")


class Mailbox(Protocol):
    """What a mailbox can do."""

    def unread(self) -> list[str]:
        """The names of unread mails that may be delivery reports, oldest first. No other mail ever has the same."""

    def read(self, name: str) -> bytes | None:
        """The first BYTES_READ of a mail; None where somebody took it away meanwhile."""

    def mark_read(self, name: str) -> None:
        """The mail is not to be given again."""


def named(url: str) -> str:
    """What a mailbox is remembered by: its address without the password."""
    parts = urlsplit(url)
    if parts.scheme == "maildir":
        return url
    port = parts.port or PORTS[parts.scheme]
    return f"{parts.scheme}://{parts.username or ''}@{parts.hostname or ''}:{port}/{parts.path.strip('/') or 'INBOX'}"


@contextmanager
def opened(url: str) -> Iterator[Mailbox]:
    """The mailbox at `imaps://user:word@host:993/INBOX`, `imap+tls://`, `imap://` or `maildir:///folder`.

    Raises Refused("mailbox").
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == "maildir":
            yield Maildir(Path(unquote(parts.path)))
            return
        imap = _connect(parts)
        try:
            yield ImapFolder(imap, unquote(parts.path.strip("/")) or "INBOX")
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                imap.logout()
    except imaplib.IMAP4.error as error:
        raise _refusal(_said(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise _refusal(error.verify_message) from error
    except OSError as error:
        raise _refusal(error.strerror or str(error)) from error


def _refusal(reason: str) -> Refused:
    return Refused("mailbox", _("The mailbox of BOUNCES_URL cannot be read: %(reason)s") % {"reason": reason})


def _said(error: Exception) -> str:
    """The server's words, which imaplib passes on as bytes."""
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def _connect(parts: SplitResult) -> imaplib.IMAP4:
    """A connection that is signed in, encrypted where the address says so."""
    host, port, wait = parts.hostname or "", parts.port or PORTS[parts.scheme], settings.EMAIL_TIMEOUT
    context = ssl.create_default_context()
    if parts.scheme == "imaps":
        imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=wait)
    else:
        imap = imaplib.IMAP4(host, port, timeout=wait)
    try:
        if parts.scheme == "imap+tls":
            imap.starttls(ssl_context=context)
        imap.login(unquote(parts.username or ""), unquote(parts.password or ""))
    except BaseException:
        with suppress(OSError):  # the talk about encryption may have taken the socket with it
            imap.shutdown()
        raise
    return imap


class ImapFolder:
    """A folder of an IMAP server (RFC 3501). A mail's UID stays when others come and go, while UIDVALIDITY does."""

    def __init__(self, imap: imaplib.IMAP4, name: str) -> None:
        self._imap = imap
        quoted = name.replace("\\", r"\\").replace('"', r"\"")
        self._ask(imap.select(f'"{quoted}"'))
        (validity,) = imap.response("UIDVALIDITY")[1][:1] or [None]
        self._validity = validity.decode("ascii") if isinstance(validity, bytes) else ""

    def unread(self) -> list[str]:
        (found, *_rest) = self._ask(self._imap.uid("SEARCH", "UNSEEN", "HEADER", "Content-Type", "delivery-status"))
        uids = found.split() if isinstance(found, bytes) else []
        return [f"{self._validity}/{uid.decode('ascii')}" for uid in sorted(uids, key=int)]

    def read(self, name: str) -> bytes | None:
        # PEEK: a mail that is looked at stays unread.
        answer = self._ask(self._imap.uid("FETCH", self._uid(name), f"(BODY.PEEK[]<0.{BYTES_READ}>)"))
        return next((part[1] for part in answer if isinstance(part, tuple)), None)

    def mark_read(self, name: str) -> None:
        self._ask(self._imap.uid("STORE", self._uid(name), "+FLAGS.SILENT", r"(\Seen)"))

    @staticmethod
    def _uid(name: str) -> str:
        return name.rpartition("/")[2]

    def _ask(self, answer: tuple[str, list[Any]]) -> list[Any]:
        word, data = answer
        if word != "OK":
            raise imaplib.IMAP4.error(data[0] if data else word)
        return data


class Maildir:
    """A folder of files, one a mail: new ones in `new`, those that somebody has seen in `cur`.

    A file keeps its name when it moves between them, but for the flags at its end.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[str, Path] = {}
        for name in ("new", "cur"):
            if not (folder / name).is_dir():
                raise FileNotFoundError(2, f"{folder} is no maildir")

    def unread(self) -> list[str]:
        paths = [path for name in ("new", "cur") for path in (self._folder / name).iterdir() if path.is_file()]
        # A name begins with the second in which the mail arrived.
        unread = sorted((path for path in paths if "S" not in self._flags(path)), key=lambda path: path.name)
        self._paths = {self._name(path): path for path in unread}
        return list(self._paths)

    def read(self, name: str) -> bytes | None:
        try:
            with self._paths[name].open("rb") as file:
                return file.read(BYTES_READ)
        except FileNotFoundError:
            return None

    def mark_read(self, name: str) -> None:
        path = self._paths[name]
        flags = "".join(sorted({*self._flags(path), "S"}))
        with suppress(FileNotFoundError):  # somebody moved it: it is theirs
            path.rename(self._folder / "cur" / f"{FLAGS.sub('', path.name)}:2,{flags}")

    @staticmethod
    def _name(path: Path) -> str:
        """Whatever bytes the file's name is made of, in ASCII."""
        return FLAGS.sub("", path.name).encode("ascii", "backslashreplace").decode("ascii")

    @staticmethod
    def _flags(path: Path) -> str:
        found = FLAGS.search(path.name)
        return found[1] if found else ""
