"""Payment terms, worked by hand from calendars; the notation of trade credit (2/10, n/30) is that of
Horngren, Introduction to Financial Accounting, and of Weygandt, Accounting Principles (credit terms)."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from arap.core.money import is_exact
from customers.rules import (
    DiscountTier,
    Due,
    Share,
    Terms,
    TermsError,
    discount_at,
    discount_offers,
    instalments,
    net,
    parse_terms,
    write_terms,
)
from customers.validation import TERMS_MESSAGES, validate_rule

DUE = """
# rule         document_on  due_on      why
n/0            2026-01-15   2026-01-15  cash
n/30           2026-01-15   2026-02-14  thirty days, not a month
NET 30         2026-01-31   2026-03-02  over the end of February
n/30           2024-01-31   2024-03-01  a leap year
eom            2026-02-10   2026-02-28  the last day of the month
eom            2026-02-28   2026-02-28  dated on the last day itself
eom+10         2026-01-31   2026-02-10  ten days after the month's end
eom+30         2026-01-05   2026-03-02  thirty days after 31 January
eom + 10       2025-12-05   2026-01-10  over the end of the year
day_15         2026-01-10   2026-01-15  the next 15th
day_15         2026-01-15   2026-01-15  dated on the 15th itself
day_15         2026-01-16   2026-02-15  the 15th of the next month
day_31         2026-02-10   2026-02-28  a month without a 31st gives its last day
day_31         2026-02-28   2026-02-28  and that last day counts
day_15+30      2026-01-10   2026-02-15  thirty days are 9 February, then the next 15th
day_15+30      2026-01-20   2026-03-15  thirty days are 19 February, then the next 15th
day_10         2025-12-11   2026-01-10  over the end of the year
2/10_n/30      2026-01-15   2026-02-14  a discount does not move the due date
"""


def rows_of(table: str, columns: int) -> list[list[str]]:
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return [
        line.replace("eom + 10", "eom+10").replace("NET 30", "NET_30").split(maxsplit=columns - 1) for line in lines
    ]


due_rows = rows_of(DUE, 4)


@pytest.mark.parametrize("rule, document_on, expected, why", due_rows, ids=[row[3] for row in due_rows])
def test_due_date(rule: str, document_on: str, expected: str, why: str) -> None:
    terms = parse_terms(rule.replace("_", " "))
    (only,) = instalments(terms, document_on=date.fromisoformat(document_on), amount=Decimal("100.00"), currency="CNY")
    assert (only.amount, only.due_on) == (Decimal("100.00"), date.fromisoformat(expected))


def parts(rule: str, amount: str, currency: str = "CNY") -> list[str]:
    found = instalments(parse_terms(rule), document_on=date(2026, 1, 31), amount=Decimal(amount), currency=currency)
    return [f"{part.due_on} {part.amount}" for part in found]


def test_instalments_are_rounded_and_the_last_takes_the_remainder() -> None:
    # A third of 100.00 is 33.33; the last is 33.34, not 33.33.
    thirds = "33.33% n/0, 33.33% n/30, 33.34% n/60"
    assert parts(thirds, "100.01") == ["2026-01-31 33.33", "2026-03-02 33.33", "2026-04-01 33.35"]
    assert parts("50% n/0, 50% n/30", "0.01") == ["2026-01-31 0.01"], "a part of nothing is left out"
    assert parts("30% eom, 70% eom+30", "1001", "JPY") == ["2026-01-31 300", "2026-03-02 701"]
    assert parts("50% n/0, 50% n/30", "-10.01") == ["2026-01-31 -5.01", "2026-03-02 -5.00"]


# 2/10 n/30 on 10 000.00: within ten days 9 800.00 settle it.
DISCOUNT = """
# rule              paid_on     discount  why
2/10_n/30           2026-01-15  200.00    on the invoice date
2/10_n/30           2026-01-25  200.00    on the tenth day
2/10_n/30           2026-01-26  0         on the eleventh day
3/10_2/20_n/60      2026-01-25  300.00    first tier
3/10_2/20_n/60      2026-01-26  200.00    second tier
3/10_2/20_n/60      2026-02-04  200.00    the last day of the second tier
3/10_2/20_n/60      2026-02-05  0         after both
1.5%/10_eom+30      2026-01-20  150.00    a fraction of a per cent
n/30                2026-01-15  0         no discount agreed
"""
discount_rows = rows_of(DISCOUNT, 4)


@pytest.mark.parametrize(
    "rule, paid_on, expected, why", discount_rows, ids=[row[0] + " " + row[3] for row in discount_rows]
)
def test_early_payment_discount(rule: str, paid_on: str, expected: str, why: str) -> None:
    assert discount_at(
        parse_terms(rule.replace("_", " ")),
        document_on=date(2026, 1, 15),
        paid_on=date.fromisoformat(paid_on),
        amount=Decimal("10000.00"),
        currency="CNY",
    ) == Decimal(expected)


def test_a_discount_is_rounded_to_the_currency() -> None:
    (offer,) = discount_offers(
        parse_terms("2/10 n/30"), document_on=date(2026, 1, 15), amount=Decimal("99.75"), currency="CNY"
    )
    assert (offer.until_on, offer.percent, offer.discount) == (date(2026, 1, 25), Decimal(2), Decimal("2.00"))


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "30",
        "n/",
        "n/-1",
        "n/99999",
        "net thirty",
        "day 0",
        "day 32",
        "eom-5",
        "2/10",
        "2/40 n/30",
        "100/10 n/30",
        "0/10 n/30",
        "2/10 3/20 n/30",
        "2/20 1/10 n/30",
        "50% n/0",
        "50% n/0, 60% n/30",
        "0% n/0, 100% n/30",
        "50% n/0; 50% n/30",
        "100%",
        "n/30 and something",
        "2/" + "1" * 10_000 + " n/30",
    ],
)
def test_what_is_no_payment_term_is_refused_with_a_reason(rule: str) -> None:
    with pytest.raises(TermsError) as refusal:
        parse_terms(rule)
    assert refusal.value.code in TERMS_MESSAGES
    with pytest.raises(ValidationError):
        validate_rule(rule)


def test_every_reason_is_reached() -> None:
    rules = ["soon", "50% n/0, rest", "50% n/0, 60% n/30", "n/9999", "2/10 3/20 n/30", "0/10 n/30", "2/40 n/30"]
    reasons = set()
    for rule in rules:
        with pytest.raises(TermsError) as refusal:
            parse_terms(rule)
        reasons.add(refusal.value.code)
    assert reasons == set(TERMS_MESSAGES)


@pytest.mark.parametrize(
    "given_as, spelled",
    [
        ("NET 30", "n/30"),
        ("N / 30", "n/30"),
        ("2%/10, n/30", "2/10 n/30"),
        ("2.50/10 net 30", "2.5/10 n/30"),
        ("EOM + 0", "eom"),
        ("Day 15 + 30", "day 15+30"),
        ("30.0% n/0,70% eom+10", "30% n/0, 70% eom+10"),
    ],
)
def test_terms_have_one_spelling(given_as: str, spelled: str) -> None:
    assert write_terms(parse_terms(given_as)) == spelled


dues = st.one_of(
    st.builds(Due, st.sampled_from(["net", "eom"]), st.integers(0, 365)),
    st.builds(Due, st.just("day"), st.integers(0, 365), st.integers(1, 31)),
)
cuts = st.lists(st.integers(1, 99), max_size=5, unique=True).map(sorted)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    marks = [0, *draw(cuts), 100]
    shares = [Share(Decimal(high - low), draw(dues)) for low, high in pairwise(marks)]
    return Terms(tuple(shares))


@given(terms=any_terms())
def test_reading_and_spelling_are_inverse(terms: Terms) -> None:
    assert parse_terms(write_terms(terms)) == terms


def test_tiers_are_read_as_written() -> None:
    assert parse_terms("3/10 2/20 n/60") == Terms(
        (Share(Decimal(100), Due("net", 60)),), (DiscountTier(Decimal(3), 10), DiscountTier(Decimal(2), 20))
    )
    assert net(30) == parse_terms("n/30")


@given(
    terms=any_terms(),
    amount=st.decimals(-(10**10), 10**10, places=2).filter(bool),
    document_on=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
)
def test_instalments_sum_to_the_invoice_and_none_is_due_before_it(
    terms: Terms, amount: Decimal, document_on: date
) -> None:
    found = instalments(terms, document_on=document_on, amount=amount, currency="CNY")
    assert sum(part.amount for part in found) == amount
    assert all(part.due_on >= document_on and is_exact(part.amount, "CNY") for part in found)
