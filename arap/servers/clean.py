"""`make clean`: remove the private servers' folder, unless somebody uses it now."""

import fcntl
import shutil
import sys
from pathlib import Path

from arap import servers
from arap.servers import folders, postgres, users, valkey


def _is_used(var: Path) -> bool:
    if not (var / "users").exists():
        return False
    with (var / "users").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def main() -> int:
    """Exit 1 with a sentence when the servers are in use."""
    var = servers.var_folder()
    for each in (var, var / "test"):
        if _is_used(each):
            sys.stderr.write(f"The servers in {each} are in use: stop what uses them first.\n")
            return 1
    for each in (var / "test", var):
        if each.exists():
            with users.turn(each):
                valkey.stop(each)
                postgres.stop(each)
            if folders.sockets(each) != each / "run":
                shutil.rmtree(folders.sockets(each), ignore_errors=True)
            shutil.rmtree(each)
    return 0


if __name__ == "__main__":
    sys.exit(main())
