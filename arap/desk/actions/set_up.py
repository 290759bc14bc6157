"""Setting a company up: founding it, its letterhead, its people."""

import secrets
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.actions import create_company, grant_role, open_periods
from arap.core.actions.sessions import end_sessions
from arap.core.errors import Forbidden, Invalid, Refused
from arap.core.models import Company, Membership, Role, User
from arap.core.queries import INVITED, keeps_first_password
from arap.ledger.chart import ensure_chart

LETTERHEAD = (
    "name", "name_local", "tax_id", "address", "address_local", "phone", "email", "website", "language", "logo",
)  # fmt: skip
FOUNDER_ROLES = (Role.ADMINISTRATOR, Role.CONTROLLER)
# Without letters and digits that look alike; sixteen of them are more than 90 bits.
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PASSWORD_GROUPS = 4


@transaction.atomic
def found_company(*, by: User, year: int, **fields: Any) -> Company:
    """A company with its accounts and the open months of `year` and the year before, for a superuser.

    The founder becomes its administrator and controller, and works in it from now on.
    Raises Forbidden, and what create_company raises.
    """
    if not by.is_superuser:
        raise Forbidden("forbidden", _("Your role does not allow this."))
    company = create_company(by=by, **fields)
    for each in (year - 1, year):
        open_periods(company, each, by=by)
    ensure_chart(company)
    for role in FOUNDER_ROLES:
        grant_role(company, by, role, by=by)
    by.last_company = company
    by.save(update_fields=["last_company"])
    return company


@transaction.atomic
def set_letterhead(company: Company, *, by: User, **changes: Any) -> Company:
    """Change what is printed on top of the company's papers (fields in LETTERHEAD). Papers that left keep theirs."""
    assert set(changes) <= set(LETTERHEAD), f"not of the letterhead: {set(changes) - set(LETTERHEAD)}"
    locked = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    before = audit.snapshot(locked, changes)
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(changes))
    old, new = audit.difference(_readable(before), _readable(audit.snapshot(locked, changes)))
    if new:
        audit.record(by=by, verb="company.letterhead", obj=locked, before=old, after=new)
    return locked


def _readable(values: dict[str, Any]) -> dict[str, Any]:
    """For the audit log a picture is its size in bytes."""
    if "logo" not in values:
        return values
    return {**values, "logo": len(values["logo"]) if values["logo"] else None}


@transaction.atomic
def invite(
    company: Company, *, username: str, full_name: str, email: str, language: str, role: Role, by: User
) -> tuple[User, str]:
    """Give somebody a role in the company, and an account with a password of chance if they have none.

    Returns the user and that password, "" for a user that existed: theirs stays as it is. The password is stored
    nowhere; who signs in with it first is asked to choose another.
    Raises Invalid (facts: field).
    """
    user = User.objects.filter(username=username).first()
    password = ""
    if user is None:
        password = new_password()
        fields = {"username": username, "full_name": full_name, "email": email, "language": language}
        _check(User(**fields))
        user = User.objects.create(**fields, password=make_password(password), last_company=company)
        after = {"username": username, "full_name": full_name, "email": email}
        audit.record(by=by, verb=INVITED, obj=user, after=after, company=company)
    elif not user.is_active:
        raise Invalid("inactive", _("This user is not active any more."), field="username")
    grant_role(company, user, role, by=by)
    return user, password


@transaction.atomic
def renew_first_password(company: Company, user: User, *, by: User) -> str:
    """Another first password for somebody who was invited and has not chosen one yet; the one before is void.

    Raises Refused for who has chosen one, and for who works for another company too.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    works_here = Membership.objects.filter(user=locked, company=company).exists()
    elsewhere = Membership.objects.filter(user=locked, company__practice_for=None).exclude(company=company)
    works_elsewhere = elsewhere.exists()
    if not works_here or works_elsewhere or locked.is_superuser or not keeps_first_password(locked):
        raise Refused("password_chosen", _("This person has a password of their own, which only they can change."))
    password = new_password()
    locked.set_password(password)
    locked.save(update_fields=["password"])
    audit.record(by=by, verb=INVITED, obj=locked, after={"username": locked.username}, company=company)
    end_sessions(locked, by=by)
    return password


def _check(user: User) -> None:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_user", messages[0], field=field) from error


def new_password() -> str:
    """A password of chance in four groups of four, easy to read out."""
    groups = ("".join(secrets.choice(LETTERS) for _sign in range(4)) for _group in range(PASSWORD_GROUPS))
    return "-".join(groups)
