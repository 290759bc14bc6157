"""Pinyin initials of names."""

import pytest

from customers.pinyin import initials

CASES = [
    (("宁波海辰模具有限公司", "Ningbo Haichen"), "nbhcmjyxgs", "the local name"),
    (("", "苏州启明自动化"), "szqmzdh", "the only name that is Chinese"),
    (("重庆钢铁",), "cqgt", "a character with two readings, read as the word asks"),
    (("A股B 公司",), "agbgs", "Latin letters stay"),
    (("Acme Ltd.", "Acme"), "", "nothing Chinese"),
    (("海" * 300,), "h" * 200, "cut to the column"),
]


@pytest.mark.parametrize("names, expected, why", CASES, ids=[case[2] for case in CASES])
def test_initials(names: tuple[str, ...], expected: str, why: str) -> None:
    assert initials(*names) == expected
