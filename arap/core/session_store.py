"""Sessions in a table of our own, in Django's documented way of extending its store: each row knows its person, where
they sit and when they were last seen, so that they can look at the list and end what is not theirs.

A session ends by idleness (SESSION_IDLE_MINUTES) and at the latest SESSION_HOURS after signing in, whatever happens.
Both ends stand in `expire_date`, which Django asks with each request.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

# Being seen is written down this often; a row for each click would cost more than it tells.
SEEN_EVERY = timedelta(minutes=1)
AGENT_LENGTH_MAX = 300


class SessionStore(DatabaseStore):
    """Django's database store; the row behind the session is kept beside its data."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.began_at: datetime | None = None
        self.seen_at: datetime | None = None
        self.address = ""
        self.agent = ""

    @classmethod
    def get_model_class(cls) -> Any:
        from arap.core.models import Session  # the settings name this module before the models are there

        return Session

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None:
            self.began_at, self.seen_at = row.began_at, row.seen_at
            self.address, self.agent = row.address, row.agent
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        now = timezone.now()
        self.began_at, self.seen_at = self.began_at or now, now
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.began_at, row.seen_at, row.expire_date = self.began_at, now, ends_at(self.began_at, now)
        row.address, row.agent = self.address, self.agent
        return row

    def begin(self, *, address: str, agent: str) -> None:
        """Somebody has just signed in: the clock of the longest session starts, here and with this program."""
        self.began_at = None
        self._place(address, agent)
        self.modified = True

    def touch(self, *, address: str, agent: str) -> None:
        """Somebody is here. Written once a minute, and at once from another address; one query then, else none."""
        now = timezone.now()
        if self.began_at is None or self.seen_at is None or self.session_key is None:
            return
        if now - self.seen_at < SEEN_EVERY and self.address in ("", address):
            return
        self.seen_at = now
        self._place(address, agent)
        self.get_model_class().objects.filter(session_key=self.session_key).update(
            seen_at=now, expire_date=ends_at(self.began_at, now), address=self.address, agent=self.agent
        )

    def _place(self, address: str, agent: str) -> None:
        self.address, self.agent = address, agent.replace("\x00", "")[:AGENT_LENGTH_MAX]


def ends_at(began_at: datetime, seen_at: datetime) -> datetime:
    """When a session is over that began then and was last used then."""
    longest = began_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return min(longest, seen_at + timedelta(minutes=settings.SESSION_IDLE_MINUTES))


def handle(session_key: str) -> str:
    """A name for a session that a page may show: the key itself opens it and never leaves the cookie."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:24]
