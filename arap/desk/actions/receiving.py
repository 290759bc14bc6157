"""Files brought through the browser: taken in, and how each is to be read, in which encoding and by which columns.

A file is never held whole in memory: it goes to the database and comes from it in pieces.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.files import pieces_of, safe_name, store_path
from arap.core.models import Company, Job, StoredFile, User
from arap.core.queries import today_in
from arap.desk.intake.targets import headings_of, own_fields, target_of
from arap.desk.mapping import FileRefused, Mapping, Rejected, load_mapping, open_rows, read_head, shipped_mappings
from arap.desk.mapping.encodings import ENCODINGS, detect_encoding
from arap.desk.mapping.layouts import OWN, Layout, check_headers, digest_of, mapping_of, plain_heading, proposed
from arap.desk.mapping.reading import FILE_MB_MAX, too_large
from arap.desk.mapping.workbook import OLE_MAGIC, ZIP_MAGIC
from arap.desk.models import Import, KeptLayout
from arap.desk.takeon.reading import Read, understood
from arap.desk.takeon.target import HISTORY

ACTIVE = (Job.State.QUEUED, Job.State.RUNNING)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE_ROWS = 500
# What is looked at of a text file to show how it is understood.
HEAD_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class Suits:
    """A mapping that a file can be read with, and how many of its first rows would be left out."""

    mapping: str
    rejected: int


@contextmanager
def as_path(pieces: Iterable[bytes]) -> Iterator[Path]:
    """The content as a file of its own for the length of the block."""
    with TemporaryDirectory(prefix="arap-import-") as folder:
        path = Path(folder) / "file.csv"
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        if _begins(path, 4) == ZIP_MAGIC:
            path = path.rename(path.with_suffix(".xlsx"))
        yield path


@contextmanager
def kept_path(file: StoredFile, *, head_only: bool = False) -> Iterator[Path]:
    """A kept file, or the beginning of it where it is a text, as a file for the length of the block."""
    limit = HEAD_BYTES if head_only and file.media_type != XLSX else None
    with as_path(pieces_of(file, limit=limit)) as path:
        yield path


def mapping_of_import(received: Import) -> Mapping:
    """How the file is read. Raises MappingRefused while columns are still to be named."""
    if received.mapping == OWN:
        found = mapping_of(layout_of(received), target_of(received.target, received.company))
    else:
        found = load_mapping(received.mapping, HISTORY)
    return replace(found, encoding=received.encoding or "auto")


def layout_of(received: Import) -> Layout:
    """Which column is which field: as it was chosen, else as the headings suggest. Raises FileRefused."""
    if received.layout is not None:
        return Layout.from_json(received.layout)
    with kept_path(received.file, head_only=True) as path:
        return _layout(received.company, path, received.encoding, target=received.target, by=received.created_by)


def suiting_mappings(path: Path, *, encoding: str, today: date) -> list[Suits]:
    """The mappings supplied whose columns the file has, the one that leaves out fewest of its first rows first."""
    found: list[Suits] = []
    for name in shipped_mappings():
        try:
            reading = open_rows(path, replace(load_mapping(name, HISTORY), encoding=encoding), HISTORY)
            sample = islice(understood(reading, Read(today)), SAMPLE_ROWS)
            found.append(Suits(name, sum(isinstance(row, Rejected) for row in sample)))
        except FileRefused:
            continue
    return sorted(found, key=lambda suits: (suits.rejected, suits.mapping))


def receive_file(
    company: Company, *, name: str, path: Path, key: str, by: User, target: str = "history", is_whole: bool = False
) -> Import:
    """Take a file in and choose the way of reading it that suits best. The same key again gives the same import.

    `target` says what is in it (intake/targets.py), `is_whole` that all of it or nothing is to be written.

    The content decides what it is, never its name. Raises FileRefused when it is too large, no table, or a table
    without rows; nothing is kept then.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if already := Import.objects.select_related("file").defer("file__content").filter(company=company, key=key).first():
        if (already.file.sha256, already.file.name) == (sha256, safe_name(name)):
            return already
        key = f"{key[:30]}:{sha256[:30]}"  # the same page, gone back to with another file
    if path.stat().st_size > FILE_MB_MAX << 20:
        raise too_large(path.stat().st_size)
    head = _begins(path, 4096)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise FileRefused(_("The file is a web page or XML, not a table; save it as CSV or as an Excel workbook."))
    is_table = head[:4] in (ZIP_MAGIC, OLE_MAGIC)
    encoding = "" if is_table else detect_encoding(path)
    mapping, layout = _way(company, path, encoding, target, by)
    new = Import(mapping=mapping, layout=layout, encoding=encoding, key=key, target=target, is_whole=is_whole)
    return _keep(company, path, name, new, by)


def _way(
    company: Company, path: Path, encoding: str, target: str, by: User | None
) -> tuple[str, dict[str, object] | None]:
    """Columns kept for these headings, else a mapping supplied that suits, else what the headings suggest."""
    headers, rows = read_head(path, encoding or "auto", 1)
    if not rows:
        raise FileRefused(_("The file has headings and no row under them."))
    kept = KeptLayout.objects.filter(company=company, target=target, headings=digest_of(headers))
    if (
        target == HISTORY.name
        and not kept.exists()
        and (suiting := suiting_mappings(path, encoding=encoding or "auto", today=today_in(company.code)))
    ):
        return suiting[0].mapping, None
    return OWN, _layout(company, path, encoding, target=target, by=by).as_json()


