"""The template vocabulary: money, dates, ages, shares, names, states, age bars.

Every amount on every page goes through `{% money %}`, every state through `{% state %}`.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from arap.core import wording
from arap.core.bars import age_parts, pieces, shade
from arap.core.money import CURRENCIES
from arap.core.states import STATES

register = template.Library()

BAR_WIDTH = 180
STATE_BAR_WIDTH = 1000


@register.simple_tag
def money(
    amount: Decimal | None,
    currency: str,
    *,
    prefix: bool = False,
    dash: bool = False,
    quiet: bool = False,
    pad: bool = False,
) -> SafeString:
    """An amount in the decimals of its currency.

    `prefix` puts the code before it; `dash` shows zero as a quiet dash; `quiet` lets the cents step
    back; `pad` keeps JPY and KWD on the same point as currencies with two decimals, in mixed columns:
    what JPY lacks is invisible, the third decimal of KWD hangs over the edge.
    """
    if amount is None:
        return SafeString("")
    parts = wording.amount_parts(amount, currency)
    code = format_html('<span class="num__currency">{}</span>', currency) if prefix else ""
    if dash and amount == 0:
        pad_text = format_html('<span class="num__pad">{}</span>', parts.cents or parts.pad)
        body = format_html('<span class="num__zero">{}</span>{}', wording.HAIRLINE_DASH, pad_text if pad else "")
        return format_html('<span class="num">{}{}</span>', code, body)
    cents = _cents(parts.cents, quiet=quiet, hang=pad)
    padding = format_html('<span class="num__pad">{}</span>', parts.pad) if pad else ""
    return format_html('<span class="num">{}{}{}{}{}</span>', code, parts.sign, parts.whole, cents, padding)


def _cents(cents: str, *, quiet: bool, hang: bool) -> str | SafeString:
    if quiet:
        return format_html('<span class="num__quiet">{}</span>', cents)
    if hang and len(cents) > len(".00"):
        return format_html('{}<span class="num__hang">{}</span>', cents[:3], cents[3:])
    return cents


@register.simple_tag
def amount_words(amount: Decimal, currency: str) -> str:
    """An amount with its currency as plain text, for labels and attributes."""
    return f"{currency} {wording.amount_text(amount, currency)}"


@register.simple_tag
def querystring_of(**fields: object) -> str:
    """The fields that say something, as the query of an address."""
    return urlencode({name: value for name, value in fields.items() if value not in ("", None)})


@register.simple_tag
def age(due_on: date | None, as_of: date) -> SafeString:
    """How late an item is on `as_of`, in words; overdue also by weight."""
    if due_on is None:
        return format_html('<span class="age">{}</span>', wording.HAIRLINE_DASH)
    days = (as_of - due_on).days
    return format_html('<span class="age{}">{}</span>', " age--over" if days > 0 else "", wording.age_words(days))


@register.inclusion_tag("_status_tag.html")
def state(code: str, word: str = "") -> dict[str, Any]:
    """The mark and word of a state; `word` replaces the word where it carries a figure."""
    known = STATES[code]
    return {"shape": known.shape, "tone": known.tone, "word": word or known.word}


@register.inclusion_tag("_party.html")
def party(name: str, name_local: str = "") -> dict[str, str]:
    """A name in the reader's script first, the other script quiet behind it."""
    first, second = wording.names(name, name_local)
    return {"first": first, "second": second}


@register.filter
def own_name(named: Any) -> str:
    """The name in the reader's script of anything with `name` and `name_local`."""
    return wording.names(named.name, named.name_local)[0]


@register.inclusion_tag("_age_bar.html")
def age_bar(buckets: Sequence[Decimal], label: str = "") -> dict[str, Any]:
    """A bar of the debit buckets. The numbers stand beside it, so it is hidden from readers."""
    return {"parts": age_parts(buckets, width=BAR_WIDTH), "width": BAR_WIDTH, "label": label}


@register.inclusion_tag("_state_bar.html")
def state_bar(counts: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """One bar for (state, how many), in that order. The numbers stand below it, so it is hidden from readers."""
    found = pieces([count for _code, count in counts], width=STATE_BAR_WIDTH)
    return {"parts": [(piece, counts[piece.index][0]) for piece in found], "width": STATE_BAR_WIDTH}


@register.simple_tag
def bucket_shade(index: int, count: int) -> int:
    """Which of the five age colours bucket `index` of `count` has."""
    return shade(index, count)


@register.filter
def day(on: date | None) -> str:
    """A date in a table; nothing is a dash."""
    return wording.day(on) if on else wording.HAIRLINE_DASH


@register.filter
def prose_day(on: date | None) -> str:
    """A date in a sentence."""
    return wording.prose_day(on) if on else wording.HAIRLINE_DASH


@register.filter
def short_day(on: date | None) -> str:
    """A date whose year is clear from the place."""
    return wording.short_day(on) if on else wording.HAIRLINE_DASH


@register.filter
def long_day(on: date) -> str:
    """A date with its weekday."""
    return wording.long_day(on)


@register.filter
def moment(at: datetime | None) -> str:
    """An instant in the company's zone."""
    return wording.moment(at) if at else wording.HAIRLINE_DASH


@register.filter
def typed_moment(at: datetime) -> str:
    """An instant as one types it into "known at": local, to the minute."""
    return wording.typed_moment(at)


@register.filter
def percent(share: Decimal | None, decimals: int = 1) -> str:
    """A share of one as a percentage."""
    return wording.HAIRLINE_DASH if share is None else wording.percent(share, decimals)


@register.filter
def per_cent(number: Decimal) -> str:
    """A number that counts per cent already, such as a tax rate of 13: "13 %", "13%"."""
    return wording.percent(number / 100, max(-int(number.normalize().as_tuple().exponent), 0))


@register.filter
def grouped(number: int) -> str:
    """A count in groups of three: 12,406."""
    return f"{number:,}"


@register.filter
def absolute(number: int) -> int:
    """A number of days without its sign."""
    return abs(number)


@register.filter
def as_json(value: object) -> str:
    """The value as JSON, for a data- attribute; the template escapes it."""
    return json.dumps(value)


@register.simple_tag
def currency_decimals(currency: str) -> int:
    """How many decimals a money input of that currency takes; two where the code is not known."""
    return CURRENCIES.get(currency, 2)


@register.filter
def plain(number: Decimal) -> str:
    """A quantity, price or rate without trailing zeros: 3, 12.5, 13."""
    return f"{number.normalize():,f}"


@register.filter
def negated(amount: Decimal) -> Decimal:
    """The amount with the other sign, for the credit column of a journal."""
    return -amount


@register.filter
def seconds_words(seconds: int | None) -> str:
    """A length of time: 8 s, 3 min 5 s, 2 h 10 min; nothing is a dash."""
    return wording.HAIRLINE_DASH if seconds is None else wording.seconds_words(seconds)


@register.filter
def rate_words(rate: float) -> str:
    """How many a second: 1,284, 14.2, 0.31."""
    decimals = 0 if rate >= 100 else 1 if rate >= 1 else 2
    return f"{rate:,.{decimals}f}"


@register.filter
def short_amount(amount: Decimal) -> str:
    """An amount in a sentence: 12.84 m, 1,284 万."""
    return wording.short_amount(amount)
