"""Restoring a backup into a database of its own, and the proof that what is there is what was there.

The real database goes on living after its backup is made: messages leave, reminders are decided. So nothing that is
restored may say anything to a customer before a person has looked.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
from django.db import connection
from django.utils.translation import gettext as _
from psycopg2 import sql

from arap.core.errors import Refused
from arap.outbox.actions import park
from arap.upkeep.backups import files, programs, totals
from arap.upkeep.backups.totals import Comparison

APPLICATION = "arap_app"
# Nobody's settings name such a database, and the comment tells that it may be dropped.
LOADING_SUFFIX = "_restoring"
LOADING = "arap: being restored"
LOCK_CLASS = 0x726573  # restores among PostgreSQL's advisory locks
HAS_TABLES = "select exists (select from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r')"
# Roles belong to the server and so are in no dump of a database. See also core's first migration.
ROLE = """
do $$
begin
    if not exists (select from pg_roles where rolname = 'arap_app') then
        create role arap_app nologin;
    end if;
    if not pg_has_role('arap_app', 'set') then
        grant arap_app to current_user;
    end if;
end
$$
"""


# What decides by itself that customers get mail. A schedule whose description begins like this was switched off here.
MAILS_BY_ITSELF = ["dunning.tasks.remind_today", "statements.tasks.run_plans", "statements.tasks.sweep"]
SWITCHED_OFF = "restore: "
SWITCH_OFF = """
update django_celery_beat_periodictask set enabled = false, description = %s
 where enabled and task = any(%s)
returning name
"""
# Work that was under way would go on, and send again what has been sent since.
END_JOBS = """
update core_job set state = 'failed', message = %s, finished_at = clock_timestamp(), lease_until = null
 where state in ('queued', 'running')
"""
# A statement that was released while its PDF was still to come is a message that is not there yet.
HOLD_STATEMENTS = """
update statements_statement s set unsent = 'stopped'
 where s.released_at is not null and s.unsent = '' and s.file_id is null
   and not exists (select from outbox_message m where m.company_id = s.company_id
                      and m.about_type = 'statements.statement' and m.about_id = s.id)
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was counted then and now, companies first, then tables; and what was put on hold. `broke_off`: an earlier
    restore had left something behind, which was dropped.
    """

    comparisons: list[Comparison]
    parked_messages: int
    held_statements: int
    ended_jobs: int
    switched_off: list[str]
    broke_off: bool


def restore(dump: Path, database: str, *, prove: Callable[[str, Restored], None] | None = None) -> Restored:
    """Load a backup into the database `database` of our server, new or empty, and count everything again.

    It is loaded under another name, what would send mail is put on hold there, and `prove` is given that name and what
    was found. Only when that returns does it get its own: nobody who uses `database` ever sees part of it. What breaks
    off while it loads is dropped, at once or by the next restore; what `prove` raises about stays under the other name.

    Raises: NotFound no_backup; Refused backup_incomplete, backup_changed, backup_unreadable, not_empty, other_owner,
    under_way, in_use, no_room, restore_failed; what `prove` raises.
    """
    manifest = files.open_backup(dump)
    with _session("postgres") as server:
        loading = loading_name(database)
        _check_owner(server, manifest)
        server.execute("select pg_try_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, database])
        if not server.fetchone()[0]:
            raise Refused("under_way", _("Another restore into %(database)s is under way.") % {"database": database})
        _check_empty(server, database)
        broke_off = _clear(server, loading)
        server.execute(ROLE)
        server.execute(
            sql.SQL("create database {} template template0 encoding 'UTF8' lc_collate {} lc_ctype {}").format(
                sql.Identifier(loading), sql.Literal(manifest.collate), sql.Literal(manifest.ctype)
            )
        )
        try:
            server.execute(
                sql.SQL("comment on database {} is {}").format(sql.Identifier(loading), sql.Literal(LOADING))
            )
            _load(dump, loading, manifest)
            restored = _hold(loading, manifest, broke_off)
        except BaseException:
            _drop(server, loading)
            raise
        if prove:
            prove(loading, restored)
        _give_name(server, loading, database)
    return restored


def loading_name(database: str) -> str:
    """What a database is called until it is whole and proven; PostgreSQL's names have at most 63 bytes."""
    return f"{database[: 63 - len(LOADING_SUFFIX)]}{LOADING_SUFFIX}"


