"""How often a token may ask.

DRF's own throttles keep the times of all requests of the last minute in one value that they read and write back: two at
once are counted as one, and a cache that is away is a failure. Here the broker counts, in one step.
"""

import logging
import time
from functools import cache
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 0.25  # not money: nobody waits longer to be counted
WINDOW_SECONDS = 60


@cache
def _counter() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=DEADLINE_SECONDS,
        socket_connect_timeout=DEADLINE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


class TokenThrottle(BaseThrottle):
    """So many requests a minute as the token says. Sets request.limits, the headers that say what is left.

    The count is a courtesy among programs: while the broker is away, nobody is turned back.
    """

    left_seconds = WINDOW_SECONDS

    def allow_request(self, request: Any, view: Any) -> bool:
        token = request.auth
        minute, into = divmod(int(time.time()), WINDOW_SECONDS)
        self.left_seconds = WINDOW_SECONDS - into
        key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}api:{token.digest[:16]}:{minute}"
        try:
            with _counter().pipeline(transaction=False) as pipe:
                pipe.incr(key)
                pipe.expire(key, 2 * WINDOW_SECONDS)
                used = int(pipe.execute()[0])
        except redis.RedisError as error:
            logger.warning("requests are not counted: %s", type(error).__name__)
            return True
        limit = token.requests_per_minute
        request.limits = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(limit - used, 0)),
            "RateLimit-Reset": str(self.left_seconds),
        }
        return bool(used <= limit)

    def wait(self) -> float:
        return self.left_seconds
