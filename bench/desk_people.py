"""Twenty people at the desk, as locust plays them: each signs in, then opens one page after another.

Locust reads this file by itself, in a process of its own, where the product is not loaded. What it needs stands in the
environment: BENCH_OUT, the file that says which request was which page, and BENCH_REQUESTS, when to stop.
"""

import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import gevent
from locust import HttpUser, between, events
from locust.exception import StopUser

OUT = Path(os.environ["BENCH_OUT"])
REQUESTS = int(os.environ["BENCH_REQUESTS"])
CUSTOMERS = int(os.environ["BENCH_CUSTOMERS"])
TODAY = datetime.now(UTC).date()
NUMBERS = count()
# What a page leads to, and what it fetches by itself once it is shown.
LINKS = {kind: re.compile(rf'"/{kind}/(\d+)/') for kind in ("customers", "invoices", "receipts", "documents")}
NEXT = re.compile(r'href="(\?[^"]*\bafter=[^"]*)"')
DRILL = re.compile(r'hx-get="(/aging/items/\?[^"]*)"')
TAG = re.compile(r"<[a-z][^>]*\bhx-get=[^>]*>")
GET = re.compile(r'hx-get="([^"]*)"')
BY_ITSELF = re.compile(r'hx-trigger="[^"]*\b(?:load|revealed)\b')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
WORDS = ("haichen", "qiming mould", "宏达", "金峰", "nbhc", "sztyjx", "wuxi", "jinfeng textiles")

Page = tuple[str, int, Callable[["Person"], str]]


def at(path: str) -> Callable[["Person"], str]:
    """A page whose address is always the same."""
    return lambda person: path


def of(kind: str, rest: str = "") -> Callable[["Person"], str]:
    """A page of a row that a list has shown."""
    return lambda person: person.one_of(kind, rest)


def after(path: str) -> Callable[["Person"], str]:
    """The page after the one that was last seen of a list, else its first."""
    return lambda person: urljoin(path, person.next_of.get(path.partition("?")[0], "")) or path


def asking(path: str, field: str, what: Callable[[], str]) -> Callable[["Person"], str]:
    """A list narrowed, or a search."""
    return lambda person: f"{path}?{urlencode({field: what()})}"


def code() -> str:
    return f"B{random.randint(1, CUSTOMERS):07}"


def word() -> str:
    return random.choice(WORDS)


def phone() -> str:
    return f"0574-{random.randint(1, CUSTOMERS):08}"


def number() -> str:
    return f"INV-{TODAY.year - random.randint(0, 2)}-{random.randint(1, 9 * CUSTOMERS // 3):06}"


def amount() -> str:
    return f"{(10 + random.randint(0, 98_999)) * 113 / 10000:.2f}"


def month_back() -> str:
    return (TODAY - timedelta(days=30)).isoformat()


# Pages by how often a clerk opens them.
PAGES: list[Page] = [
    ("today", 5, at("/")),
    ("customers, by overdue", 6, at("/customers/")),
    ("customers, next page", 3, after("/customers/")),
    ("customers, by balance", 2, at("/customers/?sort=balance")),
    ("customers, by code", 2, at("/customers/?sort=code")),
    ("customers, overdue", 3, at("/customers/?view=overdue")),
    ("customers, mine", 2, at("/customers/?view=mine")),
    ("customers, with credit", 1, at("/customers/?view=credit")),
    ("customers, on hold", 1, at("/customers/?view=held")),
    ("customers, of a segment", 1, at("/customers/?segment=Key")),
    ("customers, search: name", 4, asking("/customers/", "q", word)),
    ("customers, search: code", 2, asking("/customers/", "q", code)),
    ("customers, search: phone", 1, asking("/customers/", "q", phone)),
    ("duplicates", 1, at("/customers/duplicates/")),
    ("customer", 16, of("customers")),
    ("customer, documents", 3, of("customers", "documents/")),
    ("customer, receipts", 2, of("customers", "receipts/")),
    ("customer, applications", 1, of("customers", "applications/")),
    ("customer, timeline", 2, of("customers", "timeline/")),
    ("customer, messages", 1, of("customers", "messages/")),
    ("customer, statements", 1, of("customers", "statements/")),
    ("customer, balance", 2, of("customers", "balance/")),
    ("customer, journal", 1, of("customers", "journal/")),
    ("customer, paying", 1, of("customers", "paying/")),
    ("customer, notes", 1, of("customers", "notes/")),
    ("customer, history", 1, of("customers", "history/")),
    ("customer, duplicates", 1, of("customers", "duplicates/")),
    ("invoices, all", 2, at("/invoices/")),
    ("invoices, open", 4, at("/invoices/?view=open")),
    ("invoices, open, by due day", 2, at("/invoices/?view=open&sort=due")),
    ("invoices, overdue", 3, at("/invoices/?view=overdue")),
    ("invoices, overdue, by total", 1, at("/invoices/?view=overdue&sort=-total")),
    ("invoices, paid", 1, at("/invoices/?view=paid")),
    ("invoices, drafts", 1, at("/invoices/?view=drafts")),
    ("invoices, credit notes", 1, at("/invoices/?view=credit_notes")),
    ("invoices, largest", 1, at("/invoices/?sort=-total")),
    ("invoices, next page", 3, after("/invoices/")),
    ("invoices, search: number", 3, asking("/invoices/", "q", number)),
    ("invoices, search: customer", 2, asking("/invoices/", "q", word)),
    ("invoice", 9, of("invoices")),
    ("invoice, new", 3, at("/invoices/new/")),
    ("customers to choose from", 6, asking("/customers/find/", "customer", word)),
    ("receipts, to apply", 4, at("/receipts/")),
    ("receipts, all", 2, at("/receipts/?view=all")),
    ("receipts, applied", 1, at("/receipts/?view=applied")),
    ("receipts, payer unknown", 1, at("/receipts/?view=unidentified")),
    ("receipts, largest", 1, at("/receipts/?view=all&sort=largest")),
    ("receipts, next page", 2, after("/receipts/")),
    ("receipts, search: code", 2, asking("/receipts/", "q", code)),
    ("receipts, search: name", 2, asking("/receipts/", "q", word)),
    ("receipt", 8, of("receipts")),
    ("receipt, new", 3, at("/receipts/new/")),
    ("document", 2, of("documents")),
    ("aging", 5, at("/aging/")),
    ("aging, next page", 2, after("/aging/")),
    ("aging, items of a row", 3, lambda person: person.drill),
    ("aging, by owner", 1, at("/aging/?by=owner")),
    ("aging, by segment", 1, at("/aging/?by=segment")),
    ("aging, by currency", 1, at("/aging/?by=currency")),
    ("aging, by group", 1, at("/aging/?by=parent")),
    ("aging, one currency", 1, at("/aging/?currency=CNY")),
    ("aging, a month back", 1, asking("/aging/", "as_of", month_back)),
    ("search: code", 3, asking("/find/", "q", code)),
    ("search: name", 3, asking("/find/", "q", word)),
    ("search: number", 3, asking("/find/", "q", number)),
    ("search: amount", 2, asking("/find/", "q", amount)),
    ("statements", 1, at("/statements/")),
    ("statement of a customer", 2, of("statements/for")),
    ("outbox", 1, at("/outbox/")),
    ("holds", 1, at("/holds/")),
    ("reminders", 1, at("/reminders/")),
    ("jobs", 1, at("/jobs/")),
    ("audit log", 2, at("/audit/")),
]
OF_CONTROLLERS = {"audit log"}