def _check_owner(server: Any, manifest: files.Manifest) -> None:
    server.execute("select session_user")
    (user,) = server.fetchone()
    if user != manifest.owner:
        raise Refused(
            "other_owner",
            _("The backup belongs to the database user %(owner)s, but this is %(user)s: connect as %(owner)s.")
            % {"owner": manifest.owner, "user": user},
        )


def _check_empty(server: Any, database: str) -> bool:
    """Whether there is a database of that name, which has to be empty."""
    server.execute("select 1 from pg_database where datname = %s", [database])
    if server.fetchone() is None:
        return False
    with _session(database) as cursor:
        cursor.execute(HAS_TABLES)
        if cursor.fetchone()[0]:
            raise Refused(
                "not_empty",
                _("The database %(database)s is not empty, and nothing is restored over anything.")
                % {"database": database},
            )
    return True


def _clear(server: Any, loading: str) -> bool:
    """Drop what an earlier restore left behind; whether there was something. A database of somebody else's stays."""
    server.execute("select shobj_description(oid, 'pg_database') from pg_database where datname = %s", [loading])
    found = server.fetchone()
    if found is None:
        return False
    if found[0] != LOADING:
        _check_empty(server, loading)
    _drop(server, loading)
    return True


def _drop(server: Any, database: str) -> None:
    try:
        server.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(database)))
    except psycopg2.errors.ObjectInUse as error:
        raise _in_use(database) from error


def _load(dump: Path, database: str, manifest: files.Manifest) -> None:
    program = programs.find("pg_restore", server_major=int(manifest.server.partition(".")[0]))
    arguments = ["--no-owner", "--single-transaction", "--exit-on-error", "--no-password"]
    said = programs.run(program, [*arguments, f"--dbname={database}", str(dump)], database=database)
    if programs.NO_ROOM in said:
        raise Refused("no_room", _("The database server has no room left for it."))
    if said:
        raise Refused("restore_failed", _("The backup could not be restored: %(reason)s") % {"reason": said})


def _hold(database: str, manifest: files.Manifest, broke_off: bool) -> Restored:
    """Count what arrived, then put on hold what would send mail."""
    with _session(database) as cursor:
        companies, tables = totals.count(cursor)
        found = [*totals.compare(manifest.companies, companies), *totals.compare_tables(manifest.tables, tables)]
        parked = park(cursor)
        cursor.execute(HOLD_STATEMENTS)
        held = cursor.rowcount
        cursor.execute(SWITCH_OFF, [SWITCHED_OFF + _("switch it on when you have looked."), MAILS_BY_ITSELF])
        switched_off = sorted(name for (name,) in cursor.fetchall())
        cursor.execute(END_JOBS, [_("It was under way when the backup was made; start it again.")])
        ended = cursor.rowcount
        cursor.execute("analyze")
    return Restored(found, parked, held, ended, switched_off, broke_off)


def _give_name(server: Any, loading: str, database: str) -> None:
    """The database is whole: from here on it is there. An empty one of its name makes room."""
    if _check_empty(server, database):
        _drop(server, database)
    try:
        server.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(loading), sql.Identifier(database))
        )
    except psycopg2.errors.ObjectInUse as error:
        raise _in_use(loading) from error
    server.execute(sql.SQL("comment on database {} is null").format(sql.Identifier(database)))


def _in_use(database: str) -> Refused:
    sentence = _("Somebody is connected to the database %(database)s; end that first.") % {"database": database}
    return Refused("in_use", sentence)


@contextmanager
def _session(database: str) -> Iterator[Any]:
    """A cursor on a database of our server as the owner of the tables, each statement its own transaction."""
    parameters = {**connection.get_connection_params(), "dbname": database, "options": "-c timezone=UTC"}
    try:
        opened = psycopg2.connect(**parameters)
    except psycopg2.OperationalError as error:
        sentence = _("The database server does not let us in: %(reason)s") % {"reason": str(error).strip()}
        raise Refused("no_server", sentence) from error
    with closing(opened) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            yield cursor


@contextmanager
def working_on(database: str, *, role: str = "") -> Iterator[None]:
    """Everything inside that uses Django's connection uses this database, in this role."""
    before = dict(connection.settings_dict)
    options = dict(before["OPTIONS"])
    if role:
        options["options"] = f"{options.get('options', '')} -c role={role}".strip()
    connection.close()
    connection.settings_dict |= {"NAME": database, "OPTIONS": options}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= {"NAME": before["NAME"], "OPTIONS": before["OPTIONS"]}
