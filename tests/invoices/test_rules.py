"""Worked amounts of invoice lines, credits in parts and instalments, each with its source.

[k] Kingdee invoice-cloud interface: net = round(gross / (1 + rate)), tax = gross - net, tolerances
    per line: price x quantity - amount at most 0.01, net x rate - tax at most 0.06.
[e] EN 16931-1, BR-CO-10, 13, 14, 15: document totals are sums of line amounts.
[i] ISO 4217: JPY has no decimals, KWD three.
"""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.core.money import quantize, quantum
from invoices.rules import (
    NOTHING,
    Amounts,
    CreditExceedsOriginal,
    credit_gross_of_quantity,
    credit_part,
    document_amounts,
    line_amounts,
)

D = Decimal
LINES = """
# entry quantity price discount rate currency | net tax | why
gross 1 100.00 0 13 CNY | 88.50 11.50 | [k] the example of the interface
gross 1 113.00 0 13 CNY | 100.00 13.00 | [k] even
gross 3 33.33 0 13 CNY | 88.49 11.50 | [k] 99.99 / 1.13 = 88.486...
gross 1 0.01 0 13 CNY | 0.01 0.00 | the smallest price carries no tax
gross 1 1000 0 10 JPY | 909 91 | [i] no decimals
gross 1 1.005 0 5 KWD | 0.957 0.048 | [i] three decimals
net 1 100.00 0 13 CNY | 100.00 13.00 | net entry
net 7 14.2857 0 13 CNY | 100.00 13.00 | price with four decimals, amount with two
net 1 0.04 0 13 CNY | 0.04 0.01 | 0.0052 rounds up
net 1 0.03 0 13 CNY | 0.03 0.00 | 0.0039 rounds down
net 1 0.50 0 1 CNY | 0.50 0.01 | exactly half a fen rounds away from zero
net 10 9.99 12.5 9 CNY | 87.41 7.87 | discount before tax: 99.90 less 12.5 % = 87.4125
gross 10 9.99 12.5 9 CNY | 80.19 7.22 | the same with tax inside
net 1 100.00 100 13 CNY | 0.00 0.00 | given away
net 1 100.00 0 0 USD | 100.00 0.00 | no tax
net 1.5 10 0 8.875 USD | 15.00 1.33 | New York City, three decimals of rate: 1.33125
net -1 10.00 0 13 CNY | -10.00 -1.30 | discount line, mirror of its positive twin
gross -1 100.00 0 13 CNY | -88.50 -11.50 | discount line entered with tax
"""


def table(text: str) -> list[list[str]]:
    lines = (line for line in text.strip().splitlines() if not line.startswith("#"))
    return [[part.strip() for part in line.split("|")] for line in lines]


@pytest.mark.parametrize("given_, expected, why", table(LINES), ids=[row[2] for row in table(LINES)])
def test_line_amounts(given_: str, expected: str, why: str) -> None:
    entry, quantity, price, discount, rate, currency = given_.split()
    net, tax = expected.split()
    amounts = line_amounts(
        quantity=D(quantity),
        unit_price=D(price),
        discount_percent=D(discount),
        tax_rate=D(rate),
        entry=entry,  # type: ignore[arg-type]
        currency=currency,
    )
    assert (str(amounts.net), str(amounts.tax)) == (net, tax)


def test_the_document_is_the_sum_of_its_lines_and_not_recomputed() -> None:
    """[e] Three lines of 0.33 at 13 %: the lines' taxes are 0.04 each, 13 % of the sum would be
    0.13.
    """
    line = line_amounts(
        quantity=D(1),
        unit_price=D("0.33"),
        discount_percent=D(0),
        tax_rate=D(13),
        entry="net",
        currency="CNY",
    )
    total = document_amounts([line, line, line])
    assert (total.net, total.tax, total.gross) == (D("0.99"), D("0.12"), D("1.11"))


currencies = st.sampled_from(["CNY", "JPY", "KWD"])
rates = st.sampled_from([D(0), D(3), D(6), D(9), D(13), D("8.875"), D(25)])


@given(
    quantity=st.decimals("0.0001", "9999", places=4),
    price=st.decimals("0.0001", "9999", places=4),
    discount=st.decimals(0, 100, places=2),
    rate=rates,
    entry=st.sampled_from(["net", "gross"]),
    currency=currencies,
)
def test_every_line_keeps_the_tolerances_of_the_e_invoice(
    quantity: D, price: D, discount: D, rate: D, entry: str, currency: str
) -> None:
    """[k] with the currency's minor unit in place of 0.01."""
    amounts = line_amounts(
        quantity=quantity,
        unit_price=price,
        discount_percent=discount,
        tax_rate=rate,
        entry=entry,  # type: ignore[arg-type]
        currency=currency,
    )
    unit = quantum(currency)
    entered = amounts.net if entry == "net" else amounts.gross
    assert abs(quantity * price * (100 - discount) / 100 - entered) <= unit
    assert abs(amounts.net * rate / 100 - amounts.tax) <= 6 * unit
    assert amounts.gross == amounts.net + amounts.tax
    assert all(quantize(part, currency) == part for part in (amounts.net, amounts.tax))


