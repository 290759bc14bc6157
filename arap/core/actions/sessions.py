"""Signing in, and ending sessions: noted, as everything that somebody does."""

from collections.abc import Collection

from django.db import transaction

from arap.core import audit
from arap.core.devices import device_name
from arap.core.models import Session, User

SIGNED_IN, SESSIONS_ENDED = "person.sign_in", "person.end_sessions"


@transaction.atomic
def note_sign_in(user: User, *, address: str, agent: str, factor: str = "") -> None:
    """Somebody is in. `factor`: the second one, where it was asked for: "code" or "recovery"."""
    after = {"address": address, "device": device_name(agent), **({"factor": factor} if factor else {})}
    audit.record(by=user, verb=SIGNED_IN, obj=user, after=after)


@transaction.atomic
def end_sessions(user: User, *, by: User | None, only: Collection[str] | None = None, but: str | None = None) -> int:
    """End the sessions of `user`: those with the keys `only`, else all; never the one with the key `but`.

    Gives their number; nothing is noted where there is none.
    """
    rows = Session.objects.filter(user=user)
    if only is not None:
        rows = rows.filter(session_key__in=only)
    if but is not None:
        rows = rows.exclude(session_key=but)
    count, _by_model = rows.delete()
    if count:
        audit.record(by=by, verb=SESSIONS_ENDED, obj=user, after={"count": count})
    return count
