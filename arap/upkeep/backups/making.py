"""Making a backup: one dump, and the totals of the very moment that it holds."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection
from django.utils.translation import gettext as _

from arap import __version__
from arap.core.errors import DomainError, Refused
from arap.upkeep.backups import files, programs, totals
from arap.upkeep.models import Backup

FACTS = """
select current_setting('server_version'), pg_database_size(d.oid), d.datcollate, d.datctype, session_user,
       (select count(*) from django_migrations)
  from pg_database d where d.datname = current_database()
"""
# This session waits while the dump runs and must not be ended for it. It acts as the owner, as the dump does.
SESSION = "-c idle_in_transaction_session_timeout=0 -c statement_timeout=0 -c timezone=UTC"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is there: where, how large in bytes, and which older ones went for it."""

    dump: Path
    size: int
    sha256: str
    forgotten: list[Path]


def back_up(folder: Path, *, at: datetime, keep_days: int | None = None) -> Made:
    """Write the whole database to a file in `folder` and note in the database that it was done, or why not.

    The totals are counted in the snapshot that is dumped, so they are its own whatever is posted meanwhile. Backups
    older than `keep_days` go only after the new one is there.

    Raises: Refused backup_folder, no_room, dump_failed, no_program, backup_exists.
    """
    started = time.monotonic()
    try:
        made = _write(folder, at, keep_days)
    except DomainError as error:
        _note(at, started, message=str(error))
        raise
    _note(at, started, file_name=made.dump.name, byte_count=made.size, sha256=made.sha256)
    return made


def _note(at: datetime, started: float, **facts: Any) -> None:
    milliseconds = int((time.monotonic() - started) * 1000)
    Backup.objects.create(made_at=at, milliseconds=milliseconds, **facts)


def _write(folder: Path, at: datetime, keep_days: int | None) -> Made:
    dump = folder / files.name_at(at)
    partial = dump.with_name(f".{dump.name}.{os.getpid()}.partial")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made for us alone before anything stands in it.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if dump.exists():
            raise Refused("backup_exists", _("There is a backup of this second already."))
        with snapshot() as (cursor, name):
            manifest = _manifest(cursor, at)
            _dump(partial, name, server_major=int(manifest.server.partition(".")[0]))
        digest = files.keep(partial, dump, manifest)
        size = dump.stat().st_size
        forgotten = files.forget_before(folder, at, days=keep_days) if keep_days else []
    except OSError as error:
        raise Refused(
            "backup_folder",
            _("Nothing can be written in %(folder)s: %(reason)s.") % {"folder": folder, "reason": error.strerror},
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return Made(dump, size, digest, forgotten)


@contextmanager
def snapshot() -> Iterator[tuple[Any, str]]:
    """A transaction that sees one moment, and the name by which another session sees the same."""
    session = psycopg2.connect(**{**connection.get_connection_params(), "options": SESSION})
    try:
        session.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with session.cursor() as cursor:
            cursor.execute("select pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]
    finally:
        session.close()


def _manifest(cursor: Any, at: datetime) -> files.Manifest:
    cursor.execute(FACTS)
    server, size, collate, ctype, owner, migrations = cursor.fetchone()
    companies, tables = totals.count(cursor)
    return files.Manifest(
        made_at=at.isoformat(),
        version=__version__,
        server=server,
        database_bytes=size,
        collate=collate,
        ctype=ctype,
        owner=owner,
        migrations=migrations,
        companies=companies,
        tables=tables,
    )


def _dump(partial: Path, snapshot_name: str, *, server_major: int) -> None:
    program = programs.find("pg_dump", server_major=server_major)
    database = str(connection.settings_dict["NAME"])
    arguments = ["--format=custom", f"--snapshot={snapshot_name}", f"--file={partial}", "--no-password"]
    said = programs.run(program, arguments, database=database)
    if programs.NO_ROOM in said:
        raise Refused("no_room", _("There is no room left in %(folder)s.") % {"folder": partial.parent})
    if said:
        raise Refused("dump_failed", _("The backup failed: %(reason)s") % {"reason": said})
