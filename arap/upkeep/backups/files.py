"""A backup on disk: the dump, what was counted, and the checksums of both. Whole or not there at all."""

import errno
import glob
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from arap.core.errors import DomainError, NotFound, Refused

# The name says when and of what program, and nothing about whose figures are inside.
NAME = re.compile(r"arap-(\d{8}T\d{6}Z)\.dump")
COMPANION = re.compile(r"\.?(arap-(\d{8}T\d{6}Z))\.(json|sha256)(\.partial)?")
STAMP = "%Y%m%dT%H%M%SZ"
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands beside the dump, as JSON."""

    made_at: str  # ISO 8601, UTC
    version: str
    server: str
    database_bytes: int
    collate: str
    ctype: str
    owner: str
    migrations: int
    companies: dict[str, dict[str, Any]]
    tables: dict[str, int]

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def name_at(instant: datetime) -> str:
    """The dump's name for the moment it was made."""
    return f"arap-{instant.astimezone(UTC).strftime(STAMP)}.dump"


def manifest_of(dump: Path) -> Path:
    return dump.with_suffix(".json")


def checksums_of(dump: Path) -> Path:
    return dump.with_suffix(".sha256")


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def keep(partial: Path, dump: Path, manifest: Manifest) -> str:
    """Give the finished dump its name, with manifest and checksums there before it. Returns the dump's SHA-256.

    Everything is on the disk before the name is: after a power cut there is a whole backup or none.
    """
    digest = sha256_of(partial)
    text = manifest.text().encode()
    lines = f"{digest}  {dump.name}\n{hashlib.sha256(text).hexdigest()}  {manifest_of(dump).name}\n"
    _write(manifest_of(dump), text)
    _write(checksums_of(dump), lines.encode())  # as `sha256sum --check` reads it
    _sync(partial)
    partial.rename(dump)
    _sync(dump.parent)
    return digest


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.partial")
    with aside.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def partial_of(dump: Path, database: str) -> Path:
    """Where the dump of `database` is written before it gets its name. No other database's run will take it away."""
    return dump.with_name(f".{dump.name}.{database}.partial")


def sweep(folder: Path, database: str, *, at: datetime) -> None:
    """Remove what killed runs left: partial dumps of `database`, and companions of dumps that never got their name.

    Of the latter only those more than a day older than `at`: another database's run may be about to name its dump.
    """
    for path in folder.glob(f".arap-*.dump.{glob.escape(database)}.partial"):
        path.unlink(missing_ok=True)
    for path in list(folder.iterdir()):
        found = COMPANION.fullmatch(path.name)
        if found and not (folder / f"{found[1]}.dump").exists():
            made = datetime.strptime(found[2], STAMP).replace(tzinfo=UTC)
            if made < at - timedelta(days=1):
                path.unlink(missing_ok=True)


def backups_in(folder: Path) -> Iterator[tuple[datetime, Path]]:
    """The backups of a folder by the moment in their name, oldest first."""
    found = []
    for path in folder.glob("arap-*.dump"):
        if match := NAME.fullmatch(path.name):
            found.append((datetime.strptime(match[1], STAMP).replace(tzinfo=UTC), path))
    yield from sorted(found)


def forget_before(folder: Path, instant: datetime, *, days: int) -> list[Path]:
    """Remove backups more than `days` older than `instant`, never the newest one. Returns the dumps that went."""
    gone = []
    for made, dump in list(backups_in(folder))[:-1]:
        if made < instant - timedelta(days=days):
            for path in (dump, manifest_of(dump), checksums_of(dump)):
                path.unlink(missing_ok=True)
            gone.append(dump)
    return gone


def open_backup(dump: Path) -> Manifest:
    """The manifest of a backup whose checksums hold.

    Raises NotFound no_backup; Refused backup_incomplete, backup_changed, backup_unreadable, no_permission.
    """
    try:
        return _open(dump)
    except FileNotFoundError as error:
        raise Refused(
            "backup_incomplete",
            _("%(file)s is missing: it belongs beside the backup.") % {"file": Path(error.filename).name},
        ) from error
    except OSError as error:
        raise unusable(error, error.filename or dump) from error
    except (ValueError, TypeError) as error:
        # Its checksum holds, so it was written like this: by another version, or by hand.
        raise Refused(
            "backup_unreadable",
            _("%(file)s cannot be understood. Take another backup.") % {"file": manifest_of(dump).name},
        ) from error


def _open(dump: Path) -> Manifest:
    try:
        dump.open("rb").close()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise NotFound("no_backup", _("There is no file %(file)s.") % {"file": dump}) from error
    text = manifest_of(dump).read_bytes()
    lines = checksums_of(dump).read_bytes().decode("utf-8", "replace").splitlines()
    wanted = {name: digest for digest, _spaces, name in (line.partition("  ") for line in lines)}
    for path in (dump, manifest_of(dump)):
        if wanted.get(path.name) != sha256_of(path):
            raise Refused(
                "backup_changed",
                _("%(file)s is not what was written: its checksum differs. Take another backup.") % {"file": path.name},
            )
    return Manifest(**json.loads(text))


def unusable(error: OSError, path: str | Path) -> DomainError:
    """What an error of the operating system about `path` means to whoever made or restores a backup."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        sentence = _("This user may not use %(file)s: give the permission, or act as its owner.")
        return Refused("no_permission", sentence % {"file": path})
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused("no_room", _("There is no room left for %(file)s.") % {"file": path})
    if error.errno == errno.EIO:
        return Refused("backup_unreadable", _("%(file)s is damaged: its disk cannot read it.") % {"file": path})
    reason = error.strerror or str(error)
    return Refused("backup_folder", _("%(file)s cannot be used: %(reason)s.") % {"file": path, "reason": reason})
