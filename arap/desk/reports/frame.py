"""The one frame of all reports: what was asked, how rows are read page by page or all, totals, and whether they tie."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, Protocol

from django.db import connection
from django.utils.functional import Promise

from arap.core import wording
from arap.core.models import Company
from arap.core.paging import SEPARATOR, read_number
from arap.core.sheets import Cells, Column
from customers.models import Customer

Words = str | Promise
BATCH = 2000
# A customer that a report names: what was merged stands under the one it was merged into.
CUSTOMER = """left join customers_customer m on m.id = {id}
              left join customers_customer c on c.id = coalesce(m.merged_into_id, m.id)"""
CUSTOMER_COLUMNS = "c.id as customer_id, coalesce(c.code, '') as code, c.name as name, c.name_local as name_local"
_OF_SEGMENT = """ and {alias}.customer_id in (
  select x.id from customers_customer x left join customers_customer y on y.id = x.merged_into_id
   where x.company_id = %(company)s and coalesce(y.segment, x.segment) = %(segment)s)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is asked: the days, the position that "known at" came to, and what it is narrowed to.

    `first_on` to `last_on` is the period; a report as of one day has that day as `last_on`, and one that compares two
    has the earlier as `first_on`.
    """

    first_on: date
    last_on: date
    known_at: datetime | None
    position: int
    customer: Customer | None = None
    customers: Sequence[int] = ()
    currency: str = ""
    segment: str = ""
    kind: str = ""
    account_id: int | None = None
    is_overdue: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether something is left out, so that the report need not equal the accounts."""
        return bool(self.customer or self.currency or self.segment or self.kind or self.account_id or self.is_overdue)

    def parameters(self, company: Company) -> dict[str, Any]:
        """Of the SQL of all reports."""
        return {
            "company": company.pk,
            "base": company.base_currency,
            "first": self.first_on,
            "last": self.last_on,
            "as_of": self.last_on,
            "position": self.position,
            "customers": list(self.customers),
            "currency": self.currency,
            "segment": self.segment,
            "kind": self.kind,
            "account": self.account_id,
        }

    def narrowed(self, alias: str) -> str:
        """SQL on a row that has customer_id and currency, beginning with "and"."""
        where = f" and {alias}.currency = %(currency)s" if self.currency else ""
        where += f" and {alias}.customer_id = any(%(customers)s)" if self.customer else ""
        return where + (_OF_SEGMENT.format(alias=alias) if self.segment else "")


@dataclass(frozen=True, slots=True)
class Proof:
    """Two sums that must be equal."""

    name: Words
    left: Decimal
    other_name: Words
    right: Decimal
    currency: str

    @property
    def difference(self) -> Decimal:
        return self.left - self.right


class Source(Protocol):
    """Where the rows of a report come from."""

    def page(self, company: Company, asked: Asked, *, after: str, limit: int) -> tuple[list[Cells], str]:
        """The rows that follow the row named `after`, at most `limit`, and the name of the last if more follow."""

    def rows(self, company: Company, asked: Asked) -> Iterator[Cells]:
        """All of them."""

    def totals(self, company: Company, asked: Asked, columns: Sequence[Column]) -> list[dict[str, Any]]:
        """One row per currency: `currency`, `count` and the sum of each column that is summed."""


KeyKind = Literal["day", "number", "text"]
_CASTS = {"day": "date", "number": "bigint", "text": "text"}


