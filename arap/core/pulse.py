"""Signs of life of worker and beat: a file that each touches while its own loop turns.

    python -m arap.core.pulse worker     exit 0 while the file is young, else 1 with a sentence

The age of a file says that the loop turns; it asks neither database nor broker, and so does not call a process dead
because something else is. A worker that has lost its broker grows old here after a while: it does hear nothing.
"""

import os
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

from arap import ROOT

SECONDS_BETWEEN = 5
AGE_MAX_SECONDS = 90
ROLES = ("web", "worker", "beat", "backup", "mail")
MAIL_PAGE_PORT = 8025  # of the catcher of mail, for trials


def folder() -> Path:
    """Where the files are: ARAP_PULSE, or the folder for data."""
    return Path(os.environ.get("ARAP_PULSE") or os.environ.get("ARAP_VAR") or ROOT / "var")


def touch(role: str) -> None:
    """The loop of `role` has turned. A full or read-only disk must not stop the work itself."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        file(role).touch()
    except OSError as error:
        sys.stderr.write(f"{file(role)} cannot be touched: {error}\n")


def file(role: str) -> Path:
    """The file whose age counts."""
    return folder() / f"arap-{role}.alive"


def sentence(role: str, *, port: int = 8000) -> str:
    """Why `role` is not alive, or "" when it is. Who answers in the browser is asked there."""
    if role == "web":
        return _ask(role, f"http://127.0.0.1:{port}/healthz")
    if role == "mail":
        return _ask(role, f"http://127.0.0.1:{MAIL_PAGE_PORT}/")
    try:
        age = time.time() - file(role).stat().st_mtime
    except OSError:
        return f"{role} has not begun yet"
    return f"{role} was last alive {age:.0f} seconds ago" if age > AGE_MAX_SECONDS else ""


def _ask(role: str, url: str) -> str:
    try:
        with urlopen(Request(url), timeout=3) as answer:  # noqa: S310 - our own probe, over http by construction
            return "" if answer.status == 200 else f"{role} answers {answer.status}"
    except OSError as error:
        return f"{role} does not answer: {error}"


def main(arguments: list[str]) -> int:
    """0 alive, 1 not, 2 wrong usage."""
    if len(arguments) != 1 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m arap.core.pulse {'|'.join(ROLES)}\n")
        return 2
    found = sentence(arguments[0], port=int(os.environ.get("PORT") or 8000))
    sys.stdout.write((found or f"{arguments[0]} is alive") + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