def _layout(company: Company, path: Path, encoding: str, *, target: str, by: User | None) -> Layout:
    """What was kept for these headings, by the same person first, else what they suggest."""
    headers, rows = read_head(path, encoding or "auto", SAMPLE_ROWS)
    found = target_of(target, company)
    check_headers(headers, found)
    theirs = Case(When(created_by=by, then=Value(0)), default=Value(1))
    suiting = KeptLayout.objects.filter(company=company, target=target, headings=digest_of(headers))
    kept = suiting.order_by(theirs, "-pk").first()
    if kept is None:
        return proposed(headers, rows, headings_of(found, own_fields(company)) if found is not HISTORY else None)
    layout = Layout.from_json(kept.layout)
    fields = {plain_heading(header): name for header, name in zip(layout.headers, layout.fields, strict=True)}
    return replace(
        layout, headers=tuple(headers), fields=tuple(fields.get(plain_heading(each), "") for each in headers)
    )


@transaction.atomic
def _keep(company: Company, path: Path, name: str, new: Import, by: User) -> Import:
    media_type = XLSX if path.suffix == ".xlsx" else "text/csv"
    file = store_path(company, path, name=name, media_type=media_type, by=by)
    received, is_new = Import.objects.get_or_create(
        company=company,
        key=new.key,
        defaults={
            "file": file,
            "mapping": new.mapping,
            "layout": new.layout,
            "encoding": new.encoding,
            "target": new.target,
            "is_whole": new.is_whole,
            "created_by": by,
        },
    )
    if is_new:
        audit.record(by=by, verb="import.receive", obj=received, after={"file": file.name, "sha256": file.sha256})
    return received


@transaction.atomic
def choose_mapping(received: Import, mapping: str, *, by: User) -> Import:
    """Read the file with another mapping; what a dry run said is void. Raises Refused once the file is being loaded."""
    if mapping not in (*shipped_mappings(), OWN) or (received.target != HISTORY.name and mapping != OWN):
        raise Refused("unknown_mapping", _("There is no such mapping."))
    locked = lock(received)
    layout = layout_of(locked).as_json() if mapping == OWN else locked.layout
    return _read_as(locked, by=by, mapping=mapping, layout=layout)


@transaction.atomic
def choose_encoding(received: Import, encoding: str, *, by: User) -> Import:
    """Read the file in another encoding, its headings too. Raises Refused as choose_mapping."""
    locked = lock(received)
    if encoding not in ENCODINGS or locked.file.media_type == XLSX:
        raise Refused("unknown_encoding", _("There is no such encoding."))
    locked.encoding, locked.layout = encoding, None
    layout = layout_of(locked).as_json() if locked.mapping == OWN else None
    return _read_as(locked, by=by, encoding=encoding, layout=layout)


@transaction.atomic
def choose_columns(received: Import, layout: Layout, *, by: User) -> Import:
    """Read the file by these columns, and propose them for the same headings later where they have a name.

    Raises Invalid (facts: field) for a field without a column or with several, Refused as choose_mapping.
    """
    locked = lock(received)
    if twice := layout.twice():
        raise Invalid("field_twice", _("Two columns cannot be the same field."), field=twice[0])
    target = target_of(locked.target, locked.company)
    if missing := layout.missing(target):
        raise Invalid("field_missing", _("No column is chosen for it."), field=missing[0], missing=missing)
    mapping_of(layout, target)
    changed = _read_as(locked, by=by, mapping=OWN, layout=layout.as_json())
    if layout.name:
        said = {"headings": digest_of(layout.headers), "layout": layout.as_json(), "target": locked.target}
        KeptLayout.objects.update_or_create(
            company_id=locked.company_id, name=layout.name, defaults=said, create_defaults={**said, "created_by": by}
        )
    return changed


@transaction.atomic
def forget_columns(kept: KeptLayout, *, by: User) -> None:
    """Propose these columns no more. Files that were read by them stay as they are; the audit log keeps the columns."""
    audit.record(by=by, verb="import.forget", obj=kept, before={"name": kept.name, "layout": kept.layout})
    KeptLayout.objects.filter(company=kept.company_id, pk=kept.pk).delete()


@transaction.atomic
def choose_whole(received: Import, *, is_whole: bool, by: User) -> Import:
    """Write all of the file or nothing, or what is good of it. Raises Refused as choose_mapping."""
    return _read_as(lock(received), by=by, is_whole=is_whole)


def _read_as(locked: Import, *, by: User, **values: object) -> Import:
    if locked.run is not None and locked.run.state in (*ACTIVE, Job.State.DONE):
        raise Refused("import_started", _("This file is loaded already; bring it again to read it in another way."))
    stored = Import.objects.values(*values).get(pk=locked.pk)
    if stored != values:
        for name, value in values.items():
            setattr(locked, name, value)
        locked.trial = None
        locked.save(update_fields=[*values, "trial"])
        audit.record(by=by, verb="import.map", obj=locked, before=stored, after=values)
    return locked


def lock(received: Import) -> Import:
    """The row of the import, for the length of the transaction."""
    rows = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "trial", "run", "file")
    return rows.defer("file__content").get(company_id=received.company_id, pk=received.pk)


def _begins(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)
