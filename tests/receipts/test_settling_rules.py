"""The rules of discounts and tolerances hold for whatever amounts there are."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from arap.core.money import CURRENCIES, quantize, quantum
from receipts.rules import Limit, Offer, earned, payable
from receipts.rules.bad_debts import role_for
from receipts.rules.discounts import most_discount, tax_in
from tests.ledger.model import UNITS

currencies = st.sampled_from(list(UNITS))
percents = st.sampled_from([Decimal(text) for text in ("0.5", "1", "2", "2.25", "3", "10", "33.3333", "99")])
units = st.integers(1, 10**9)
parts = st.lists(st.integers(1, 99), min_size=1, max_size=6)


def money(number: int, currency: str) -> Decimal:
    return Decimal(number).scaleb(-CURRENCIES[currency])


def offer_of(percent: Decimal, amount: Decimal, share: Decimal, currency: str, granted: Decimal = Decimal(0)) -> Offer:
    most = most_discount(
        percent=percent, share=share, amount=amount, credited=Decimal(0), granted=granted, currency=currency
    )

    return Offer(percent=percent, until_on=date.max, share=share, most=most)


@given(number=units, percent=percents, currency=currencies, net=st.integers(1, 100))
def test_what_is_payable_settles_to_the_last_cent(number: int, percent: Decimal, currency: str, net: int) -> None:
    amount = money(number, currency)
    offer = offer_of(percent, amount, Decimal(net) / 100, currency)
    cash = payable(offer, open_amount=amount, currency=currency)
    if cash > 0:
        assert cash + earned(offer, cash=cash, open_amount=amount, currency=currency) == amount


@given(number=units, percent=percents, currency=currencies, shares=parts)
def test_parts_never_earn_more_than_the_whole(number: int, percent: Decimal, currency: str, shares: list[int]) -> None:
    """Paid in parts, whatever they are: never more than is open, and no more discount than on the whole."""
    amount = money(number, currency)
    whole = quantize(amount * percent / 100, currency)
    left, granted = amount, Decimal(0)
    for share in shares:
        offer = offer_of(percent, amount, Decimal(1), currency, granted)
        cash = min(max(quantize(left * share / 100, currency), quantum(currency)), left)
        if not cash:
            break
        discount = earned(offer, cash=cash, open_amount=left, currency=currency)
        assert 0 <= discount <= left - cash
        left, granted = left - cash - discount, granted + discount
        assert granted <= whole


@given(discount=units, total=units, tax=units, currency=currencies)
def test_the_tax_is_part_of_the_discount(discount: int, total: int, tax: int, currency: str) -> None:
    whole, part = money(max(total, tax), currency), money(min(total, tax), currency)
    given_back = tax_in(
        money(discount, currency), total=whole, taxes={"T": part, "K": part}, reduced={"T": True}, currency=currency
    )
    assert given_back.keys() <= {"T"}
    assert sum(given_back.values()) <= money(discount, currency)


@given(difference=units, limit=units, percent=percents, of=units)
def test_a_tolerance_holds_both_limits(difference: int, limit: int, percent: Decimal, of: int) -> None:
    found = Limit(Decimal(limit), percent)
    small = found.covers(Decimal(difference), of=Decimal(of), currency="CNY")
    assert small == (difference <= limit and difference <= quantize(of * percent / 100, "CNY"))


@given(amounts=st.lists(st.tuples(units, units), min_size=1, max_size=4), amount=units)
def test_more_is_never_approved_by_less(amounts: list[tuple[int, int]], amount: int) -> None:
    """Whoever a larger amount needs is the one of a band at least as high."""
    bands = [(Decimal(above), str(above)) for above, _other in amounts]
    lower, higher = (role_for(Decimal(each), bands, otherwise="x") for each in (amount, amount + 1))
    assert int(lower or 0) <= int(higher or 0)
