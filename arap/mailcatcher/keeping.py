"""Mails as files in a folder, newest first."""

import email
import email.policy
import os
import re
import time
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = re.compile(r"^\d{19}-\d{6}$")


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail under its name."""

    name: str
    mail: EmailMessage

    def header(self, name: str) -> str:
        return str(self.mail[name] or "")

    def body(self, subtype: str) -> str:
        """The text ("plain") or the formatted text ("html"); "" where there is none."""
        part = self.mail.get_body((subtype,))
        if part is None:
            return ""
        try:
            return str(part.get_content())
        except (LookupError, ValueError):
            return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")

    def attachments(self) -> list[tuple[str, bytes]]:
        """Name and content of each."""
        found = []
        for part in self.mail.iter_attachments():
            content = part.get_payload(decode=True)
            found.append((part.get_filename() or "file", content if isinstance(content, bytes) else part.as_bytes()))
        return found


class Folder:
    """The mails of one folder. A mail appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._count = 0
        path.mkdir(parents=True, exist_ok=True)

    def keep(self, content: bytes) -> None:
        self._count += 1
        name = f"{time.time_ns():019d}-{self._count % 1_000_000:06d}"
        unfinished = self.path / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self.path / f"{name}.eml")

    def names(self) -> list[str]:
        """All names, newest first."""
        return sorted((path.stem for path in self.path.glob("*.eml") if NAME.match(path.stem)), reverse=True)

    def read(self, name: str) -> Kept | None:
        """The mail called `name`; None when there is none."""
        if not NAME.match(name):
            return None
        try:
            content = (self.path / f"{name}.eml").read_bytes()
        except OSError:
            return None
        mail = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        return Kept(name, mail)

    def clear(self) -> None:
        """Throw every mail away."""
        for name in self.names():
            (self.path / f"{name}.eml").unlink(missing_ok=True)


class Keeper:
    """aiosmtpd's hook: a mail is on the disk before the sender hears that it was taken."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        content = envelope.content
        self.folder.keep(content if isinstance(content, bytes) else os.fsencode(content or ""))
        return "250 2.0.0 kept"
