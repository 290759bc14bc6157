"""From the file to the table takeon_row of this connection, row by row: what each row says by itself.

What rows say together, and against the book, is judged in checks.py.
"""

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.desk.mapping import Reading, Rejected, Row
from arap.desk.mapping.reading import ROUNDED
from customers.actions.bulk import COUNTRY
from customers.rules import Terms, TermsError, due_on, parse_terms, write_terms

COPY_ROWS = 20_000
FACT = "facts."
EMAIL_LENGTH_MAX = 254
EMAIL_SPLIT = re.compile(r"[;,\s]+")

# `fate`: new, settle (known, newly settled), skipped, merged (into an earlier row of the file), rejected.
# `field` and `known` say what contradicts the book, `known` with the book's value.
TABLE = """
drop table if exists takeon_row;
create temp table takeon_row (
  row int primary key, kind text, number text, customer_code text, customer_name text, customer_name_local text,
  country text, parent_code text, contact_email text, payer_accounts text, currency text, amount numeric,
  issued_on date, due_on date, settled_on date, reference text, order_number text, terms text, facts jsonb,
  fingerprint text,
  fate text not null default 'new', customer_id bigint, document_id bigint, terms_id bigint, field text, known text)
"""
COLUMNS = (
    "row", "kind", "number", "customer_code", "customer_name", "customer_name_local", "country", "parent_code",
    "payer_accounts", "currency", "amount", "issued_on", "due_on", "settled_on", "reference", "order_number", "terms",
    "facts", "fingerprint", "contact_email",
)  # fmt: skip
# Control characters never come out of the engine, so this one can part a list.
LIST_MARK = "\x1f"


@dataclass(slots=True)
class Read:
    """What became of the file's rows so far. `today` is the company's: nothing happened after it."""

    today: date
    rejected: list[Rejected] = field(default_factory=list)
    rules: set[str] = field(default_factory=set)
    rounded: int = 0
    due_early: int = 0
    odd_countries: int = 0
    odd_emails: int = 0
    _terms: dict[str, Terms | str] = field(default_factory=dict)

    def warnings(self) -> list[str]:
        warnings = []
        if self.rounded:
            warnings.append(
                ngettext(
                    "%(count)d amount had more decimals than its currency and was rounded half up.",
                    "%(count)d amounts had more decimals than their currency and were rounded half up.",
                    self.rounded,
                )
                % {"count": self.rounded}
            )
        if self.due_early:
            warnings.append(
                ngettext(
                    "%(count)d document is due before it was issued and was kept.",
                    "%(count)d documents are due before they were issued and were kept.",
                    self.due_early,
                )
                % {"count": self.due_early}
            )
        if self.odd_countries:
            warnings.append(
                ngettext(
                    "%(count)d row states a country that is not a code; it was left out.",
                    "%(count)d rows state a country that is not a code; it was left out.",
                    self.odd_countries,
                )
                % {"count": self.odd_countries}
            )
        if self.odd_emails:
            warnings.append(
                ngettext(
                    "%(count)d row states an e-mail address that is not one; it was left out.",
                    "%(count)d rows state an e-mail address that is not one; it was left out.",
                    self.odd_emails,
                )
                % {"count": self.odd_emails}
            )
        return warnings


def stage_file(
    reading: Reading, progress: Callable[[int, int], None] = lambda done, total: None, *, today: date
) -> Read:
    """Fill takeon_row with the good rows of the file. Raises FileRefused; nothing else is written by then.

    `progress` hears of the rows staged so far; their total (0) is not known before the end.
    """
    read = Read(today)
    staged = 0
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        lines = _lines(reading, read)
        while block := "".join(islice(lines, COPY_ROWS)):
            cursor.copy_expert(f"copy takeon_row ({', '.join(COLUMNS)}) from stdin", io.StringIO(block))
            staged += block.count("\n")
            progress(staged, 0)
        cursor.execute("analyze takeon_row")
    return read


