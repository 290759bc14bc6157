"""Roles in companies, and the user who stands behind automatic work."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from arap.core import audit
from arap.core.actions.sessions import end_sessions
from arap.core.models import Company, Membership, Role, User
from arap.core.queries import PASSWORD_CHOSEN

SYSTEM_USERNAME = "system"


@transaction.atomic
def grant_role(company: Company, user: User, role: Role, *, by: User | None) -> Membership:
    """Give `user` a role in `company`; nothing happens when they hold it already."""
    membership, is_new = Membership.objects.get_or_create(company=company, user=user, role=role)
    if is_new:
        after = {"user": user.username, "role": role}
        audit.record(by=by, verb="role.grant", obj=membership, after=after)
    return membership


@transaction.atomic
def revoke_role(company: Company, user: User, role: Role, *, by: User | None) -> None:
    """Take a role away; nothing happens when they do not hold it."""
    held = Membership.objects.select_for_update().filter(company=company, user=user, role=role)
    if membership := held.first():
        before = {"user": user.username, "role": role}
        audit.record(by=by, verb="role.revoke", obj=membership, before=before)
        membership.delete()


@transaction.atomic
def choose_password(user: User, password: str, *, session_key: str | None) -> None:
    """Store another password for `user`, who chose it in the session `session_key`. Their other sessions end."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=user, verb=PASSWORD_CHOSEN, obj=user)
    end_sessions(user, by=user, but=session_key)


def system_user() -> User:
    """The actor of commands and nightly work. It can never sign in and approves nothing."""
    user, _is_new = User.objects.get_or_create(
        username=SYSTEM_USERNAME,
        defaults={"full_name": "System", "is_active": False, "password": make_password(None)},
    )
    return user
