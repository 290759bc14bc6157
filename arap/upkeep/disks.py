"""How full the disks are on which this installation writes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

FULL_PERCENT = 90


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of a folder: used in per cent, rounded down, and free in bytes."""

    folder: Path
    percent: int
    free_bytes: int


def fullest() -> Disk | None:
    """The fullest disk among those of the data and of the backups; None where neither folder is there."""
    folders = [folder for folder in (settings.BACKUP_DIR, settings.VAR) if folder.is_dir()]
    return max(map(_disk, folders), key=lambda disk: disk.percent, default=None)


def _disk(folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    # What is kept for the superuser is not ours: full is when nothing is free for us.
    return Disk(folder, usage.used * 100 // max(usage.used + usage.free, 1), usage.free)
