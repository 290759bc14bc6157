"""Rows of cells out of an Excel workbook (.xlsx), hostile ones included.

Three walls: the directory of the zip is judged before anything is unpacked (a bomb of 0.7 MB cost
another reader 88 s and 1.7 GB); a child process with limits of memory and processor time does the
reading; and its rows arrive as a stream. The reader is calamine: 60,000 rows of 16 cells in 1.5 s.
"""

import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from arap.desk.mapping.errors import FileRefused

MEMBERS_MAX = 200
UNPACKED_MB_MAX = 200
RATIO_MAX = 100
DIRECTORY_BYTES_MAX = 1 << 18
CHILD = Path(__file__).with_name("workbook_child.py")

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"

_END = struct.Struct("<4s4H2LH")  # end of central directory: PKWARE APPNOTE 4.3.16
_END_SEARCH_BYTES = 65_557


def check_archive(path: Path) -> None:
    """Refuse a workbook whose zip directory promises too much. Nothing is unpacked."""
    entries, directory_bytes = _end_record(path)
    if entries > MEMBERS_MAX or directory_bytes > DIRECTORY_BYTES_MAX:
        raise FileRefused(_("The workbook holds more than %d parts.") % MEMBERS_MAX)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error):
        raise _unreadable() from None
    if len(parts) > MEMBERS_MAX:
        raise FileRefused(_("The workbook holds more than %d parts.") % MEMBERS_MAX)
    if not any(part.filename.replace("\\", "/").startswith("xl/") for part in parts):
        raise FileRefused(_("The file is a zip archive, not an Excel workbook (.xlsx)."))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_MB_MAX << 20:
        raise FileRefused(
            _("Unpacked, the workbook has %(size)d MB; at most %(limit)d MB are read. Save it as CSV.")
            % {"size": unpacked >> 20, "limit": UNPACKED_MB_MAX}
        )
    if unpacked > RATIO_MAX * path.stat().st_size:
        raise FileRefused(_("The workbook unpacks to more than %d times its size; it is not read.") % RATIO_MAX)


def _end_record(path: Path) -> tuple[int, int]:
    """Number of members and size of the directory, as the end record of the zip states them."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SEARCH_BYTES))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise _unreadable()
    fields = _END.unpack_from(tail, at)
    return fields[4], fields[5]


def _unreadable() -> FileRefused:
    return FileRefused(_("The workbook is damaged or not an Excel workbook (.xlsx)."))


def read_sheet(path: Path, notices: list[str]) -> Iterator[list[Any]]:
    """The rows of the first sheet, from its row 1, empty rows included.

    Appends to `notices` when there are further sheets. Raises FileRefused.
    """
    check_archive(path)
    command = [sys.executable, "-I", str(CHILD), str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        try:
            sheets = json.loads(child.stdout.readline() or "[]")
            for line in child.stdout:
                yield json.loads(line, object_hook=_date)
            if child.wait() != 0 or not sheets:
                raise FileRefused(
                    _("The workbook cannot be read within the limits of memory and time; save it as CSV.")
                )
        except (json.JSONDecodeError, UnicodeDecodeError):  # the child died in the middle of a line
            raise _unreadable() from None
        finally:
            child.kill()  # no effect when it has ended
    if len(sheets) > 1:
        notices.append(
            _("Only the first sheet, “%(sheet)s”, was read; the workbook has %(count)d.")
            % {"sheet": sheets[0], "count": len(sheets)}
        )


def _date(tagged: dict[str, str]) -> date | datetime:
    text = tagged["at"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
