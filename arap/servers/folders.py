"""Folders of the private servers, and the user that PostgreSQL runs as."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

# The system takes at most 107 bytes for a socket's path.
SOCKET_FOLDER_BYTES_MAX = 80


class CannotStart(Exception):
    """A private server does not start; the message says what to do."""


def sockets(var: Path) -> Path:
    """The folder of the sockets: under `var`, or the temporary folder where `var` is too long for a socket's path."""
    folder = var / "run"
    if len(os.fsencode(folder)) <= SOCKET_FOLDER_BYTES_MAX:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"arap-{os.getuid()}-{digest}"


def server_user() -> tuple[int, int]:
    """User and group that PostgreSQL runs as: ours, or nobody's when we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def make_private(folder: Path) -> None:
    """Make `folder` if it is missing, for the server's user alone. Refuses one that belongs to somebody else."""
    user, group = server_user()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (user, os.geteuid()):
        raise CannotStart(f"{folder} belongs to another user: set ARAP_VAR to a folder of your own.")
    if found.st_uid != user:
        os.chown(folder, user, group)
    folder.chmod(0o700)


def _can_enter(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path.resolve(), *path.resolve().parents))


def as_server_user(command: list[str], *, touched: list[Path]) -> list[str]:
    """`command` in a form that runs as the server's user.

    Where folders of root's keep that user out of one of `touched`, the process keeps root's right to pass through.
    """
    user, group = server_user()
    if user == os.geteuid():
        return command
    if (setpriv := shutil.which("setpriv")) is None:
        raise CannotStart(
            "root needs setpriv to start PostgreSQL: apt-get install util-linux, or work as another user."
        )
    drop = [setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups"]
    if not all(_can_enter(path) for path in touched):
        # The bit keeps access(2), by which PostgreSQL's programs find each other, from forgetting that right again.
        drop += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return [*drop, "--", *command]
