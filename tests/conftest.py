"""Real PostgreSQL and real Valkey for every test, on a private server of the tests' own.

The schema is built once, as a template that later runs reuse until a migration changes. Each worker works on a clone
of it. `db` rolls back as usual. A test that must commit asks for `committed_db`: a fresh clone for itself alone, as
the book refuses TRUNCATE and so cannot be flushed. All tests act as the role that does not own the tables.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# Before anything reads the settings: nothing configured outside may lead the tests to somebody's real data.
for name in ("DATABASE_URL", "DATABASE_URL_FILE", "REDIS_URL", "REDIS_URL_FILE", "EMAIL_URL", "ARAP_ENV", "DEBUG"):
    os.environ.pop(name, None)
# A worker of xdist inherits this environment: the folder must not be appended twice.
var = Path(os.environ.get("ARAP_VAR") or ROOT / "var").absolute()
os.environ["ARAP_VAR"] = str(var if "PYTEST_XDIST_WORKER" in os.environ else var / "test")
os.environ["ARAP_SERVERS_FSYNC"] = "off"
# Made once, for the tests and for trying out.
os.environ.setdefault("ARAP_FONTS", str(var / "fonts"))
os.environ["ARAP_PROCESS"] = "command"
os.environ["DJANGO_SETTINGS_MODULE"] = "arap.settings"

import django  # noqa: E402 - the environment comes first
import hypothesis  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from arap import servers  # noqa: E402
from arap.servers import postgres  # noqa: E402
from tests import databases  # noqa: E402
from tests.databases import Database  # noqa: E402

django.setup()
settings.PASSWORD_HASHERS = ["tests.passwords.QuickArgon2", *settings.PASSWORD_HASHERS]

# How long an example takes says how busy the machine is, and nothing about the rule.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")

pytest_plugins = ["tests.people", "tests.browser", "tests.mail", "tests.skips"]


def pytest_configure(config: pytest.Config) -> None:
    import arap.celery  # noqa: F401 - so that tasks belong to our application
    from arap.core.locale_files import compile_catalogues

    if not hasattr(config, "workerinput"):
        compile_catalogues()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        marker = item.get_closest_marker("django_db")
        names = set(getattr(item, "fixturenames", ()))
        if (marker and marker.kwargs.get("transaction")) or names & {"transactional_db", "live_server"}:
            raise pytest.UsageError(
                f"{item.nodeid}: the book cannot be flushed; ask for `committed_db` or `live_address`."
            )


@pytest.fixture(scope="session")
def private_servers() -> Iterator[None]:
    """The tests' own PostgreSQL and Valkey, running until the last worker has ended."""
    servers.use()
    databases.sweep()
    yield
    servers.leave()


@pytest.fixture(scope="session")
def template(private_servers: None) -> str:
    """The name of the migrated database from which all others are cloned."""
    return databases.template()


@pytest.fixture(scope="session")
def django_db_setup(template: str, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's: the default connection leads to this worker's clone."""
    with databases.clone(template, f"arap_test_{os.getpid()}") as database:
        connection.settings_dict["NAME"] = database.name
        yield
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture
def committed_db(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[Database]:
    """A fresh database for this test alone, in which it commits, from as many threads or processes as it likes."""
    before = connection.settings_dict["NAME"]
    with databases.clone(template, f"arap_test_{os.getpid()}_own") as database, django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = database.name
        try:
            yield database
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before


def _raw(user: str) -> Any:
    name = str(connection.settings_dict["NAME"])
    return postgres.connect(servers.var_folder(), user=user, database=name)


@pytest.fixture
def owner_connection(committed_db: Database) -> Iterator[Any]:
    """A bare psycopg2 connection (autocommit) to the test's own database as the owner of the tables."""
    raw = _raw(postgres.OWNER)
    yield raw
    raw.close()


@pytest.fixture
def superuser_connection(committed_db: Database) -> Iterator[Any]:
    """A bare psycopg2 connection (autocommit) to the test's own database as a superuser, whom no rule stops."""
    raw = _raw(postgres.SUPERUSER)
    yield raw
    raw.close()


@pytest.fixture
def own_servers(tmp_path: Path, template: str) -> Iterator[databases.OwnServers]:
    """A durable server that a test may kill, with a migrated database of its own."""
    with databases.own_servers(tmp_path, template) as own:
        yield own


@pytest.fixture(scope="session")
def web_server(django_db_setup: None) -> Iterator[str]:
    """One web server for all tests of a worker; each request opens the database that is the default one by then."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def live_address(committed_db: Database, web_server: str, settings: Any) -> str:
    """The address of a running web server on `committed_db`, for the browser."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    return web_server
