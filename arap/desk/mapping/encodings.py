"""In which encoding a text file is written.

A byte order mark decides; else the file is UTF-8 if all of it is valid UTF-8. What is left is what Excel writes as
plain "CSV": GB18030 on a Chinese machine, Windows-1252 on a western one. Nearly every byte sequence is valid in both,
so the letters decide that come out (WHATWG Encoding, "gb18030" and "windows-1252"; GB/T 2312-1980 for which characters
are common): Chinese text is pairs of bytes above A0 beside each other, western text is single high bytes between ASCII
letters. Such a file is then read line by line, because people paste exports of both kinds together: "mixed:cp1252" is
UTF-8 where a line is that, else Windows-1252.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.desk.mapping.errors import FileRefused

BLOCK_BYTES = 1 << 20
LINE_BYTES_MAX = 1 << 18
# So many lines that are not UTF-8 are enough to tell what the file is.
EVIDENCE_LINES = 5_000
CHINESE, WESTERN = "gb18030", "cp1252"
MIXED = "mixed:"

# What a person may choose, by codec.
ENCODINGS: dict[str, str | Promise] = {
    "utf-8": "UTF-8",
    CHINESE: gettext_lazy("GB18030 (simplified Chinese)"),
    WESTERN: gettext_lazy("Windows-1252 (Western European)"),
    "cp1250": gettext_lazy("Windows-1250 (Central European)"),
    "cp1251": gettext_lazy("Windows-1251 (Cyrillic)"),
    "big5hkscs": gettext_lazy("Big5 (traditional Chinese)"),
    "cp932": gettext_lazy("Shift JIS (Japanese)"),
    "utf-16": "UTF-16",
}

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN_WORD = re.compile(r"[A-Za-z][\x80-\u07ff]|[\x80-\u07ff][A-Za-z]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def legacy_of(encoding: str) -> str:
    """The codec of the lines that are not UTF-8, where lines are judged one by one; else nothing."""
    return encoding.removeprefix(MIXED) if encoding.startswith(MIXED) else ""


def codec_of(encoding: str) -> str:
    """The key in ENCODINGS of an encoding that was detected; "" for one that nobody need choose."""
    name = (legacy_of(encoding) or encoding).removesuffix("-sig")
    return name if name in ENCODINGS else ""


def title_of(encoding: str) -> str:
    """What an encoding is called; "?" for what nothing could read."""
    if not encoding:
        return "?"
    return str(ENCODINGS.get(codec_of(encoding), encoding.upper()))


def detect_encoding(path: Path) -> str:
    """The codec of the file, or "mixed:" and the one of its lines that are not UTF-8.

    Raises FileRefused when it is not text.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, encoding in _BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return encoding
        if head.count(0) * 5 > len(head):
            raise FileRefused(_("The file is not text; save it as “CSV UTF-8” or as an Excel workbook (.xlsx)."))
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while block := file.read(BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return MIXED + (CHINESE if is_chinese(_other_lines(path)) else WESTERN)
    return "utf-8"


def _other_lines(path: Path) -> Iterator[bytes]:
    """The lines that are not UTF-8, as many as are needed."""
    found = 0
    with path.open("rb") as file:
        while found < EVIDENCE_LINES and (line := file.readline(LINE_BYTES_MAX)):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                found += 1
                yield line


def is_chinese(lines: Iterator[bytes]) -> bool:
    """Whether the lines, which are not UTF-8, are GB18030 and not a western encoding.

    Read as GB18030, each character of GB 2312 speaks for it, unless it stands between two ASCII letters ("Größe"); one
    that ends in an ASCII letter ("Müller"), one of four bytes and what cannot be read speak against it.
    """
    votes = 0
    for line in lines:
        text = line.decode(CHINESE, errors="replace")
        for match in _NOT_ASCII.finditer(text):
            votes += 1 if _is_common(match[0]) and not _between_letters(text, match.start()) else -1
    return votes >= 0


def _is_common(sign: str) -> bool:
    try:
        return len(sign.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _between_letters(text: str, at: int) -> bool:
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return len(around) == 2 and around.isascii() and around.isalpha()


def decode_line(line: bytes, legacy: str = CHINESE) -> tuple[str, str]:
    """A line of a file that is not UTF-8 as a whole, and the encoding taken for it.

    Chinese in UTF-8 has three bytes a character and is hardly ever valid GB18030. Two-byte sequences are ambiguous:
    beside a Latin letter ("Müller") they are UTF-8, else GB18030; in a western file they are UTF-8. What is neither
    keeps its readable part, with U+FFFD for the rest, so that the row is rejected.
    """
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and (legacy != CHINESE or max(text) > "\u07ff" or _LATIN_WORD.search(text)):
        return text, "utf-8"
    try:
        return line.decode(legacy), legacy
    except UnicodeDecodeError:
        return text or line.decode("utf-8", errors="replace"), "utf-8" if text else ""
