"""The second factor: a code from somebody's telephone (TOTP, RFC 6238), or a recovery code in its place.

django-otp keeps the secret, refuses a code that was used before, and makes each wrong one cost twice the time of the
one before. Everything else is here: what counts at signing in, what is noted, and whose sessions end.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from arap.core import audit, recovery
from arap.core.actions.sessions import end_sessions
from arap.core.errors import Refused
from arap.core.models import RecoveryCode, User

DEVICE_NAME = "app"
SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a code: `factor` says which one it was, "code" or "recovery", and is empty for a wrong one.

    `wait_until`: no code was looked at, because too many before it were wrong.
    """

    factor: str = ""
    wait_until: datetime | None = None


@transaction.atomic
def prepare_factor(user: User) -> TOTPDevice:
    """The secret that `user` is about to take over; the same one until they have. It does not count yet."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return waiting or TOTPDevice.objects.create(user=user, name=DEVICE_NAME, confirmed=False)


@transaction.atomic
def set_factor(user: User, typed: str, *, session_key: str | None) -> tuple[Verdict, list[str]]:
    """Take the prepared secret into use, when `typed` is its code. Other sessions of `user` end.

    Gives the verdict and, for a right code, ten recovery codes that nobody will ever see again.
    Raises Refused where there is a second factor already.
    """
    devices = TOTPDevice.objects.select_for_update().filter(user=user)
    if any(device.confirmed for device in devices):
        raise Refused("factor_set", _("The second factor is set up already."))
    device = next(iter(devices), None)
    if device is None:
        raise Refused("factor_not_prepared", _("Open the page again: its secret has gone."))
    verdict = _judge(device, typed)
    if not verdict.factor:
        return verdict, []
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    audit.record(by=user, verb="factor.set", obj=user)
    end_sessions(user, by=user, but=session_key)
    return verdict, _fresh_codes(user)


@transaction.atomic
def check_factor(user: User, typed: str) -> Verdict:
    """Judge what somebody typed who has given the password of `user`: the code of the telephone, or a recovery code."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None:
        return Verdict()
    if SIX_DIGITS.fullmatch(re.sub(r"\s", "", typed)):
        return _judge(device, typed)
    is_allowed, why = device.verify_is_allowed()
    if not is_allowed:
        return Verdict(wait_until=why["locked_until"])
    left = _use_recovery_code(user, typed)
    if left is None:
        device.throttle_increment()
        return Verdict()
    device.throttle_reset()
    audit.record(by=user, verb="factor.recover", obj=user, after={"left": left})
    return Verdict(factor="recovery")


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Ten other recovery codes; those before are void. Raises Refused where there is no second factor."""
    if not TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        raise Refused("no_factor", _("There is no second factor to recover."))
    audit.record(by=user, verb="factor.renew_codes", obj=user)
    return _fresh_codes(user)


@transaction.atomic
def remove_factor(user: User, *, by: User) -> bool:
    """Forget the second factor of `user` and its recovery codes; by somebody else, it also ends all their sessions.

    False: there was none.
    """
    count, _by_model = TOTPDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if not count:
        return False
    audit.record(by=by, verb="factor.remove" if by == user else "factor.reset", obj=user)
    if by != user:
        end_sessions(user, by=by)
    return True


def _judge(device: TOTPDevice, typed: str) -> Verdict:
    is_allowed, why = device.verify_is_allowed()
    if not is_allowed:
        return Verdict(wait_until=why["locked_until"])
    code = re.sub(r"\s", "", typed)
    # django-otp would take other spellings of numbers too.
    if not SIX_DIGITS.fullmatch(code):
        device.throttle_increment()
        return Verdict()
    return Verdict(factor="code" if device.verify_token(code) else "")


def _fresh_codes(user: User) -> list[str]:
    codes, salt = recovery.new_codes(), recovery.new_salt()
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, salt=salt, digest=recovery.digest(code, salt)) for code in codes
    )
    return codes


def _use_recovery_code(user: User, typed: str) -> int | None:
    """How many codes are left after this one; None when it is none of them, or was used."""
    unused = RecoveryCode.objects.filter(user=user, used_at__isnull=True)
    salt = unused.values_list("salt", flat=True).first()
    if salt is None:
        return None
    found = unused.filter(digest=recovery.digest(typed[:64], bytes(salt)))
    return unused.count() if found.update(used_at=Now()) else None
