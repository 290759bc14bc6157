"""Making a backup: one dump, and the totals of the very moment that it holds."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from django.db import DatabaseError, connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from arap import __version__
from arap.core.errors import DomainError, Refused
from arap.core.logs import error_text
from arap.upkeep.backups import files, programs, totals
from arap.upkeep.models import Backup

FACTS = """
select current_setting('server_version'), pg_database_size(d.oid), d.datcollate, d.datctype, session_user,
       (select count(*) from django_migrations)
  from pg_database d where d.datname = current_database()
"""
# This session waits while the dump runs and must not be ended for it. It acts as the owner, as the dump does.
SESSION = "-c idle_in_transaction_session_timeout=0 -c statement_timeout=0 -c timezone=UTC"
# Held in the database while a backup is made, and gone with the process that makes it, however it ends.
LOCK = 0xBAC0
IS_RUNNING = """
select exists (select from pg_locks
                where locktype = 'advisory' and classid = 0 and objid = %s and objsubid = 1 and granted
                  and database = (select oid from pg_database where datname = current_database()))
"""


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
    older than `keep_days` go only after the new one is there. The note is begun before the dump, so that of a run that
    is killed something is left too; what such a run left in the folder goes at the next.

    Raises: Refused backup_running, backup_folder, no_permission, no_room, dump_failed, no_program, backup_exists.
    """
    started = time.monotonic()
    with _alone() as session:
        Backup.objects.unfinished().update(message=_("It was killed before it had ended."))
        with snapshot(session) as (cursor, name):
            run = Backup.objects.create(made_at=at)
            try:
                made = _write(folder, at, keep_days, cursor, name)
            except BaseException as error:
                with suppress(DatabaseError):
                    _note(run, started, message=_why(error))
                raise
    _note(run, started, file_name=made.dump.name, byte_count=made.size, sha256=made.sha256)
    return made


def is_running() -> bool:
    """Whether some process makes a backup of this database right now."""
    with connection.cursor() as cursor:
        cursor.execute(IS_RUNNING, [LOCK])
        return bool(cursor.fetchone()[0])


def _note(run: Backup, started: float, **facts: Any) -> None:
    milliseconds = int((time.monotonic() - started) * 1000)
    Backup.objects.filter(pk=run.pk).update(milliseconds=milliseconds, **facts)


def _why(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return str(error)
    if isinstance(error, Exception):
        return _("The backup failed: %(reason)s") % {"reason": f"{type(error).__name__}: {error_text(error)}"}
    return _("It was told to end before it had ended.")


def _write(folder: Path, at: datetime, keep_days: int | None, cursor: Any, snapshot_name: str) -> Made:
    dump = folder / files.name_at(at)
    database = str(connection.settings_dict["NAME"])
    partial = files.partial_of(dump, database)
    manifest = _manifest(cursor, at)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.sweep(folder, database, at=at)
        _check_room(folder, manifest.database_bytes)
        # Made for us alone before anything stands in it.
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if dump.exists():
            raise Refused("backup_exists", _("There is a backup of this second already."))
        _dump(partial, snapshot_name, server_major=int(manifest.server.partition(".")[0]))
        digest = files.keep(partial, dump, manifest)
        size = dump.stat().st_size
        forgotten = files.forget_before(folder, at, days=keep_days) if keep_days else []
    except OSError as error:
        raise files.unusable(error, folder) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return Made(dump, size, digest, forgotten)


def _check_room(folder: Path, database_bytes: int) -> None:
    """Refuse before anything is written. A quarter more than the last one took; for the first as much as the database
    itself, of which a dump is hardly ever more.
    """
    last = Backup.objects.finished().order_by("-made_at").first()
    wanted = last.byte_count * 5 // 4 if last else database_bytes
    free = shutil.disk_usage(folder).free
    if free < wanted:
        facts = {"folder": folder, "free": filesizeformat(free), "wanted": filesizeformat(wanted)}
        raise Refused(
            "no_room",
            _("There is no room in %(folder)s: %(free)s are free, and a backup takes up to %(wanted)s.") % facts,
        )


@contextmanager
def _alone() -> Iterator[Any]:
    """A session that holds the lock: one backup of a database is made at a time. Raises Refused backup_running."""
    session = psycopg2.connect(**{**connection.get_connection_params(), "options": SESSION})
    try:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                raise Refused("backup_running", _("Another backup is being made just now."))
        yield session
    finally:
        session.close()


@contextmanager
def snapshot(session: Any) -> Iterator[tuple[Any, str]]:
    """A transaction that sees one moment, and the name by which another session sees the same."""
    session.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
    with session.cursor() as cursor:
        cursor.execute("select pg_export_snapshot()")
        yield cursor, cursor.fetchone()[0]


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
