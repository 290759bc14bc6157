"""The aging report cut into pages, with a name for each row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from aging.queries import AgingRow
from arap.core import wording
from arap.core.models import Company, User
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row and what it is called; `customer_id` is set where the row is one customer."""

    row: AgingRow
    name: str
    name2: str
    code: str
    customer_id: int | None

    @property
    def key(self) -> str:
        """The row's key as text, for addresses and element ids; "-" stands for none."""
        return "-" if self.row.key in (None, "") else str(self.row.key)


def rank(row: AgingRow) -> tuple[Decimal, str, str]:
    """The order of the report: the largest in base currency first; key and currency break ties."""
    return (-row.base_total, str(row.key or ""), row.currency)


def cut(
    rows: Sequence[AgingRow], *, bucket: int | None, after: Sequence[str], limit: int
) -> tuple[list[AgingRow], list[AgingRow], bool]:
    """(all rows that are shown, the page of them that follows `after`, whether more follow).

    With `bucket` only the rows that hold something in that bucket are shown.
    """
    shown = sorted((row for row in rows if bucket is None or row.buckets[bucket]), key=rank)
    start = 0
    if after:
        floor = (-Decimal(after[0]), after[1], after[2])
        start = next((at for at, row in enumerate(shown) if rank(row) > floor), len(shown))
    return shown, shown[start : start + limit], start + limit < len(shown)


def named(company: Company, by: str, rows: Sequence[AgingRow]) -> list[NamedRow]:
    """The rows with their names. One query."""
    name_of = NAMES[by](company, rows)
    return [name_of(row) for row in rows]


def _customers(company: Company, rows: Sequence[AgingRow]) -> Callable[[AgingRow], NamedRow]:
    ids = [row.key for row in rows if row.key is not None]
    found = Customer.objects.filter(company=company).in_bulk(ids)

    def name_of(row: AgingRow) -> NamedRow:
        customer = found.get(row.key)
        if customer is None:
            return NamedRow(row, _("Payer unknown"), "", "", None)
        first, second = wording.names(customer.name, customer.name_local)
        return NamedRow(row, first, second, customer.code, customer.pk)

    return name_of


def _owners(company: Company, rows: Sequence[AgingRow]) -> Callable[[AgingRow], NamedRow]:
    found = User.objects.in_bulk([row.key for row in rows if row.key is not None])

    def name_of(row: AgingRow) -> NamedRow:
        user = found.get(row.key)
        return NamedRow(row, user.get_full_name() if user else _("No owner"), "", "", None)

    return name_of


def _segments(company: Company, rows: Sequence[AgingRow]) -> Callable[[AgingRow], NamedRow]:
    return lambda row: NamedRow(row, str(row.key or _("No segment")), "", "", None)


def _currencies(company: Company, rows: Sequence[AgingRow]) -> Callable[[AgingRow], NamedRow]:
    return lambda row: NamedRow(row, row.currency, "", "", None)


NAMES = {
    "customer": _customers,
    "parent": _customers,
    "owner": _owners,
    "segment": _segments,
    "currency": _currencies,
}
