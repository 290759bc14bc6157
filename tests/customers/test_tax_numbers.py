"""Tax numbers: what the number itself shows."""

import pytest

from customers.rules import tax_number_fault

CASES = """
# number               country  fault   why
91310115MA1K4T7R3C     CN       check   the check character is another
91330200256136190K     CN       check   one digit is wrong
9133020025613619       CN       length  neither 15, 18 nor 20
310115607402116        CN       -       an old one of 15
DE136695976            DE       -       the example of the German VAT number
136695976              DE       -       its two letters may be missing
DE136695978            DE       check   the check digit is another
EL094259216            GR       -       Greece writes EL
94-1234567             US       -       elsewhere only the shape is judged
nothing!               US       shape   small letters and a sign
"""
rows = [line.split(maxsplit=3) for line in CASES.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("number, country, fault, why", rows, ids=[row[3] for row in rows])
def test_tax_number_fault(number: str, country: str, fault: str, why: str) -> None:
    assert tax_number_fault(number, country) == fault.strip("-")


def test_a_real_code_is_right() -> None:
    # The example of the standard's own register: 91110000600037341L (python-stdnum, GB 32100-2015).
    assert tax_number_fault("91110000600037341L", "CN") == ""
    assert tax_number_fault("", "CN") == ""