def stage_rows(rows: Iterable[Row]) -> None:
    """Fill takeon_row with a few rows that were read before."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        block = io.StringIO("".join(_copy_line(row) for row in rows))
        cursor.copy_expert(f"copy takeon_row ({', '.join(COLUMNS)}) from stdin", block)


def _lines(reading: Reading, read: Read) -> Iterator[str]:
    for row in understood(reading, read):
        if isinstance(row, Row):
            yield _copy_line(row)
        else:
            read.rejected.append(row)


def understood(reading: Reading, read: Read) -> Iterator[Row | Rejected]:
    """The rows of the file, each completed or rejected for what it says by itself."""
    keeps_early_due = reading.mapping.options["due_before_issue"] == "warn"
    for row in reading.rows():
        if isinstance(row, Row):
            fault = complete(row.values, read, keeps_early_due=keeps_early_due)
            if fault is None:
                read.rounded += ROUNDED in row.notes
                yield row
            else:
                yield Rejected(row.number, reading.header_of(fault[0]), fault[1])
        else:
            yield row


def complete(values: dict[str, Any], read: Read, *, keeps_early_due: bool) -> tuple[str, str] | None:
    """Fill the due date, spell the terms, and judge the row's dates; gives (field, sentence) if it is rejected.

    Without a due date the terms decide; without those the document is due when it is issued. It may be due in the
    future, but nothing is issued or settled there.
    """
    if values["amount"] < 0:  # only where the mapping takes the sign for the kind
        values["kind"], values["amount"] = "credit_note", -values["amount"]
    terms: Terms | None = None
    if rule := values["discount_terms"]:
        known = read._terms.get(rule) or _read_terms(rule, read)
        if isinstance(known, str):
            return "discount_terms", known
        terms = known
        values["discount_terms"] = write_terms(terms)
        read.rules.add(values["discount_terms"])
    issued_on: date = values["issued_on"]
    if issued_on > read.today:
        return "issued_on", _in_future(issued_on)
    if values["due_on"] is None:
        values["due_on"] = due_on(terms.shares[-1].due, issued_on) if terms else issued_on
    if values["due_on"] < issued_on:
        if not keeps_early_due:
            return "due_on", _("The document is due before it is issued.")
        read.due_early += 1
    settled_on = values["settled_on"]
    if settled_on is not None and settled_on < issued_on:
        return "settled_on", _("The document is settled before it is issued.")
    if settled_on is not None and settled_on > read.today:
        return "settled_on", _in_future(settled_on)
    if country := values["country"]:
        values["country"] = country.upper()
        if not COUNTRY.fullmatch(values["country"]):
            values["country"] = None
            read.odd_countries += 1
    if cell := values["contact_email"]:
        addresses = list(dict.fromkeys(filter(None, EMAIL_SPLIT.split(cell))))
        good = [address for address in addresses if _is_email(address)]
        values["contact_email"] = LIST_MARK.join(good) or None
        read.odd_emails += len(good) < len(addresses)
    if values["parent_code"] == values["customer_code"]:
        return "parent_code", _("A customer cannot be its own parent.")
    return None


def _in_future(day: date) -> str:
    return _("The date %(day)s lies in the future.") % {"day": day.isoformat()}


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= EMAIL_LENGTH_MAX


def _read_terms(rule: str, read: Read) -> Terms | str:
    try:
        known: Terms | str = parse_terms(rule)
    except TermsError as error:
        known = str(error)
    if len(read._terms) < 10_000:  # a hostile file must not fill the memory
        read._terms[rule] = known
    return known


def fingerprint(values: dict[str, Any]) -> str:
    """Stands for what the book's columns do not hold: terms and facts. Empty when there is nothing."""
    rest = {name: value for name, value in values.items() if name.startswith(FACT) and value is not None}
    if terms := values["discount_terms"]:
        rest["terms"] = terms
    if not rest:
        return ""
    return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()


def facts(values: dict[str, Any]) -> dict[str, str]:
    """Facts as texts; yes and no for true and false."""
    return {
        name.removeprefix(FACT): ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if name.startswith(FACT) and value is not None
    }


def _copy_line(row: Row) -> str:
    values = row.values
    known = facts(values)
    cells = (
        row.number,
        values["kind"],
        values["number"],
        values["customer_code"],
        values["customer_name"],
        values["customer_name_local"],
        values["country"],
        values["parent_code"],
        LIST_MARK.join(values["payer_accounts"]) if values["payer_accounts"] else None,
        values["currency"],
        values["amount"],
        values["issued_on"],
        values["due_on"],
        values["settled_on"],
        values["reference"],
        values["order_number"],
        values["discount_terms"],
        json.dumps(known) if known else None,
        fingerprint(values),
        values["contact_email"],
    )
    return "\t".join("\\N" if cell is None else str(cell).replace("\\", "\\\\") for cell in cells) + "\n"


def most_frequent_currency() -> str | None:
    """The currency of most rows of the file; among equals the one that comes first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select currency from takeon_row where currency is not null
             group by currency order by count(*) desc, min(row) limit 1
            """
        )
        found = cursor.fetchone()
    return str(found[0]) if found else None


def fates() -> Counter[tuple[str, str]]:
    """How many rows met which fate: (fate, kind) -> count."""
    with connection.cursor() as cursor:
        cursor.execute("select fate, kind, count(*) from takeon_row group by fate, kind")
        return Counter({(fate, kind): count for fate, kind, count in cursor.fetchall()})
