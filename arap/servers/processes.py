"""What the system knows about a process, read from /proc where there is one."""

import os
from pathlib import Path


def is_alive(pid: int) -> bool:
    """True while the process runs. One that has ended without being waited for is dead, whatever signal 0 says."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return not Path("/proc/self").exists()
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def working_in(folder: Path) -> list[int]:
    """Processes whose working folder is `folder`: PostgreSQL's all work in their data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink() == folder and is_alive(int(entry.parent.name)):
                found.append(int(entry.parent.name))
        except OSError:
            continue  # it has just ended, or belongs to somebody else
    return found
