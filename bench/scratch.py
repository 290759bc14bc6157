"""A database for one measurement: made, migrated, dropped. The book cannot be emptied: nothing is measured in yours."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.db import connection

from arap import ROOT, servers


def _admin(url: str) -> Any:
    raw = psycopg2.connect(url)
    raw.autocommit = True
    return raw


FILLED = "filled"


@contextmanager
def scratch_database(kept: str = "") -> Iterator[str]:
    """Lead the default connection to a fresh migrated database; drop it at the end. Yields its URL (as owner).

    With `kept`, a name, it stays, and is used again once `mark_filled` has said that it is whole.
    """
    url = os.environ.get("DATABASE_URL") or servers.postgres_url()
    name = f"arap_bench_{kept or os.getpid()}"
    parts = urlsplit(url)
    own = urlunsplit(parts._replace(path=f"/{name}"))
    before = connection.settings_dict["NAME"]
    with closing(_admin(url)) as admin:
        if not (kept and _remark(admin, name) == FILLED):
            admin.cursor().execute(f"drop database if exists {name}")
            admin.cursor().execute(f"create database {name}")
        try:
            environment = {
                **os.environ,
                "DATABASE_URL": own,
                "REDIS_URL": servers.valkey_url(),
                "ARAP_ENV": "dev",
                "ARAP_PROCESS": "owner",
            }
            subprocess.run(
                [sys.executable, str(ROOT / "manage.py"), "migrate", "--no-input", "--verbosity=0"],
                env=environment,
                check=True,
            )
            connection.close()
            connection.settings_dict["NAME"] = name
            yield own
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
            # Not by force: that asks for the right to end an autovacuum worker, which the server ends by itself here.
            if not kept:
                admin.cursor().execute(f"drop database if exists {name}")


def _remark(admin: Any, name: str) -> str | None:
    cursor = admin.cursor()
    cursor.execute("select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [name])
    found = cursor.fetchone()
    return found[0] if found else None


def is_filled(url: str) -> bool:
    """Whether an earlier measurement has filled this database to the end."""
    with closing(_admin(url)) as admin:
        return _remark(admin, urlsplit(url).path.removeprefix("/")) == FILLED


def mark_filled(url: str) -> None:
    """Say that the database is whole and may be used again."""
    with closing(_admin(url)) as admin:
        admin.cursor().execute(f"comment on database {urlsplit(url).path.removeprefix('/')} is '{FILLED}'")


def vacuum(url: str) -> None:
    """What autovacuum does in time: statistics and visibility of the tables just filled."""
    with closing(_admin(url)) as admin:
        admin.cursor().execute("vacuum analyze")
