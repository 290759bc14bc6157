"""Setting exchange rates. Documents copy the rate they were posted at, so no past figure moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import Company, ExchangeRate, User
from arap.core.money import CURRENCIES


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRate:
    """`rate` units of base currency for one unit of `currency`, valid from a day on."""

    currency: str
    valid_from: date
    rate: Decimal
    is_provisional: bool = False


@transaction.atomic
def set_rates(company: Company, rates: Sequence[NewRate], *, source: str, by: User | None) -> int:
    """Set rates in one statement; a rate of the same currency and day is replaced.

    Raises Invalid for an unknown currency, the base currency itself, a rate that is not positive,
    or two different rates for one day. Returns how many were set.
    """
    distinct = {(rate.currency, rate.valid_from): rate for rate in rates}
    for rate in rates:
        _check(company, rate)
        if distinct[rate.currency, rate.valid_from] != rate:
            raise _invalid(rate, _("There are two rates for %(currency)s on %(on)s."))
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(
                company=company,
                currency=rate.currency,
                valid_from=rate.valid_from,
                rate=rate.rate,
                source=source,
                is_provisional=rate.is_provisional,
            )
            for rate in distinct.values()
        ],
        update_conflicts=True,
        unique_fields=["company", "currency", "valid_from"],
        update_fields=["rate", "source", "is_provisional"],
        batch_size=5000,
    )
    after = {"rates": len(distinct), "source": source}
    audit.record(by=by, verb="rate.set", obj=company, after=after)
    return len(distinct)


def _check(company: Company, rate: NewRate) -> None:
    if rate.currency not in CURRENCIES:
        raise _invalid(rate, _("“%(currency)s” is not a currency."))
    if rate.currency == company.base_currency:
        raise _invalid(rate, _("%(currency)s is the base currency; its rate is always 1."))
    if rate.rate <= 0:
        raise _invalid(rate, _("The rate of %(currency)s on %(on)s must be greater than zero."))


def _invalid(rate: NewRate, message: Promise) -> Invalid:
    on = rate.valid_from.isoformat()
    text = str(message) % {"currency": rate.currency, "on": on}
    return Invalid("invalid_rate", text, currency=rate.currency, on=on)
