"""Who is at the door: the token, what it may do now, and how often."""

import logging
import time
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from arap.api.actions.tokens import digest_of
from arap.api.errors import ApiError
from arap.api.models import ApiToken
from arap.core import logs
from arap.core.errors import Forbidden
from arap.core.models import User
from arap.core.permissions import roles_of, verbs_of

logger = logging.getLogger(__name__)

SCHEME = "bearer"
ALWAYS = "session.use"  # what every token may do: ask what it is
NOTED_EVERY_SECONDS = 60
BROKER_DEADLINE_SECONDS = 0.25  # not money: nobody waits longer to be counted


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer arap_…`. Sets request.user, request.auth (the token) and request.verbs."""

    def authenticate(self, request: Any) -> tuple[User, ApiToken]:
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME or not secret.strip().isascii():
            raise AuthenticationFailed(_("Send your token: Authorization: Bearer arap_…"))
        found = ApiToken.objects.select_related("user", "company").filter(digest=digest_of(secret.strip()))
        token, now = found.first(), timezone.now()
        if token is None or not token.is_live(now):
            raise AuthenticationFailed(_("This token is unknown, has expired or was taken back."))
        logs.bind(user=token.user_id, company=token.company.code, token=token.pk)
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() > NOTED_EVERY_SECONDS:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        request.verbs = verbs_of(roles_of(token.user, token.company)) & {*token.scopes, ALWAYS}
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="arap"'


class MayDoIt(BasePermission):
    """The operation's verb must be among the token's scopes and allowed by the person's roles."""

    def has_permission(self, request: Any, view: Any) -> bool:
        operation = view.operation
        if operation is not None and operation.verb not in request.verbs:
            raise Forbidden("forbidden", _("This token may not do that, or your role does not allow it."))
        return True


@cache
def _counter() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=BROKER_DEADLINE_SECONDS,
        socket_connect_timeout=BROKER_DEADLINE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def count_request(token: ApiToken) -> dict[str, str]:
    """Count one request of this minute; returns the headers that say what is left. Raises ApiError 429.

    The count is a courtesy among programs and lives beside the broker: while that is away, nobody is turned back.
    """
    now = time.time()
    minute, into = divmod(int(now), 60)
    key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}api:{token.digest[:16]}:{minute}"
    try:
        with _counter().pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, 120)
            used = int(pipe.execute()[0])
    except redis.RedisError as error:
        logger.warning("requests are not counted: %s", type(error).__name__)
        return {}
    limit = token.requests_per_minute
    headers = {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(max(limit - used, 0))}
    headers["RateLimit-Reset"] = str(60 - into)
    if used > limit:
        told = _("Too many requests: this token may send %(limit)s a minute.") % {"limit": limit}
        raise ApiError(429, "too_many_requests", told, headers={**headers, "Retry-After": str(60 - into)})
    return headers
