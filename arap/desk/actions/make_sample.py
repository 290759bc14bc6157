"""A lifelike company for demonstrations and measurements, the same for the same seed and last day."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.utils.translation import gettext as _

from arap.core.dates import add_months
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, TaxCode, User
from arap.core.queries import calendar_of
from arap.desk.sample import founding
from arap.desk.sample.booking import Booking
from arap.desk.sample.names import CLOSER, HERO
from arap.desk.sample.story import ITEMS, Story
from arap.desk.sample.trade import Trade
from arap.desk.sample.world import make_traders
from arap.ledger.actions import refresh_statistics
from customers.actions import ensure_terms

PRACTICE_PEOPLE = "practice"
MONTHS = 36
STORY_FROM_ITEMS = 20 * ITEMS


@dataclass(frozen=True, slots=True)
class Sample:
    """What was made: numbers of customers and items, and the seconds it took."""

    company: Company
    customers: int
    items: int
    seconds: float


def make_sample(
    code: str,
    *,
    customers: int,
    items: int,
    until: date,
    seed: int = 1,
    practice_for: User | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Sample:
    """Found company `code` with `customers` customers and three years of trade up to `until`: `items` items.

    The same arguments give the same company. Months long past are closed. One for somebody to practise in is not active
    yet, and the people in it are those of all such companies. Raises Refused("company_exists"), Invalid for
    numbers below one.
    """
    if customers < 1 or items < 1:
        raise Invalid("too_few", _("A sample has at least one customer and one item."))
    if Company.objects.filter(code=code).exists():
        raise Refused("company_exists", _("There is a company “%(code)s” already.") % {"code": code})
    started = time.monotonic()
    rnd = Random(f"{seed} {customers} {items}")  # noqa: S311 - a sample is to be repeatable, not secret
    first_day = add_months(until, -MONTHS).replace(day=1)
    company = founding.found(code, first_day=first_day, until=until, rnd=rnd, practice_for=practice_for)
    people = founding.hire(company, prefix=PRACTICE_PEOPLE if practice_for else "")
    traders = make_traders(customers, rnd)
    ids = founding.settle_in(company, traders, people, rnd)
    refresh_statistics()
    calendar = calendar_of(company)
    days = [first_day + timedelta(days=at) for at in range((until - first_day).days)]
    working = [day for day in days if calendar.is_business_day(day)]
    story = Story(traders[0], until) if items >= STORY_FROM_ITEMS and traders[0].name.code == HERO else None
    trade = Trade(traders, business_days=[*working, until], items=items, rnd=rnd, story=story)
    terms = ensure_terms(company, {"n/30", *(trader.name.terms for trader in traders)}, by=None)
    rates = {
        f"{rate.normalize():f}": pk for rate, pk in TaxCode.objects.filter(company=company).values_list("rate", "pk")
    }
    booking = Booking(company, people[CLOSER[0]], ids, terms, rates)
    made = booking.write(trade.events(), lambda done: progress(done, items))
    founding.close_old_periods(company, until, by=people[CLOSER[0]])
    return Sample(company, len(traders), made, time.monotonic() - started)
