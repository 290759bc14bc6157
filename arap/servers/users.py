"""Counting the processes that use the private servers.

Each user holds a shared lock on `users`. Starting and stopping happen under an exclusive lock on `turn`. Nobody writes
down process ids, so a user that is killed leaves nothing stale: its lock goes with it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# The open file whose lock says that this process uses the servers, with the process that opened it.
_held: dict[Path, tuple[int, int]] = {}


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def turn(var: Path, name: str = "turn") -> Iterator[None]:
    """Wait for, and hold, the exclusive lock `name` in `var`."""
    file = _open(var / name)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def enter(var: Path, *, start: Callable[[], object]) -> bool:
    """Become a user of the servers in `var` and call `start`, which leaves running ones alone. False if one already."""
    if var in _held and _held[var][0] == os.getpid():
        return False
    with turn(var):
        file = _open(var / "users")
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            start()
        except BaseException:
            os.close(file)
            raise
        _held[var] = (os.getpid(), file)
    return True


def leave(var: Path, *, stop: Callable[[], object]) -> None:
    """Stop being a user, and call `stop` when nobody else is one. Does nothing for a process that is none."""
    pid, file = _held.pop(var, (0, -1))
    if pid != os.getpid():
        return
    with turn(var):
        # Forked children share this lock: only when the exclusive one is granted are they and all others gone.
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            stop()
        finally:
            os.close(file)
