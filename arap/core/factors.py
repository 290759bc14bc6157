"""Whether a second factor is there, and of whom it is asked."""

from collections.abc import Iterable, Mapping

from django_otp.plugins.otp_totp.models import TOTPDevice

from arap.core.models import Company, RecoveryCode, Role, User


def has_factor(user: User) -> bool:
    """Whether `user` signs in with a second factor."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def with_factor(users: Iterable[int]) -> set[int]:
    """Those of the users (ids) who sign in with a second factor."""
    return set(TOTPDevice.objects.filter(user__in=users, confirmed=True).values_list("user_id", flat=True))


def codes_left(user: User) -> int:
    """How many recovery codes are still good."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def is_required(user: User, held: Mapping[Company, frozenset[Role]]) -> bool:
    """Whether one of the companies asks it of a role that `user` holds there.

    A superuser reaches everything in the admin, so for them it is enough that some company asks it of administrators.
    One query, and only for a superuser.
    """
    if any(not roles.isdisjoint(company.second_factor_roles) for company, roles in held.items()):
        return True
    asking = Company.objects.filter(is_active=True, second_factor_roles__contains=[Role.ADMINISTRATOR])
    return user.is_superuser and asking.exists()
