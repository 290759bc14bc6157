"""Reading the help of pages (`pages/*.toml`) and the words of the field (`terms.tsv`).

In a text, [[key]] is a link to a term of the glossary, [[key|so]] the same shown as "so", and `K` is a key.
"""

import csv
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

HERE = Path(__file__).parent
MARK = re.compile(r"\[\[([a-z_]+)(?:\|([^\]|]+))?\]\]|`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Help:
    """What one page's help says in one language: what the page is, what to do there, what its words and keys mean."""

    title: str
    what: str
    next: str
    words: str
    keys: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return self.what, self.next, self.words, self.keys


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field in both languages, each with what it means here. Chinese wording: the trade's standard."""

    key: str
    zh: str
    en: str
    zh_text: str
    en_text: str

    def word(self, language: str) -> str:
        """How it is called."""
        return self.zh if language == "zh-hans" else self.en

    def text(self, language: str) -> str:
        """What it means."""
        return self.zh_text if language == "zh-hans" else self.en_text


@dataclass(frozen=True, slots=True)
class _File:
    also: tuple[str, ...]
    by_language: dict[str, Help]


@cache
def _files() -> dict[str, _File]:
    """By the url name of the page."""
    found = {}
    for path in sorted((HERE / "pages").glob("*.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        also = tuple(said.pop("also", ()))
        found[path.stem.replace(".", ":", 1)] = _File(also, {name: Help(**texts) for name, texts in said.items()})
    return found


@cache
def _owners() -> dict[str, str]:
    return {name: page for page, file in _files().items() for name in (page, *file.also)}


def page_of(url_name: str) -> str:
    """The page whose help speaks of `url_name`, which may show that page again after a mistake; empty for none."""
    return _owners().get(url_name, "")


def help_for(url_name: str, language: str) -> Help | None:
    """The help of a page in a language of the desk; None for what is no page."""
    page = page_of(url_name)
    return _files()[page].by_language[language] if page else None


def pages(language: str) -> list[tuple[str, Help]]:
    """Every page that has a help, by url name."""
    return [(name, file.by_language[language]) for name, file in _files().items()]


@cache
def terms() -> dict[str, Term]:
    """The glossary by key, in the order of the file."""
    with (HERE / "terms.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["key"]: Term(**row) for row in rows}


def matching(text: str, language: str) -> list[Term]:
    """The terms in whose words or meaning `text` occurs, in any language, sorted as the language in use reads."""
    wanted = text.strip().casefold()
    found = [
        each
        for each in terms().values()
        if not wanted or any(wanted in part.casefold() for part in (each.zh, each.en, each.zh_text, each.en_text))
    ]
    return found if language == "zh-hans" else sorted(found, key=lambda term: term.en.casefold())


def marked(text: str, language: str, address_of: Callable[[str], str]) -> SafeString:
    """The text as HTML: terms link to `address_of` their key. KeyError for a term that is not in the glossary."""
    parts: list[tuple[str | SafeString]] = []
    end = 0
    for found in MARK.finditer(text):
        parts.append((text[end : found.start()],))
        key, shown, pressed = found.groups()
        if pressed:
            parts.append((format_html('<kbd class="key">{}</kbd>', pressed),))
        else:
            word = shown or terms()[key].word(language)
            parts.append((format_html('<a href="{}">{}</a>', address_of(terms()[key].key), word),))
        end = found.end()
    parts.append((text[end:],))
    return format_html_join("", "{}", ((conditional_escape(part),) for (part,) in parts))
