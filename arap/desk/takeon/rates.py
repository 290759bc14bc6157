"""Exchange rates of a take-on: those of a file, and provisional ones where none is known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from arap.core.actions.rates import NewRate, set_rates
from arap.core.models import Company, ExchangeRate, User
from arap.desk.mapping import FileRefused, Mapping, Rejected, Target, open_rows
from arap.desk.mapping.declaration import parse_mapping
from arap.desk.takeon.checks import run

TARGET = Target(
    name="rates",
    fields={"currency": "currency", "valid_from": "date", "rate": "number"},
    required=frozenset({"currency", "valid_from", "rate"}),
)
COLUMNS = [
    {"header": "currency", "field": "currency", "required": True},
    {"header": "date", "field": "valid_from", "required": True},
    {"header": "rate", "field": "rate", "required": True},
]
# numeric(20, 10) holds ten digits on either side of the point.
RATE_LIMIT = Decimal(10) ** 10
RATE_PLACES = Decimal(1).scaleb(-10)

ONE = Decimal(1)


def rates_mapping() -> Mapping:
    """`currency,date,rate`: base units for one unit, valid from that day on."""
    return parse_mapping("rates", {"column": COLUMNS}, TARGET)


def read_rates(path: Path) -> list[NewRate]:
    """The rates in the file. Raises FileRefused, naming the row, for the first that cannot be used."""
    reading = open_rows(path, rates_mapping(), TARGET)
    rates: list[NewRate] = []
    for row in reading.rows():
        if isinstance(row, Rejected):
            raise _refused(row.row, row.message)
        rate = row.values["rate"].quantize(RATE_PLACES)
        if not 0 < rate < RATE_LIMIT:
            raise _refused(row.number, _("The rate is too small or too large."))
        rates.append(NewRate(currency=row.values["currency"], valid_from=row.values["valid_from"], rate=rate))
    return rates


def _refused(row: int, message: str) -> FileRefused:
    return FileRefused(_("Row %(row)d of the rates: %(message)s") % {"row": row, "message": message})


def apply_rates(company: Company, rates: list[NewRate], *, source: str, by: User | None) -> int:
    """Set those rates that are new or different; returns how many. One of the base currency is 1 and is left out.

    Raises Invalid for two different rates of one day, FileRefused for another rate of the base currency.
    """
    if any(rate.currency == company.base_currency and rate.rate != ONE for rate in rates):
        raise FileRefused(
            _("The rates file gives a rate for %(currency)s, the base currency.") % {"currency": company.base_currency}
        )
    stored = ExchangeRate.objects.filter(company=company, is_provisional=False)
    known = {(currency, day): rate for currency, day, rate in stored.values_list("currency", "valid_from", "rate")}
    changed = [
        rate
        for rate in rates
        if rate.currency != company.base_currency and known.get((rate.currency, rate.valid_from)) != rate.rate
    ]
    return set_rates(company, changed, source=source, by=by) if changed else 0


def latest_rates(company: Company) -> list[ExchangeRate]:
    """The latest rate of each currency, in alphabetical order."""
    rates = ExchangeRate.objects.filter(company=company).order_by("currency", "-valid_from")
    return list(rates.distinct("currency"))


# The rate of every currency and day on which something is to be posted, the base currency's too.
RATES_NEEDED = """
drop table if exists takeon_rate;
create temp table takeon_rate as
with days as (
  select currency, issued_on as day from takeon_row where fate = 'new'
  union select currency, settled_on from takeon_row where fate in ('new', 'settle') and settled_on is not null
)
select d.currency, d.day, case when d.currency = %(base)s then 1 else r.rate end as rate,
       d.currency <> %(base)s and r.is_provisional as is_provisional
  from days d
  left join lateral (
    select rate, is_provisional from core_exchangerate r
     where r.company_id = %(company)s and r.currency = d.currency and r.valid_from <= d.day
     order by r.valid_from desc limit 1) r on true;
create unique index on takeon_rate (currency, day);
analyze takeon_rate
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """On `days` days from `first_on` to `last_on` something in `currency` is to be posted and no rate is known.

    Known is a rate that somebody gave, of that day or before it; a provisional one is not.
    """

    currency: str
    first_on: date
    last_on: date
    days: int


def lacking_rates(company: Company) -> list[Lacking]:
    """Fill takeon_rate and say what is missing, by currency."""
    _look_up(company)
    found = run(
        """
        select currency, min(day), max(day), count(*) from takeon_rate
         where rate is null or is_provisional group by currency order by currency
        """,
        {},
    )
    return [Lacking(currency=row[0], first_on=row[1], last_on=row[2], days=row[3]) for row in found]


def find_rates(company: Company, *, by: User | None) -> list[str]:
    """Fill takeon_rate. Where no rate is known a provisional 1 is set; the warnings say where it is used."""
    _look_up(company)
    missing = run("select currency, min(day) from takeon_rate where rate is null group by currency order by 1", {})
    if missing:
        _set_provisional(company, missing, by)
        _look_up(company)
    used = run("select currency, min(day) from takeon_rate where is_provisional group by currency order by 1", {})
    return [
        _("No exchange rate is known for %(currency)s from %(day)s: a provisional rate of 1 is used.")
        % {"currency": currency, "day": day.isoformat()}
        for currency, day in used
    ]


def _look_up(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute(RATES_NEEDED, {"company": company.pk, "base": company.base_currency})


def _set_provisional(company: Company, missing: list[tuple[Any, ...]], by: User | None) -> None:
    def provisional(currency: str, day: date) -> NewRate:
        return NewRate(currency=currency, valid_from=day, rate=ONE, is_provisional=True)

    set_rates(company, [provisional(*each) for each in missing], source=_("take-on"), by=by)
