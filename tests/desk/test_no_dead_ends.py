"""Every link on every page leads somewhere, every form sends to an address, in both languages and for every role."""

import re

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from arap.core.locale_files import catalogue_paths, read_catalogue
from arap.core.models import Company, Role, User
from tests.pages import parsed, signed_in, text_of
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db

PAGES_MAX = 300


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    """Enough in the book that every list has rows."""
    return tell(company, clerk)


def walk(client: Client) -> dict[str, str]:
    """Every page that can be reached from Today by links, and its words. Numbers in addresses count once."""
    words: dict[str, str] = {}
    shapes: set[str] = set()
    waiting = ["/"]
    while waiting and len(words) < PAGES_MAX:
        url = waiting.pop(0)
        url = url.partition("#")[0] or "#"  # a place on a page is no page of its own
        shape = re.sub(r"\d+", "0", url)
        if shape in shapes or url.startswith(("#", "/admin/")):
            continue
        shapes.add(shape)
        answer = client.get(url, follow=True)
        assert answer.status_code == 200, url
        if not answer["Content-Type"].startswith("text/html"):
            continue  # a paper leads nowhere
        here = answer.redirect_chain[-1][0] if answer.redirect_chain else url
        words[here] = text_of(answer)
        found = parsed(answer)
        for action in (action for _method, action in found.forms if action):
            resolve(action)
        waiting += [here.partition("?")[0] + link if link.startswith("?") else link for link in found.links]
    return words


@pytest.mark.parametrize("role", list(Role))
def test_every_link_and_form_leads_somewhere(company: Company, story: Story, role: Role) -> None:
    pages = walk(signed_in(company, role))
    assert len(pages) > 15, "the walk reached the rooms"


def test_no_english_word_is_left_in_chinese(as_clerk: Client, clerk: User, story: Story) -> None:
    """No text of the catalogue stands untranslated on any page."""
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    catalogue = read_catalogue(catalogue_paths()[0])
    english = {message.id for message in catalogue if isinstance(message.id, str) and " " in message.id.strip()}
    sentences = {text for text in english if "%" not in text and len(text) > 3}
    for url, words in walk(as_clerk).items():
        if url == "/help/words/":
            continue  # says each word in the other language, too
        left = [text for text in sentences if f" {text} " in f" {words} "]
        assert left == [], url


def test_a_dead_address_would_be_noticed() -> None:
    with pytest.raises(Resolver404):
        resolve("/no/such/page/")
