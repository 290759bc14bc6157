"""Running a management command: the servers it needs, the role it acts in, and nothing left behind."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from arap import ROOT, servers
from arap.servers import folders, users

# Commands that touch no database.
WITHOUT_SERVERS = {
    "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "startapp",
    "version",
}  # fmt: skip
# Commands about the schema, or about whole databases, act as the owner, and leave an empty database to `migrate`.
AS_OWNER = {
    "dbshell",
    "inspectdb",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "restore",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
}
# Commands whose single statements may run for a long time on purpose.
IN_BULK = {"backup", "bench", "load_history", "make_sample"}


def process_kind(command: str) -> str:
    """The value of ARAP_PROCESS for a management command."""
    if command in AS_OWNER:
        return "owner"
    if command in IN_BULK:
        return "bulk"
    return "web" if command == "runserver" else "command"


def migration_digest() -> str:
    """A digest of the names of all migrations on disk: a database migrated under the same digest needs nothing."""
    files = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("**/migrations/*.py") if ".venv" not in path.parts)
    files += [(ROOT / "requirements.txt").read_text(encoding="utf-8")]
    return hashlib.sha256("\n".join(files).encode()).hexdigest()


def migrate_private_database(var: Path) -> None:
    """Migrate the private database when it is empty or older than the code. One process at a time; the others wait."""
    done, digest = var / "postgres" / "migrated", migration_digest()
    if done.exists() and done.read_text() == digest:
        return
    with users.turn(var, "migrating"):
        if done.exists() and done.read_text() == digest:
            return
        print("Migrating the private database ...", file=sys.stderr, flush=True)
        environment = {**os.environ, "ARAP_PROCESS": "owner"}
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--no-input", "--verbosity=0"],
            env=environment, stdout=sys.stderr, check=True,
        )  # fmt: skip
        done.write_text(digest)


def _end(signum: int, frame: FrameType | None) -> None:
    sys.exit(128 + signum)


def run(arguments: list[str]) -> None:
    """Run the management command in `arguments`. Exit 1 with a sentence when the private servers do not start."""
    command = next((word for word in arguments[1:] if not word.startswith("-")), "help")
    os.environ.setdefault("ARAP_PROCESS", process_kind(command))
    # Without a handler SIGTERM would end Python at once, and the private servers would stay.
    signal.signal(signal.SIGTERM, _end)
    if command not in WITHOUT_SERVERS and not {"-h", "--help"} & set(arguments):
        try:
            servers.use()
            if servers.private_postgres() and command not in AS_OWNER:
                migrate_private_database(servers.var_folder())
        except (folders.CannotStart, subprocess.CalledProcessError) as error:
            sys.exit(str(error))
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)
