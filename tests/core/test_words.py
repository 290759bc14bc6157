"""Amounts in words: the printed rules' own examples, and a reader of its own that must get the amount back."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arap.core.money import CURRENCIES, AmountError, minor_unit
from arap.core.words import in_chinese, in_english

D = Decimal

# The first six: examples of the People's Bank of China in its rules for filling in bills.
CHINESE = """
1409.50 CNY 人民币壹仟肆佰零玖元伍角
6007.14 CNY 人民币陆仟零柒元壹角肆分
1680.32 CNY 人民币壹仟陆佰捌拾元零叁角贰分
107000.53 CNY 人民币壹拾万柒仟元零伍角叁分
16409.02 CNY 人民币壹万陆仟肆佰零玖元零贰分
325.04 CNY 人民币叁佰贰拾伍元零肆分
0 CNY 人民币零元整
0.05 CNY 人民币伍分
0.50 CNY 人民币伍角
10 CNY 人民币壹拾元整
20005 CNY 人民币贰万零伍元整
200050 CNY 人民币贰拾万零伍拾元整
10000000 CNY 人民币壹仟万元整
100000001 CNY 人民币壹亿零壹元整
100010000 CNY 人民币壹亿零壹万元整
110000001.01 CNY 人民币壹亿壹仟万零壹元零壹分
1000000000000 CNY 人民币壹万亿元整
1000000000001 CNY 人民币壹万亿零壹元整
1234500000000 CNY 人民币壹万贰仟叁佰肆拾伍亿元整
-5.20 CNY 人民币负伍元贰角
1680 JPY 日元壹仟陆佰捌拾元整
1.05 USD 美元壹元零伍分
1.50 EUR 欧元壹元伍角
1234.506 KWD 科威特第纳尔壹仟贰佰叁拾肆元伍角零陆厘
10.006 KWD 科威特第纳尔壹拾元零陆厘
0.01 XCG XCG壹分
"""

ENGLISH = """
168200.50 CNY Renminbi one hundred and sixty-eight thousand two hundred yuan and fifty fen
1 CNY Renminbi one yuan only
0.01 CNY Renminbi zero yuan and one fen
1000001 CNY Renminbi one million and one yuan only
-5.20 CNY Renminbi minus five yuan and twenty fen
1680 JPY Japanese yen one thousand six hundred and eighty only
1.05 USD US dollars one and 05/100
1.50 EUR Euros one and 50/100
1234.506 KWD Kuwaiti dinars one thousand two hundred and thirty-four and 506/1000
12 ZWG Zimbabwean gold twelve only
"""


def rows(table: str) -> list[list[str]]:
    return [line.split(" ", 2) for line in table.strip().splitlines()]


@pytest.mark.parametrize("amount, currency, words", rows(CHINESE))
def test_in_chinese(amount: str, currency: str, words: str) -> None:
    assert in_chinese(D(amount), currency) == words


@pytest.mark.parametrize("amount, currency, words", rows(ENGLISH))
def test_in_english(amount: str, currency: str, words: str) -> None:
    assert in_english(D(amount), currency) == words


@pytest.mark.parametrize("write", [in_chinese, in_english])
@pytest.mark.parametrize("amount, currency", [("0.001", "CNY"), ("0.5", "JPY"), ("1e15", "CNY"), ("1", "XXX")])
def test_what_cannot_be_written_is_refused(write: Callable[[D, str], str], amount: str, currency: str) -> None:
    with pytest.raises(AmountError):
        write(D(amount), currency)


DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}
PARTS = {"角": D("0.1"), "分": D("0.01"), "厘": D("0.001")}


def read_chinese(words: str) -> D:
    """Reads digit by digit and unit by unit, as a person does; knows nothing of how the words were made."""
    whole = section = digit = 0
    total = D(0)
    for letter in words.rstrip("整"):
        if letter in DIGITS:
            digit = DIGITS[letter]
        elif letter in UNITS:
            section, digit = section + digit * UNITS[letter], 0
        elif letter == "万":
            whole, section, digit = whole + (section + digit) * 10**4, 0, 0
        elif letter == "亿":
            whole, section, digit = (whole + section + digit) * 10**8, 0, 0
        elif letter == "元":
            total, digit = D(whole + section + digit), 0
        else:
            total, digit = total + digit * PARTS[letter], 0
    assert digit == 0, "no digit without a unit"
    return total


SMALL = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def read_english(words: str) -> int:
    total = group = 0
    for word in re.split("[ -]", words):
        if word in SMALL:
            group += SMALL.index(word)
        elif word in TENS:
            group += (TENS.index(word) + 2) * 10
        elif word == "hundred":
            group *= 100
        elif word in SCALES:
            total, group = total + group * SCALES[word], 0
        else:
            assert word == "and", word
    return total + group


currencies = st.sampled_from(["CNY", "JPY", "KWD", "USD"])
whole_and_zeros = st.one_of(
    st.integers(0, 10**15 - 1),
    st.builds(lambda n, power: n * 10**power, st.integers(0, 9999), st.integers(0, 11)),
    st.text("01", min_size=1, max_size=15).map(int),
)


@given(whole=whole_and_zeros, decimals=st.integers(0, 999), currency=currencies)
def test_chinese_words_read_back(whole: int, decimals: int, currency: str) -> None:
    places = minor_unit(currency)
    amount = whole + D(decimals % 10**places).scaleb(-places)
    words = in_chinese(amount, currency)
    body = words.removeprefix({"CNY": "人民币", "JPY": "日元", "KWD": "科威特第纳尔", "USD": "美元"}[currency])
    assert read_chinese(body) == amount
    assert "零零" not in words
    assert not re.search("零[万亿]", words)
    assert words.endswith("整") == (amount == whole)


@given(whole=whole_and_zeros, decimals=st.integers(0, 999), currency=currencies)
def test_english_words_read_back(whole: int, decimals: int, currency: str) -> None:
    places = minor_unit(currency)
    amount = whole + D(decimals % 10**places).scaleb(-places)
    words = in_english(amount, currency)
    body = re.sub("^(Renminbi|Japanese yen|Kuwaiti dinars|US dollars) ", "", words)
    if currency == "CNY":
        match = re.fullmatch(r"(.*) yuan (?:only|and (.*) fen)", body)
        assert match
        yuan, fen = match.groups()
        assert read_english(yuan) + D(read_english(fen) if fen else 0) / 100 == amount
    else:
        match = re.fullmatch(r"(.*?)(?: only| and (\d+)/(\d+))", body)
        assert match
        number, over, under = match.groups()
        assert read_english(number) + (D(over) / D(under) if over else 0) == amount


@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_has_words(currency: str) -> None:
    assert in_chinese(D(1), currency).endswith("壹元整")
    assert in_english(D(1), currency).endswith((" one only", " one yuan only"))
