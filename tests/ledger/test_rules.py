"""The book's money rules as tables, as properties, and side by side with the SQL that holds them again.

Sources: rounding half away from zero is PostgreSQL's round(numeric, int) and the 四舍五入 of Chinese practice; the
exchange difference at settlement is IAS 21.28 and CAS 19 art. 11; the house rule "all that is left when it empties".
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import gcd

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from arap.ledger.rules import cumulative_base, realised_difference, rounded, share_of_base, unrealised_difference

UNITS = st.sampled_from([0, 2, 3])
# numeric(20, 3) holds what an item can be; fifteen digits before the point is what a person can enter
AMOUNT = st.integers(min_value=1, max_value=10**18).map(lambda mils: Decimal(mils).scaleb(-3))
RATE = st.integers(min_value=1, max_value=10**14).map(lambda n: Decimal(n).scaleb(-10))


def table(text: str) -> list[list[str]]:
    """Rows of a text table; the last column (why) may hold spaces, as the heading has as many columns."""
    lines = [line for line in text.splitlines() if line.strip()]
    width = len(lines[0].split()) - 1  # the heading begins with #
    return [line.split(maxsplit=width - 1) for line in lines[1:]]


ROUNDED = table("""
# amount   unit  result   why
0.005      2     0.01     half goes away from zero
-0.005     2     -0.01    on both sides of zero
0.0049999  2     0.00     less than half goes down
2.5        0     3        not to even: JPY
-3.5       0     -4       negative JPY
1.2345     3     1.235    KWD has three decimals
712.345    2     712.35   not banker's rounding
""")


@pytest.mark.parametrize("amount, unit, result, why", ROUNDED, ids=[row[3] for row in ROUNDED])
def test_rounding(amount: str, unit: str, result: str, why: str) -> None:
    assert rounded(Decimal(amount), int(unit)) == Decimal(result)


SHARES = table("""
# open_base open    amount  unit  share    why
712.35      100.00  33.33   2     237.43   a third in round figures
474.92      66.67   66.67   2     474.92   all that is left when it empties
0.01        3       1       2     0.00     a third of a cent is nothing yet
0.01        1       1       2     0.01     and the last one takes the cent
105         100.00  33.33   0     35       base without decimals: 34.9965
30.750      100.00  33.33   3     10.249   base with three decimals
-705.00     -100.00 -50.00  2     -352.50  a credit is negative on both sides
0           50.00   20.00   2     0        no base, no share
""")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("open_base, open_amount, amount, unit, share, why", SHARES, ids=[row[5] for row in SHARES])
def test_share_of_base(open_base: str, open_amount: str, amount: str, unit: str, share: str, why: str) -> None:
    figures = Decimal(open_base), Decimal(open_amount), Decimal(amount)
    assert share_of_base(*figures, int(unit)) == Decimal(share)
    assert share_in_sql(*figures, int(unit)) == Decimal(share)


CUMULATIVE = table("""
# amounts              rate    unit  bases                   why
33.33,33.33,33.34      7.1235  2     237.43,237.42,237.50    the worked example: 712.35 in all
0.01,0.01,0.01         0.5     2     0.01,0.00,0.01          1.5 cents make two, never three
1000,1000,1000         0.0469  2     46.90,46.90,46.90       JPY in a base of two decimals
1.250,1.250            23.01   2     28.76,28.77             KWD in a base of two decimals
-33.33,-33.33,-33.34   7.1235  2     -237.43,-237.42,-237.50 credits mirror debits
100.00,-100.00         7.1235  2     712.35,-712.35          a zero total has a zero base
""")


@pytest.mark.parametrize("amounts, rate, unit, bases, why", CUMULATIVE, ids=[row[4] for row in CUMULATIVE])
def test_cumulative_base(amounts: str, rate: str, unit: str, bases: str, why: str) -> None:
    parts = [Decimal(amount) for amount in amounts.split(",")]
    assert cumulative_base(parts, Decimal(rate), int(unit)) == [Decimal(base) for base in bases.split(",")]


def test_realised_difference_of_the_textbook() -> None:
    """USD 100 invoiced at 7.10, received at 7.05: a loss of 5.00; the other way round a gain."""
    assert realised_difference(Decimal("710.00"), Decimal("705.00")) == Decimal("5.00")
    assert realised_difference(Decimal("705.00"), Decimal("710.00")) == Decimal("-5.00")


def part_of(amount: Decimal, part: Fraction) -> Decimal:
    return Decimal(int(Fraction(amount) * 1000 * part)).scaleb(-3)


@st.composite
def hair_below_half(draw: st.DrawFn) -> tuple[Decimal, Decimal, Decimal, int]:
    """Open base, open amount and a part of it whose exact share lies the least bit below a half of the smallest unit.

    A division cut off after too few digits says "half", and rounds it up.
    """
    size = draw(st.integers(min_value=10, max_value=10**17))
    open_mils = 2 * size + 1
    base = draw(st.integers(min_value=1, max_value=10**15).filter(lambda n: gcd(n, open_mils) == 1))
    part_mils = size * pow(base, -1, open_mils) % open_mils
    unit = draw(UNITS)
    return Decimal(base).scaleb(-unit), Decimal(open_mils).scaleb(-3), Decimal(part_mils).scaleb(-3), unit


def exactly(value: Fraction, unit: int) -> Decimal:
    """`value` rounded half away from zero, in whole numbers alone: the independent word on what is right."""
    scaled = abs(value) * 10**unit
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Decimal(whole if value >= 0 else -whole).scaleb(-unit)


@given(open_base=AMOUNT, open_amount=AMOUNT, part=st.fractions(0, 1), unit=UNITS)
def test_a_share_is_exact_and_never_more_than_there_is(
    open_base: Decimal, open_amount: Decimal, part: Fraction, unit: int
) -> None:
    open_base = rounded(open_base, unit)
    amount = part_of(open_amount, part)
    share = share_of_base(open_base, open_amount, amount, unit)
    assert 0 <= share <= open_base
    if amount != open_amount:
        assert share == exactly(Fraction(open_base) * Fraction(amount) / Fraction(open_amount), unit)


@given(hair_below_half())
def test_a_share_is_divided_far_enough(figures: tuple[Decimal, Decimal, Decimal, int]) -> None:
    open_base, open_amount, amount, unit = figures
    exact = Fraction(open_base) * Fraction(amount) / Fraction(open_amount)
    assert share_of_base(*figures) == exactly(exact, unit) < exact


@given(open_base=AMOUNT, amounts=st.lists(AMOUNT, min_size=1, max_size=8), unit=UNITS)
def test_parts_taken_one_after_the_other_leave_nothing(
    open_base: Decimal, amounts: Sequence[Decimal], unit: int
) -> None:
    left, left_base = sum(amounts, Decimal(0)), rounded(open_base, unit)
    for amount in amounts:
        share = share_of_base(left_base, left, amount, unit)
        assert 0 <= share <= left_base
        left, left_base = left - amount, left_base - share
    assert left == left_base == 0


@given(amounts=st.lists(AMOUNT, min_size=1, max_size=12), rate=RATE, unit=UNITS)
def test_parts_of_a_document_sum_to_the_rounded_whole(amounts: Sequence[Decimal], rate: Decimal, unit: int) -> None:
    bases = cumulative_base(amounts, rate, unit)
    assert sum(map(Fraction, bases)) == Fraction(exactly(sum(map(Fraction, amounts)) * Fraction(rate), unit))
    assert min(bases) >= 0
    for base, amount in zip(bases, amounts, strict=True):
        assert abs(Fraction(base) - Fraction(amount) * Fraction(rate)) <= Fraction(1, 10**unit)


def share_in_sql(open_base: Decimal, open_amount: Decimal, amount: Decimal, unit: int) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute("select ledger_share(%s, %s, %s, %s)", [open_base, open_amount, amount, unit])
        return Decimal(cursor.fetchone()[0])


@pytest.mark.usefixtures("db")
class TestTheSqlTwins:
    """The procedures hold the same rules; both are exact, so they are equal to the last digit."""

    @given(open_base=AMOUNT, open_amount=AMOUNT, part=st.fractions(0, 1), unit=UNITS)
    def test_share(self, open_base: Decimal, open_amount: Decimal, part: Fraction, unit: int) -> None:
        open_base = rounded(open_base, unit)
        amount = part_of(open_amount, part)
        figures = open_base, open_amount, amount, unit
        assert share_in_sql(*figures) == share_of_base(*figures)

    @given(hair_below_half())
    def test_share_a_hair_below_half(self, figures: tuple[Decimal, Decimal, Decimal, int]) -> None:
        assert share_in_sql(*figures) == share_of_base(*figures)

    @given(amounts=st.lists(AMOUNT, min_size=1, max_size=8), rate=RATE, unit=UNITS)
    def test_cumulative(self, amounts: list[Decimal], rate: Decimal, unit: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select round(upto * %(rate)s, %(unit)s) - round((upto - amount) * %(rate)s, %(unit)s)"
                "  from (select n, amount, sum(amount) over (order by n) as upto"
                "          from unnest(%(amounts)s::numeric[]) with ordinality a (amount, n)) x order by n",
                {"amounts": amounts, "rate": rate, "unit": unit},
            )
            assert [base for (base,) in cursor.fetchall()] == cumulative_base(amounts, rate, unit)


UNREALISED = table("""
# open      base     rate    unit  difference  why
100.00      710.00   7.25    2     15.00       a claim gains when the currency rises
-100.00     -710.00  7.25    2     -15.00      a debt loses by the same
66.67       474.92   7.20    2     5.10        480.02 at the closing rate
10001       469.05   0.0475  2     6.00        JPY: 475.0475 is 475.05
1.250       28.76    22.90   2     -0.13       KWD: 28.625 is 28.63
33.33       4983     151.00  0     50          base without decimals: 5032.83
33.33       10.247   0.3081  3     0.022       base with three decimals
0           0        7.25    2     0           nothing open, nothing to revalue
""")


@pytest.mark.parametrize("amount, base, rate, unit, result, why", UNREALISED, ids=[row[5] for row in UNREALISED])
def test_unrealised_difference(amount: str, base: str, rate: str, unit: str, result: str, why: str) -> None:
    """IAS 21.23(a), CAS 19 art. 11(1): monetary items at the closing rate."""
    assert unrealised_difference(Decimal(amount), Decimal(base), Decimal(rate), int(unit)) == Decimal(result)
