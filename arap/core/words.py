"""Amounts in words, as papers carry them so that a figure cannot be changed unseen. Pure, no Django.

Chinese capitals (大写) follow the rules for bills and settlement papers in 正确填写票据和结算凭证的基本规定 (People's
Bank of China): begin with the currency without a gap, 整 after 元, none after 分. Names of currencies: Unicode CLDR.
"""

from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_name
from num2words import num2words

from arap.core.money import AMOUNT_LIMIT, AmountError, format_amount

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_PARTS = "角分厘"
_TEN_THOUSAND = 10_000
_HUNDRED_MILLION = 100_000_000


def in_chinese(amount: Decimal, currency: str) -> str:
    """`amount` in Chinese capitals: 1409.50 CNY is 人民币壹仟肆佰零玖元伍角.

    Of the two forms that the rules allow where the digit before 元 is zero and 角 is not, the one with 零 is written
    (壹仟陆佰捌拾元零叁角贰分): no stroke fits in between. 整 ends what has no 角 or less; after 角 it may be left
    out and is. Every currency counts in 元 with its decimals as 角, 分, 厘, whatever its coins are called. Below
    zero: 负.

    Raises AmountError for an unknown currency, for more decimals than it has, and for 10^15 or more.
    """
    whole, decimals = _parts(amount, currency)
    yuan = f"{_chinese_whole(whole)}元" if whole or not decimals.strip("0") else ""
    small = _chinese_decimals(decimals, after=whole)
    sign = "负" if amount < 0 else ""
    return f"{_name(currency, 'zh_Hans')}{sign}{yuan}{small or '整'}"


def in_english(amount: Decimal, currency: str) -> str:
    """`amount` in English: Renminbi one hundred and sixty-eight thousand two hundred yuan and fifty fen.

    Other currencies are named first and carry their decimals as a fraction, as on a cheque, because not every currency
    has coins that a reader would know by name: US dollars twelve and 34/100, Kuwaiti dinars one and 250/1000. "Only"
    ends what has no decimals. Raises AmountError like `in_chinese`.
    """
    whole, decimals = _parts(amount, currency)
    sign = "minus " if amount < 0 else ""
    words = sign + num2words(whole, lang="en").replace(",", "")
    if currency == "CNY":
        fen = int(decimals)
        return f"Renminbi {words} yuan " + (f"and {num2words(fen, lang='en')} fen" if fen else "only")
    name = _name(currency, "en")
    if decimals.strip("0"):
        return f"{name} {words} and {decimals}/{10 ** len(decimals)}"
    return f"{name} {words} only"


def _parts(amount: Decimal, currency: str) -> tuple[int, str]:
    """The whole number and the digits after the point, without the sign."""
    if abs(amount) >= AMOUNT_LIMIT:
        raise AmountError(f"{amount} is too large.")
    whole, _point, decimals = format_amount(abs(amount), currency).partition(".")
    return int(whole), decimals


@cache
def _name(currency: str, locale: str) -> str:
    """The currency's name for the start of the sentence; its code where the language has none."""
    name = get_currency_name(currency, count=2, locale=locale)
    return name[0].upper() + name[1:]


def _chinese_whole(number: int) -> str:
    """Groups of four places under 亿 and 万; 0 is 零. 亿 counts itself in 万: 壹万亿 is 10^12."""
    if number >= _HUNDRED_MILLION:
        high, low = divmod(number, _HUNDRED_MILLION)
        return f"{_chinese_whole(high)}亿{_following(low, _HUNDRED_MILLION)}"
    if number >= _TEN_THOUSAND:
        high, low = divmod(number, _TEN_THOUSAND)
        return f"{_chinese_whole(high)}万{_following(low, _TEN_THOUSAND)}"
    words, gap = "", False
    for digit, place in zip(f"{number:04}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(words)
        else:
            words += ("零" if gap else "") + _DIGITS[int(digit)] + place
            gap = False
    return words or "零"


def _following(number: int, unit: int) -> str:
    """What follows a unit: nothing for zero, one 零 where the next place is empty."""
    if number == 0:
        return ""
    return ("零" if number < unit // 10 else "") + _chinese_whole(number)


def _chinese_decimals(decimals: str, *, after: int) -> str:
    """角, 分 and 厘 after `after` yuan: one 零 for any zeros before a digit, none at the very beginning."""
    words, gap = "", after > 0 and after % 10 == 0
    for digit, part in zip(decimals, _PARTS, strict=False):
        if digit == "0":
            gap = bool(words) or after > 0
        else:
            words += ("零" if gap else "") + _DIGITS[int(digit)] + part
            gap = False
    return words
