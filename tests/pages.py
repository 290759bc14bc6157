"""What the tests of pages share: who is let in, which method is answered, the words, links and forms of a page."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from arap.core.models import Company, Role
from arap.core.permissions import PERMISSIONS
from tests.people import hire


def signed_in(company: Company, role: Role) -> Client:
    """A browser in which somebody with just that role is signed in."""
    client = Client()
    client.force_login(hire(company, f"only-{role.value}", role))
    return client


def check_roles(
    company: Company, verb: str, url: str, *, method: str = "get", data: dict[str, Any] | None = None
) -> None:
    """The URL answers 403 to exactly the roles that the permission table leaves out, and sends strangers to sign in."""
    for role in Role:
        status = getattr(signed_in(company, role), method)(url, data or {}).status_code
        assert (status == 403) == (role not in PERMISSIONS[verb]), f"{role}: {status}"
    answer = getattr(Client(), method)(url, data or {})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def check_method(client: Client, url: str, *, wrong: str) -> None:
    """The other method is not answered."""
    assert getattr(client, wrong)(url).status_code == 405


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.in_textarea = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.in_textarea |= tag == "textarea"
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "form":
            self.forms.append((given.get("method") or "get", given.get("action") or ""))
        if given.get("hx-get"):
            self.links.append(given["hx-get"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.in_textarea &= tag != "textarea"

    def handle_data(self, data: str) -> None:
        # What stands in a text field is somebody's, not the page's: a letter in the customer's language.
        if not self.in_textarea:
            self.parts.append(data)


def parsed(answer: Any) -> _Words:
    """The words, links and forms of a page."""
    words = _Words()
    words.feed(answer.content.decode())
    return words


def text_of(answer: Any) -> str:
    """The words of a page with single spaces, as somebody reads them."""
    return " ".join(" ".join(parsed(answer).parts).split())
