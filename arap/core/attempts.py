"""Wrong passwords: after five for one person from one address, a pause of fifteen minutes.

django-axes counts them, in the database, so that all processes count together and a restart forgets nothing. It stands
before Django's own check of passwords (AUTHENTICATION_BACKENDS), so that no door can leave it out. Here is only what
people are told. The address is what `access.client_address` says.
"""

from datetime import datetime, timedelta

from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest

from arap.core import audit
from arap.core.access import client_address
from arap.core.models import User

LEAST_PAUSE = timedelta(minutes=1)


def is_paused(request: HttpRequest) -> bool:
    """Whether the password that was just judged met a pause, or began one."""
    return bool(getattr(request, "axes_locked_out", False))


def tries_left(request: HttpRequest, username: str) -> int:
    """How many more wrong passwords are borne, after one that was wrong."""
    failures: int = getattr(request, "axes_failures_since_start", 0)
    return max(int(get_failure_limit(request, {"username": username})) - failures, 0)


def pause_ends_at(request: HttpRequest, username: str, *, at: datetime) -> datetime:
    """When the next password of `username` from this address is judged again; a minute from `at` at least."""
    rows = AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
    last: datetime | None = rows.aggregate(last=Max("attempt_time"))["last"]
    pause: timedelta | None = get_cool_off(request)
    assert pause is not None, "the settings name a pause"
    return max((last or at) + pause, at + LEAST_PAUSE)


def minutes_until(end: datetime, *, at: datetime) -> int:
    """Whole minutes from `at` to `end`, rounded up: who comes back then does not come too early."""
    return max(-((at - end) // timedelta(minutes=1)), 1)


@transaction.atomic
def note_pause(request: HttpRequest, username: str) -> None:
    """Note in the audit log that a pause began, when it is the password just judged that began it."""
    failures = getattr(request, "axes_failures_since_start", 0)
    user = User.objects.filter(username=username).first()
    if user is not None and failures == get_failure_limit(request, {"username": username}):
        audit.record(by=None, verb="person.pause", obj=user, after={"address": client_address(request)})


def end_pause(user: User, *, by: User) -> bool:
    """Forget the wrong passwords of `user`, from every address, so that they may try at once. False: there were none.

    Call it in a transaction.
    """
    count: int = reset(username=user.get_username())
    if count:
        audit.record(by=by, verb="person.end_pause", obj=user)
    return count > 0
