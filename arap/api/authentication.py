"""Who is at the door: the token, and what it may do now."""

import logging
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from arap.api.actions.tokens import digest_of
from arap.api.models import ApiToken
from arap.core import logs
from arap.core.models import User
from arap.core.permissions import roles_of, verbs_of

logger = logging.getLogger(__name__)

SCHEME = "bearer"
ALWAYS = "session.use"  # what every token may do: ask what it is
NOTED_EVERY_SECONDS = 60


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer arap_…`. Sets request.user, request.auth (the token) and request.verbs."""

    def authenticate(self, request: Any) -> tuple[User, ApiToken]:
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME or not secret.strip().isascii():
            raise AuthenticationFailed(_("Send your token: Authorization: Bearer arap_…"), "unauthenticated")
        found = ApiToken.objects.select_related("user", "company").filter(digest=digest_of(secret.strip()))
        token, now = found.first(), timezone.now()
        if token is None or not token.is_live(now):
            raise AuthenticationFailed(_("This token is unknown, has expired or was taken back."), "unauthenticated")
        logs.bind(user=token.user_id, company=token.company.code, token=token.pk)
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() > NOTED_EVERY_SECONDS:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        request.verbs = verbs_of(roles_of(token.user, token.company)) & {*token.scopes, ALWAYS}
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="arap"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema tells of it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": SCHEME}
