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


@contextmanager
def scratch_database() -> Iterator[str]:
    """Lead the default connection to a fresh migrated database; drop it at the end. Yields its URL (as owner)."""
    url = os.environ.get("DATABASE_URL") or servers.postgres_url()
    name = f"arap_bench_{os.getpid()}"
    parts = urlsplit(url)
    own = urlunsplit(parts._replace(path=f"/{name}"))
    before = connection.settings_dict["NAME"]
    with closing(_admin(url)) as admin:
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
            admin.cursor().execute(f"drop database if exists {name}")


def vacuum(url: str) -> None:
    """What autovacuum does in time: statistics and visibility of the tables just filled."""
    with closing(_admin(url)) as admin:
        admin.cursor().execute("vacuum analyze")
