"""Every text a person can read exists in every language; nothing in the catalogue is unused."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from arap.core.locale_files import (
    KEYWORDS,
    PYTHON_FOLDERS,
    ROOT,
    catalogue_paths,
    extract_messages,
    read_catalogue,
)

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
HAN = "\u4e00-\u9fff"
HALF_WIDTH_BESIDE_HAN = re.compile(rf"[{HAN}][,;:!?]|[,;:!?][{HAN}]")
HAN_TOUCHING_LATIN = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")

TEMPLATES = ROOT / "templates"
TRANSLATED = re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.S)
MARKUP = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}|<kbd.*?</kbd>|<[^>]*>", re.S)
WORD = re.compile(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+")
# Names of the two languages in themselves, and of the program.
SAME_EVERYWHERE = {"English", "EN", "中文", "arap"}
SPOKEN = re.compile(r"""(?:placeholder|aria-label|title|alt)="([^"{]*[A-Za-z]{3,}[^"{]*)\"""")

paths = catalogue_paths()


def messages(path: object) -> list[Message]:
    return [message for message in read_catalogue(path) if message.id]  # type: ignore[arg-type]


def key(message: Message) -> tuple[str | None, str]:
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_there_is_a_catalogue() -> None:
    assert [path.parents[1].name for path in paths] == ["zh_Hans"]


def test_no_text_stands_inside_an_f_string() -> None:
    """What reads the code for the catalogue sees one string there: the text would stay English for ever."""
    inside = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in PYTHON_FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert inside == []


@pytest.mark.parametrize("path", paths, ids=str)
class TestCatalogue:
    def test_every_text_of_the_code_is_in_it(self, path: object) -> None:
        wanted = {key(message) for message in extract_messages() if message.id}
        present = {key(message) for message in messages(path)}
        assert sorted(wanted - present, key=str) == [], "run make messages and translate"
        assert sorted(present - wanted, key=str) == [], "run make messages"

    def test_every_text_is_translated(self, path: object) -> None:
        missing = [message.id for message in messages(path) if not all(texts(message)) or message.fuzzy]
        assert missing == []

    def test_placeholders_are_kept(self, path: object) -> None:
        for message in messages(path):
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            wanted = set(PLACEHOLDER.findall(ids[-1]))
            for text in texts(message):
                assert set(PLACEHOLDER.findall(text)) == wanted, message.id

    def test_chinese_punctuation_is_full_width(self, path: object) -> None:
        wrong = [text for message in messages(path) for text in texts(message) if HALF_WIDTH_BESIDE_HAN.search(text)]
        assert wrong == []

    def test_a_space_stands_between_han_and_latin(self, path: object) -> None:
        wrong = [
            text
            for message in messages(path)
            for text in texts(message)
            if HAN_TOUCHING_LATIN.search(PLACEHOLDER.sub("1", text))
        ]
        assert wrong == []


def bare_words(template: str) -> set[str]:
    """Words of a template that no translation can reach: in the text, or in an attribute that is read out."""
    text = TRANSLATED.sub(" ", template)
    found = set(WORD.findall(MARKUP.sub(" ", text))) | set(SPOKEN.findall(text))
    return found - SAME_EVERYWHERE


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_text_stands_outside_a_translation(path: Path) -> None:
    assert bare_words(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>Save</p>", {"Save"}),
        ('<p>{% translate "Save" %}</p>', set()),
        ("<p>保存</p>", {"保存"}),
        ('<input placeholder="Find a customer">', {"Find a customer"}),
        ('{% blocktranslate %}Any {{ word }}{% endblocktranslate %}<kbd class="key">Enter</kbd>', set()),
    ],
)
def test_bare_words_are_found(template: str, words: set[str]) -> None:
    assert bare_words(template) == words