@dataclass(frozen=True, slots=True)
class Sql:
    """Rows by a query: `text` writes it for what was asked; `key` are the columns it is ordered by, never null."""

    text: Callable[[Asked], str]
    key: Sequence[tuple[str, KeyKind]]
    dress: Callable[[dict[str, Any]], None] | None = None

    def page(self, company: Company, asked: Asked, *, after: str, limit: int) -> tuple[list[Cells], str]:
        floor = read_key(after, self.key)
        params = asked.parameters(company)
        where = ""
        if floor:
            params |= {f"after{at}": value for at, value in enumerate(floor)}
            floors = ", ".join(f"%(after{at})s::{_CASTS[kind]}" for at, (_name, kind) in enumerate(self.key))
            where = f"where ({self._names}) > ({floors})"
        with connection.cursor() as cursor:
            cursor.execute(self._ordered(asked, where, limit + 1), params)
            found: list[Cells] = list(self._dressed(cursor, cursor.fetchall()))
        more = len(found) > limit
        return found[:limit], write_key(found[limit - 1], self.key) if more else ""

    def rows(self, company: Company, asked: Asked) -> Iterator[Cells]:
        """By a cursor of the server, so that no process holds them all."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(self._ordered(asked, "", None), asked.parameters(company))
            while batch := cursor.fetchmany(BATCH):
                yield from self._dressed(cursor, batch)

    def totals(self, company: Company, asked: Asked, columns: Sequence[Column]) -> list[dict[str, Any]]:
        sums = "".join(f", coalesce(sum({each.name}), 0) as {each.name}" for each in columns if each.is_summed)
        sql = f"select currency, count(*) as count{sums} from ({self.text(asked)}) r group by currency order by 1"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, asked.parameters(company))
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @property
    def _names(self) -> str:
        return ", ".join(f'{name} collate "C"' if kind == "text" else name for name, kind in self.key)

    def _ordered(self, asked: Asked, where: str, limit: int | None) -> str:
        most = f" limit {limit}" if limit else ""
        return f"select * from ({self.text(asked)}) r {where} order by {self._names}{most}"  # noqa: S608

    def _dressed(self, cursor: Any, batch: Sequence[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
        names = [column[0] for column in cursor.description]
        for values in batch:
            cells = dict(zip(names, values, strict=True))
            if "name_local" in cells:
                cells["customer"] = wording.names(cells["name"] or "", cells["name_local"] or "")[0]
            if self.dress:
                self.dress(cells)
            yield cells


@dataclass(frozen=True, slots=True)
class Computed:
    """Rows that are worked out all at once; a page is cut from them. For reports that are as long as there are
    customers who owe, never as long as the book."""

    work: Callable[[Company, Asked], list[dict[str, Any]]]

    def page(self, company: Company, asked: Asked, *, after: str, limit: int) -> tuple[list[Cells], str]:
        start = read_number(after) or 0
        found = self.work(company, asked)
        more = start + limit < len(found)
        return list(islice(found, start, start + limit)), str(start + limit) if more else ""

    def rows(self, company: Company, asked: Asked) -> Iterator[Cells]:
        yield from self.work(company, asked)

    def totals(self, company: Company, asked: Asked, columns: Sequence[Column]) -> list[dict[str, Any]]:
        sums: dict[str, dict[str, Any]] = {}
        for row in self.work(company, asked):
            total = sums.setdefault(row["currency"], {"currency": row["currency"], "count": 0})
            total["count"] += 1
            for column in columns:
                if column.is_summed:
                    total[column.name] = total.get(column.name, Decimal(0)) + row[column.name]
        return [sums[currency] for currency in sorted(sums)]


def no_proofs(company: Company, asked: Asked) -> list[Proof]:
    """Of a report that has nothing to be compared with."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`clock`: "period", "day" or "two days". `fields` are the filters it knows, `needs` those it cannot do without.

    `verb` opens it, `export_verb` takes it out of the house. `urls` says where a cell of a row leads.
    """

    slug: str
    title: Words
    about: Words
    clock: Literal["period", "day", "two days"]
    fields: Sequence[str]
    columns: Callable[[Asked], Sequence[Column]]
    source: Source
    urls: Callable[[Cells, Asked], Mapping[str, str]]
    needs: Sequence[str] = ()
    verb: str = "report.view"
    export_verb: str = "report.view"
    proofs: Callable[[Company, Asked], list[Proof]] = field(default=no_proofs)


def write_key(cells: Cells, key: Sequence[tuple[str, KeyKind]]) -> str:
    """The row in an address."""
    return SEPARATOR.join(str(cells[name]) for name, _kind in key)


def read_key(text: str, key: Sequence[tuple[str, KeyKind]]) -> list[Any]:
    """The row named in an address; nothing, the first page, for anything that is not one."""
    parts = text.split(SEPARATOR)
    if len(parts) != len(key):
        return []
    values = [_read(part, kind) for part, (_name, kind) in zip(parts, key, strict=True)]
    return [] if None in values else values


def _read(part: str, kind: KeyKind) -> Any:
    if kind == "text":
        return part if len(part) <= 80 and "\x00" not in part else None
    if kind == "number":
        number = read_number(part.removeprefix("-"))
        return -number if number is not None and part.startswith("-") else number
    try:
        return date.fromisoformat(part)
    except ValueError:
        return None