class Person(HttpUser):
    """Somebody at the desk. What a page shows is remembered, so that the next one can be opened from it."""

    wait_time = between(1, 3)
    drill = "/aging/"

    def on_start(self) -> None:
        mine = next(NUMBERS)
        self.seen: dict[str, list[str]] = {kind: [] for kind in LINKS}
        self.next_of: dict[str, str] = {}
        skipped = set() if mine % int(os.environ["BENCH_CONTROLLER_EVERY"]) == 0 else OF_CONTROLLERS
        self.pages = [page for page in PAGES if page[0] not in skipped]
        gate = self.client.get("/sign-in/", name="sign in")
        found = TOKEN.search(gate.text)
        assert found is not None
        fields = {"username": f"desk-{mine}", "password": os.environ["BENCH_PASSWORD"], "csrfmiddlewaretoken": found[1]}
        answer = self.client.post("/sign-in/", fields, name="sign in", headers={"Referer": gate.url})
        if "/sign-in/" in answer.url:
            raise StopUser
        for name, path in (("customers, by overdue", "/customers/"), ("invoices, all", "/invoices/")):
            self.open(name, path)
        self.open("receipts, all", "/receipts/?view=all")

    def one_of(self, kind: str, rest: str) -> str:
        """The address of a row of this kind that was shown, with what follows it."""
        source = {"statements/for": "customers", "documents": "documents"}.get(kind, kind)
        seen = self.seen[source]
        return f"/{kind}/{random.choice(seen)}/{rest}" if seen else "/"

    def open(self, name: str, path: str) -> None:
        """Open a page, and what it fetches by itself; whatever is not answered by a page counts as failed."""
        with self.client.get(path, name=name, catch_response=True) as response:
            if response.status_code != 200 or "/sign-in/" in (response.url or ""):
                response.failure(f"{path}: {response.status_code}")
                return
            _note(name, response)
        text = response.text
        for kind, links in LINKS.items():
            if found := links.findall(text):
                self.seen[kind] = (self.seen[kind] + found)[-200:]
        if following := NEXT.search(text):
            self.next_of[path.partition("?")[0]] = unescape(following[1])
        if rows := DRILL.findall(text):
            self.drill = unescape(random.choice(rows))
        for tag in TAG.findall(text):
            if BY_ITSELF.search(tag) and (part := GET.search(tag)):
                self.part(urljoin(path, unescape(part[1])))

    def part(self, path: str) -> None:
        """What htmx fetches into the page."""
        name = f"part: {re.sub('[0-9]+', 'N', path.partition('?')[0])}"
        with self.client.get(path, name=name, headers={"HX-Request": "true"}, catch_response=True) as response:
            if response.status_code != 200:
                response.failure(f"{path}: {response.status_code}")
                return
            _note(name, response)


def click(person: Person) -> None:
    """One page, as chance will have it."""
    name, _weight, address = random.choices(person.pages, [page[1] for page in person.pages])[0]
    person.open(name, address(person))


Person.tasks = [click]


def _note(name: str, response: Any) -> None:
    """Which page the server's log means by its number of the request. A redirect is a part of the page it leads to."""
    with OUT.open("a", encoding="utf-8") as out:
        for each in (*response.history, response):
            of_page = name if each is response or len(response.history) == 0 else f"{name} (redirect)"
            out.write(f"{each.headers['X-Request-ID']}\t{of_page}\t{each.url}\n")


ANSWERED = count(1)
RUNNING: list[Any] = []


def remember(environment: Any, **facts: Any) -> None:
    """What plays the people, so that it can be told to stop."""
    RUNNING.append(environment)


def stop_when_done(**facts: Any) -> None:
    """All have clicked often enough together. Told by nobody of them: whoever is stopped cannot wait for the others."""
    if next(ANSWERED) == REQUESTS:
        gevent.spawn(RUNNING[0].runner.quit)


LISTENED: Any = events
LISTENED.init.add_listener(remember)
LISTENED.request.add_listener(stop_when_done)
