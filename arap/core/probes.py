"""Two questions of machines: does this process live, and is it ready to serve?

`/healthz` touches nothing, so that a database that is away for a minute does not get healthy processes restarted.
`/readyz` asks everything that is needed. Both are answered before any other middleware: a container that asks itself
knows neither the public host name nor https. They say nothing that a stranger may not know.
"""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from arap.core.permissions import public

logger = logging.getLogger(__name__)

BROKER_DEADLINE_SECONDS = 0.5  # not money: to connect, and again to answer

# This process's code never changes, and the schema only moves on: once migrated for us, always migrated.
_seen_migrated: set[str] = set()


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return JsonResponse({"alive": True})


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything is there, else 503 with the names of what is missing; why is in the log."""
    absent = missing()
    return JsonResponse({"ready": not absent, "missing": absent}, status=503 if absent else 200)


def missing() -> list[str]:
    """What this process needs and does not have: database, migrations, broker, static."""
    found = []
    if not _holds("database", database_answers):
        found.append("database")
    elif not _holds("migrations", is_migrated):
        found.append("migrations")
    if not _holds("broker", broker_answers):
        found.append("broker")
    if not _holds("static", static_is_collected):
        found.append("static")
    return found


def _holds(name: str, question: Callable[[], bool]) -> bool:
    try:
        return question()
    except (DatabaseError, redis.RedisError, OSError) as error:
        logger.warning("not ready: %s: %s", name, type(error).__name__)
        return False


def database_answers() -> bool:
    """Raises DatabaseError when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return bool(cursor.fetchone() == (1,))


def is_migrated() -> bool:
    """Every migration of this code has been applied. A newer schema is fine: that is an upgrade under way."""
    name = str(connection.settings_dict["NAME"])
    if name not in _seen_migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _seen_migrated.add(name)
    return True


def broker_answers() -> bool:
    """Raises RedisError when it does not within the deadline."""
    limits = {"socket_timeout": BROKER_DEADLINE_SECONDS, "socket_connect_timeout": BROKER_DEADLINE_SECONDS}
    with redis.Redis.from_url(settings.REDIS_URL, retry=Retry(NoBackoff(), 0), **limits) as broker:
        return bool(broker.ping())


def static_is_collected() -> bool:
    """True where files are found without having been collected, else when the manifest names them."""
    return settings.DEV or bool(getattr(staticfiles_storage, "hashed_files", {}))


PROBES = {"/healthz": healthz, "/readyz": readyz}


def answer_probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, the first of all."""

    def answer(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else get_response(request)

    return answer
