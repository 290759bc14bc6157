"""Giving out tokens and taking them back."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.api.models import ApiToken
from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.core.permissions import check, roles_of, verbs_of

MARK = "arap_"
PREFIX_LENGTH = len(MARK) + 6
SECRET_BYTES = 32
DAYS_MAX = 366


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is given out. `secret` is shown once and kept nowhere."""

    token: ApiToken
    secret: str


@transaction.atomic
def issue_token(
    company: Company, user: User, *, name: str, scopes: Collection[str], days: int, at: datetime
) -> NewToken:
    """Give `user` a token for `company` that lives `days` days from `at` and may do `scopes`, verbs of the table.

    Raises Forbidden without the verb token.use, Invalid (facts: field) for an empty name, for no or unknown scopes or
    such as the person's roles do not allow, and for a life of less than a day or more than a year.
    """
    check(user, "token.use", company)
    if not name.strip() or len(name) > 100 or "\x00" in name:
        raise Invalid("invalid_token", _("Give the token a name of at most 100 characters."), field="name")
    if not scopes or not set(scopes) <= verbs_of(roles_of(user, company)):
        raise Invalid("invalid_token", _("Choose what the token may do, within what your role allows."), field="scopes")
    if not 1 <= days <= DAYS_MAX:
        raise Invalid("invalid_token", _("A token lives from one day to a year."), field="days")
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        company=company,
        user=user,
        name=name.strip(),
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=at + timedelta(days=days),
    )
    after = {"user": user.username, "name": token.name, "scopes": token.scopes, "expires_at": token.expires_at}
    audit.record(by=user, verb="token.issue", obj=token, after=after)
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> None:
    """Take the token back: from now on it lets nobody in. Raises Refused("revoked_already")."""
    changed = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now())
    if not changed:
        raise Refused("revoked_already", _("This token was taken back already."))
    audit.record(by=by, verb="token.revoke", obj=token, after={"name": token.name, "prefix": token.prefix})


def digest_of(secret: str) -> str:
    """What is kept of a token. A plain digest will do: 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