CREDITS = """
# net tax | credits in order | net tax of each | why
88.50 11.50 | gross 33.33, gross 33.33, gross 33.34 | 29.50 3.83, 29.49 3.84, 29.51 3.83 | thirds
100.00 13.00 | net 40, net 60 | 40 5.20, 60 7.80 | by net amount
0.02 0.01 | gross 0.01, gross 0.01, gross 0.01 | 0.01 0, 0 0.01, 0.01 0 | by the single fen
100.00 13.00 | gross 113.00 | 100.00 13.00 | all at once
-100.00 -13.00 | gross -56.50, gross -56.50 | -50 -6.50, -50 -6.50 | a discount line keeps its sign
100.00 13.00 | net 33.33, gross 37.67, net 33.34 | 33.33 4.33, 33.33 4.34, 33.34 4.33 | mixed
"""


@pytest.mark.parametrize("line, credits, parts, why", table(CREDITS), ids=[row[3] for row in table(CREDITS)])
def test_credit_part(line: str, credits: str, parts: str, why: str) -> None:
    original, credited = Amounts(*map(D, line.split())), NOTHING
    for credit, part in zip(credits.split(","), parts.split(","), strict=True):
        entry, amount = credit.split()
        got = credit_part(original, credited, amount=D(amount), entry=entry, currency="CNY")  # type: ignore[arg-type]
        assert got == Amounts(*map(D, part.split()))
        credited += got
    assert credited == original


@pytest.mark.parametrize("amount", ["113.01", "0", "-1"])
def test_never_more_than_was_invoiced(amount: str) -> None:
    with pytest.raises(CreditExceedsOriginal) as caught:
        credit_part(Amounts(D(100), D(13)), NOTHING, amount=D(amount), entry="gross", currency="CNY")
    assert caught.value.left == D(113)


def test_a_price_reduction_lowers_what_a_returned_piece_is_worth() -> None:
    """Ten pieces for 1130.00; 113.00 is credited as a reduction, then four come back, then the last
    six.
    """
    original = Amounts(D(1000), D(130))
    credited = credit_part(original, NOTHING, amount=D(113), entry="gross", currency="CNY")
    four = credit_gross_of_quantity(original, credited, quantity=D(4), quantity_left=D(10), currency="CNY")
    assert four == D("406.80")
    credited += credit_part(original, credited, amount=four, entry="gross", currency="CNY")
    six = credit_gross_of_quantity(original, credited, quantity=D(6), quantity_left=D(6), currency="CNY")
    assert credited.gross + six == original.gross


@pytest.mark.parametrize("quantity, left", [("5", "4"), ("0", "4"), ("-1", "4"), ("1", "0")])
def test_no_more_pieces_come_back_than_went_out(quantity: str, left: str) -> None:
    with pytest.raises(CreditExceedsOriginal):
        credit_gross_of_quantity(
            Amounts(D(10), D(1)),
            NOTHING,
            quantity=D(quantity),
            quantity_left=D(left),
            currency="CNY",
        )


PARTS_MAX = 25


@given(data=st.data(), currency=currencies, rate=rates, sign=st.sampled_from([1, -1]))
def test_credits_in_any_parts_exhaust_exactly_the_line(data: st.DataObject, currency: str, rate: D, sign: int) -> None:
    unit = quantum(currency)
    units = data.draw(st.integers(1, 5_000))
    original = line_amounts(
        quantity=D(sign),
        unit_price=units * unit,
        discount_percent=D(0),
        tax_rate=rate,
        entry="net",
        currency=currency,
    )
    credited, parts = NOTHING, 0
    while credited != original:
        left, parts = original - credited, parts + 1
        entry = data.draw(st.sampled_from(["net", "gross"]))
        whole = abs(left.net if entry == "net" else left.gross)
        if not whole:  # only tax is left: it can be credited by gross amount alone
            entry, whole = "gross", abs(left.gross)
        # in a few parts at most: thousands of the smallest would tell nothing more
        most = int(whole / unit)
        amount = data.draw(st.integers(1 if parts < PARTS_MAX else most, most)) * unit * sign
        part = credit_part(original, credited, amount=amount, entry=entry, currency=currency)  # type: ignore[arg-type]
        assert part.net * sign >= 0
        assert part.tax * sign >= 0
        assert (part.net if entry == "net" else part.gross) == amount
        credited += part
    assert credited.gross == original.gross
