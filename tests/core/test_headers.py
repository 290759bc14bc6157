"""What every answer tells the browser: on the pages of all rooms, in the admin, on papers and exports, on errors."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from arap.core.csp import PERMISSIONS, POLICY
from arap.core.models import Company, Role, User
from tests.core.test_csp import INLINE
from tests.desk.test_no_dead_ends import walk
from tests.pages import parsed
from tests.people import hire
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db

WANTED = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A message is shown as a stranger's page, in a sandbox of its own.
OWN_POLICY = re.compile(r"/outbox/\d+/formatted/|/papers?/.*|.*\.pdf")
# Django's own pages of the admin that have a script with data only.
DATA_ONLY = re.compile(r'<script[^>]*type="application/json"[^>]*>')


class Watched(Client):
    """A browser that looks at every answer it gets."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.seen: dict[str, str] = {}

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        look(request["PATH_INFO"], answer)
        self.seen[request["PATH_INFO"]] = answer.get("Content-Type", "")
        return answer


def look(path: str, answer: Any) -> None:
    for name, value in WANTED.items():
        if name == "Content-Security-Policy" and answer[name] != value:
            assert OWN_POLICY.fullmatch(path), path
            assert "default-src 'none'" in answer[name]
            continue
        assert answer.get(name) == value, (path, name)
    assert "no-store" in answer["Cache-Control"], path
    if answer.get("Content-Type", "").startswith("text/html") and answer.status_code == 200:
        page = DATA_ONLY.sub("", answer.content.decode())
        if not OWN_POLICY.fullmatch(path):
            assert INLINE.findall(page) == [], path
        for address in re.findall(r'(?:src|href|action)="([^"]+)"', page):
            assert not re.match(r"(?:https?:)?//(?!testserver)", address) or "<a" in page, (path, address)


def watching(user: User) -> Watched:
    client = Watched()
    client.force_login(user)
    return client


def test_all_pages_and_papers(company: Company, clerk: User) -> None:
    story: Story = tell(company, clerk)
    assert story
    client = watching(hire(company, "who-walks", Role.CONTROLLER))
    walk(client)
    kinds = set(client.seen.values())
    assert len(client.seen) > 30
    assert "application/pdf" in kinds, "papers were among them"


def test_the_admin(company: Company, clerk: User) -> None:
    tell(company, clerk)
    boss = User.objects.create(username="boss", is_superuser=True, is_staff=True, last_company=company)
    client = watching(boss)
    waiting, shapes = ["/admin/"], set()
    while waiting:
        url = waiting.pop(0).partition("#")[0]
        shape = re.sub(r"\d+", "0", url.partition("?")[0])
        if shape in shapes or not url.startswith("/admin/"):
            continue
        shapes.add(shape)
        answer = client.get(url)
        assert answer.status_code in (200, 302), url
        if answer.get("Content-Type", "").startswith("text/html"):
            waiting += parsed(answer).links
    assert len(shapes) > 50


@pytest.mark.parametrize("url", ["/sign-in/", "/no/such/page/", "/aging/export.csv", "/admin/", "/invoices/999999/"])
def test_errors_and_strangers(client: Client, as_clerk: Client, url: str) -> None:
    look(url, Client().get(url))
    look(url, as_clerk.get(url))


def test_our_own_files_may_be_kept(settings: Any) -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY


def test_a_server_says_https_for_a_year(company: Company) -> None:
    """The values themselves are read from production settings in tests/servers/test_settings.py."""
    from django.test import override_settings

    with override_settings(SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True):
        answer = Client().get("/sign-in/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_cookies_stay_with_us(client: Client, clerk: User) -> None:
    clerk.set_password("the-clerk-knows-it")
    clerk.save(update_fields=["password"])
    answer = client.post("/sign-in/", {"username": "clerk", "password": "the-clerk-knows-it"})
    for cookie in answer.cookies.values():
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
    assert settings.SESSION_COOKIE_NAME in answer.cookies
