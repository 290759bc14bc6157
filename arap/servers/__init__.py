"""A private PostgreSQL and a private Valkey for machines that have neither, under `var/` (or ARAP_VAR).

Used only for what DATABASE_URL and REDIS_URL leave out. Processes that use them are counted by a shared lock on one
file, which the system itself drops when a process dies, however it dies; whoever leaves last stops the servers.
"""

import atexit
import os
from pathlib import Path
from urllib.parse import quote

from arap import ROOT
from arap.servers import folders, postgres, users, valkey


def var_folder() -> Path:
    """Where the servers keep their data, and everything else goes that is not code."""
    return Path(os.environ.get("ARAP_VAR") or ROOT / "var").absolute()


def private_postgres() -> bool:
    """True when no real PostgreSQL server has been named."""
    return "DATABASE_URL" not in os.environ and "DATABASE_URL_FILE" not in os.environ


def private_valkey() -> bool:
    """True when no real Redis server has been named, and no production settings ask for one."""
    named = "REDIS_URL" in os.environ or "REDIS_URL_FILE" in os.environ
    return not named and os.environ.get("ARAP_ENV", "dev") == "dev"


def postgres_url(user: str = postgres.OWNER, database: str = postgres.DATABASE) -> str:
    """The address of a database on the private server, for its owner unless another user is named."""
    return f"postgresql://{user}@/{database}?host={quote(str(folders.sockets(var_folder())), safe='/')}"


def valkey_url() -> str:
    """The address of the private Valkey."""
    return f"unix://{valkey.socket_path(folders.sockets(var_folder()))}?db=0"


def use() -> None:
    """Bring up the private servers this process needs and hold them until it ends. Does nothing for real servers.

    Safe to call again. A forked child that needs the servers shares its parent's hold.
    """
    wanted = [
        server for server, is_private in ((postgres, private_postgres()), (valkey, private_valkey())) if is_private
    ]
    if not wanted:
        return
    var = var_folder()
    if users.enter(var, start=lambda: [server.start(var) for server in wanted]):
        atexit.register(leave, os.getpid())


def leave(pid: int | None = None) -> None:
    """Give up this process's hold now; the last user stops the servers. A forked child (another `pid`) does nothing."""
    if pid in (None, os.getpid()):
        var = var_folder()
        users.leave(var, stop=lambda: [server.stop(var) for server in (valkey, postgres)])
