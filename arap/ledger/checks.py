"""Invariants: SQL files in each app's `invariants/` folder that must return no row.

A file begins with `-- title:` and `-- why:` lines. It is one query with the named parameter `company`.
"""

from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import connection, transaction

from arap.core.models import Company

ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Invariant:
    """One query that must return nothing: `name` is app/file, `title` what holds, `why` what breaks if it does not."""

    name: str
    title: str
    why: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What an invariant returned for a company: no rows means that it holds."""

    invariant: Invariant
    company: Company
    rows: list[dict[str, object]]

    @property
    def holds(self) -> bool:
        return not self.rows


def invariants() -> list[Invariant]:
    """All invariants of the installed apps, in the order of their files."""
    found = []
    for config in apps.get_app_configs():
        for path in sorted((Path(config.path) / "invariants").glob("*.sql")):
            text = path.read_text(encoding="utf-8")
            heads = dict(
                line[3:].split(": ", 1) for line in text.splitlines() if line.startswith("-- ") and ": " in line
            )
            found.append(Invariant(f"{config.label}/{path.stem}", heads["title"], heads["why"], text))
    return found


def check(company: Company, invariant: Invariant, *, rows_shown: int = ROWS_SHOWN) -> Finding:
    """Run one invariant for one company; at most `rows_shown` offending rows are kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        # an invariant reads the company's book once; look-ups row by row are what stale statistics would make of it
        cursor.execute("set local enable_nestloop = off")
        cursor.execute(invariant.sql, {"company": company.pk})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(rows_shown)]
        cursor.execute("set local enable_nestloop to default")
    return Finding(invariant, company, rows)
