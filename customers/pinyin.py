"""The initials by which people look for a Chinese name: 宁波海辰 is found by "nbhc"."""

import re

LENGTH_MAX = 200
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KEPT = re.compile(r"[a-z0-9]")


def initials(*names: str) -> str:
    """The pinyin initials of the first of `names` that has Han characters, in small letters; "" where none has.

    Latin letters and digits between them stay: "A股B 公司" is "agbgs". A character with several readings is read as the
    word around it asks: 重庆 is "cq", 重量 "zl".
    """
    name = next((name for name in names if HAN.search(name)), "")
    if not name:
        return ""
    # Loaded when the first Chinese name is written: the dictionary takes 60 MB that a reading process never needs.
    from pypinyin import Style, lazy_pinyin

    letters = lazy_pinyin(name, style=Style.FIRST_LETTER)
    kept = [letter for part in letters for letter in part.lower() if KEPT.fullmatch(letter)]
    return "".join(kept)[:LENGTH_MAX]
