"""The table of keys: every key of a page is agreed in it, and told to readers of the page as it is."""

import re
from pathlib import Path

import pytest

from arap.core.context import NAVIGATION
from arap.core.keys import ANYWHERE, LISTS, PAGES, PLACES

TEMPLATES = Path(__file__).parents[2] / "templates"
DECLARED = re.compile(r'data-key="([^"]+)"(?: aria-keyshortcuts="([^"]+)")?')
COUNTED = "{{ forloop.counter }}"


def declared() -> list[tuple[str, str, str]]:
    """(template, key, what is told of it) of every key that a template declares."""
    return [
        (str(path.relative_to(TEMPLATES)), key, told)
        for path in sorted(TEMPLATES.rglob("*.html"))
        for key, told in DECLARED.findall(path.read_text(encoding="utf-8"))
    ]


def test_there_are_keys() -> None:
    assert len(declared()) > 40


@pytest.mark.parametrize("declared", declared(), ids=lambda each: f"{each[0]} {each[1]}")
def test_each_key_is_agreed_and_told(declared: tuple[str, str, str]) -> None:
    template, key, told = declared
    assert key in PAGES or key in PLACES or key == COUNTED, f"{template}: agree {key} in core/keys.py"
    assert told.split()[:1] == [key] or key == COUNTED == told, f"{template}: aria-keyshortcuts of {key}"


def test_no_table_row_is_left_over() -> None:
    used = {key for _template, key, _told in declared()}
    reserved = {"t"}  # of the call, which the worklist brings
    assert set(PAGES) - used <= reserved


def test_each_page_of_the_navigation_has_a_letter_of_its_own() -> None:
    letters = [page.letter for section in NAVIGATION for page in section.pages]
    assert len(set(letters)) == len(letters)
    assert all(re.fullmatch("[a-z]", letter) for letter in letters)


def test_what_acts_anywhere_is_no_key_of_a_page() -> None:
    anywhere = {key.lower() for each in ANYWHERE for key in each.keys}
    assert anywhere & set(PAGES) == {"/", "?", "z"}, "the frame of every page declares these"
    assert "g" not in PAGES


def test_the_script_knows_where_each_key_acts() -> None:
    script = (TEMPLATES.parent / "static/js/keys.js").read_text(encoding="utf-8")
    named = {each.where for each in (*ANYWHERE, *LISTS) if each.where}
    assert named == set(re.findall(r'^    "([^"]+)": "', script, re.MULTILINE))
