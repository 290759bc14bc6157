"""The catalogues of translations, without any system gettext: extract, update, compile.

    python -m arap.core.locale_files update     new msgids into the .po files, unused ones out
    python -m arap.core.locale_files compile    .po to .mo where the .mo is missing or older

Neither needs Django to be set up, so both run before there is a database.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
PYTHON_FOLDERS = ("arap", "customers", "invoices", "reconciliation", "collections")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def catalogue_paths() -> list[Path]:
    """The .po files, one per language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def extract_messages() -> Catalog:
    """Every msgid of the code and the templates, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for path, source in _sources():
        place = path.relative_to(ROOT).as_posix()
        for _line, message, comments, context in extract("python", BytesIO(source), KEYWORDS):
            found.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return found


def read_catalogue(path: Path) -> Catalog:
    """The catalogue in a .po file; its folder says the language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def update_catalogues() -> None:
    """Bring every .po up to date with the code. A changed msgid comes back untranslated, never fuzzy."""
    wanted = extract_messages()
    for path in catalogue_paths():
        catalogue = read_catalogue(path)
        catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        catalogue.project, catalogue.version = "arap", ""
        catalogue.last_translator, catalogue.msgid_bugs_address = "arap <>", ""
        catalogue.revision_date = catalogue.creation_date
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


def compile_catalogues() -> list[Path]:
    """Write the .mo beside each .po that is newer; the paths written."""
    written = []
    for path in catalogue_paths():
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
            continue
        # Written aside and renamed: a process that starts meanwhile reads the old or the new one.
        aside = target.with_suffix(".mo.new")
        with aside.open("wb") as file:
            write_mo(file, read_catalogue(path))
        aside.replace(target)
        written.append(target)
    return written


def _sources() -> Iterator[tuple[Path, bytes]]:
    """Python as it is, templates as the Python-like text that Django makes of them for gettext."""
    for folder in PYTHON_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            # Indentation means something to the Python tokenizer and nothing in a template.
            yield path, "\n".join(line.strip() for line in text.splitlines()).encode()


def main(arguments: list[str]) -> int:
    """Run one of the two verbs; 2 for anything else."""
    if arguments == ["update"]:
        update_catalogues()
    elif arguments == ["compile"]:
        for path in compile_catalogues():
            sys.stderr.write(f"compiled {path.relative_to(ROOT)}\n")
    else:
        sys.stderr.write("usage: python -m arap.core.locale_files update|compile\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
