"""Every address: which methods it answers, for which verb, to which roles, and about whose rows.

The addresses come from the urlconf and are held against addresses.txt, which is signed by reading it: a page that is
new fails here until its line stands there. Programs are tried like this in tests/api/test_rights.py.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from arap.api.generics import ApiView
from arap.core.models import Company, Role, User
from arap.core.permissions import EVERYONE, PERMISSIONS, PUBLIC, SIGNED_IN
from tests.desk.rows import PARAMETER, address, browser_of, everybody, furnish, row_of
from tests.pages import signed_in

pytestmark = pytest.mark.django_db

SIGNED = Path(__file__).parent / "addresses.txt"
# What asks for more than its verb: the guide, which somebody without any company may open, too; writing a note and
# adding a file on the page that shows them; forgetting columns that are somebody else's; taking back approvals that
# others lent.
DECIDED_WITHIN: dict[tuple[str, str], Collection[Role]] = {
    ("GET", "guide/"): PERMISSIONS["company.set_up"],
    ("GET", "guide/company/"): (),
    ("POST", "guide/company/"): (),
    ("POST", "approvals/delegations/<int:pk>/end/"): PERMISSIONS["approval.delegate"],
    ("POST", "contracts/<int:pk>/"): PERMISSIONS["customer.edit"],
    ("POST", "customers/<int:pk>/notes/"): PERMISSIONS["customer.note"],
    ("POST", "import/columns/<int:pk>/forget/"): PERMISSIONS["history.tidy"],
}
# What has to be sent so that the row counts, and not only that something lacks.
SENT = {"guide/bank/<int:pk>/act/": {"act": "retire"}, "customers/bank-accounts/<int:pk>/retire/": {"reason": "x"}}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLAIN = re.compile(r"[\^$]|\?P(?=<)|\[0-9]\{1,18}|[()]|/\?$|(?<=/)\?")  # what only a pattern says


@dataclass(frozen=True, slots=True)
class Address:
    """One route and what it answers: method -> verb."""

    route: str
    answers: dict[str, str]
    is_page: bool

    @property
    def parameters(self) -> list[str]:
        """The parameters that are ids of rows."""
        return [name for name in PARAMETER.findall(self.route) if row_of(self.route, name)]

    def lines(self) -> Iterator[str]:
        """As it stands in the table: a line for each verb."""
        for verb in dict.fromkeys(self.answers.values()):
            methods = ",".join(method for method, needs in self.answers.items() if needs == verb)
            methods = "any" if methods == ",".join(METHODS) else methods
            yield f"{methods:<10} {verb:<17} /{PLAIN.sub('', self.route)}"


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route, entry
        elif entry.namespace != "admin":  # the admin has rights of its own, tested in tests/core/test_admin.py
            yield from patterns(entry, route)


@cache
def addresses() -> list[Address]:
    return [
        Address(route, _answers(entry.callback, PARAMETER.findall(route)), not _is_api(entry))
        for route, entry in patterns(get_resolver())
    ]


def _is_api(entry: URLPattern) -> bool:
    return issubclass(getattr(entry.callback, "cls", object), ApiView)


def _answers(view: Any, parameters: list[str]) -> dict[str, str]:
    """The methods that a view answers, each with its verb."""
    if issubclass(getattr(view, "cls", object), ApiView):
        return {method: handler.required_verb for method, handler in view.cls.handlers().items() if method != "HEAD"}
    request: Any = RequestFactory().generic("NO", "/")
    request.user, request.roles = User(), frozenset(Role)
    try:
        refused = view(request, **dict.fromkeys(parameters, 1))  # no page answers it, and each says what it answers
    except AttributeError:
        return {}  # it does answer it, and misses what a real request has
    allowed = refused.get("Allow", ", ".join(METHODS)).split(", ")
    return {method: getattr(view, "required_verb", "") for method in METHODS if method in allowed}


def pages() -> list[Address]:
    """What people open, and what their forms are sent to."""
    return [each for each in addresses() if each.is_page]


def guarded(rows: dict[str, int]) -> Iterator[tuple[str, str, str, Collection[Role]]]:
    """Each method of each page that asks who comes, about `rows`: method, verb, address, and who is let in."""
    for page in [each for each in pages() if PUBLIC not in each.answers.values()]:
        for method, verb in page.answers.items():
            roles = DECIDED_WITHIN.get((method, page.route), PERMISSIONS.get(verb, EVERYONE))
            yield method, verb, address(page.route, rows), roles


def ask(client: Client, method: str, url: str, sent: dict[str, str] | None = None) -> Any:
    """The answer; what it changed is undone."""
    with transaction.atomic():
        answer = getattr(client, method.lower())(url, sent)
        transaction.set_rollback(True)
    return answer


def test_every_address_declares_who_may_use_it_and_how() -> None:
    declared = {PUBLIC, SIGNED_IN, *PERMISSIONS}
    verbs = {route: getattr(entry.callback, "required_verb", None) for route, entry in patterns(get_resolver())}
    assert [route for route, verb in verbs.items() if verb not in declared] == []
    assert [each.route for each in addresses() if not each.answers] == [], "require_safe, require_POST, ..."


def test_the_addresses_are_the_signed_ones() -> None:
    there = [line for each in addresses() for line in each.lines()]
    signed = SIGNED.read_text(encoding="utf-8").splitlines()
    lacking, gone = set(there) - set(signed), set(signed) - set(there)
    assert not lacking, "read these lines and add them to addresses.txt:\n" + "\n".join(sorted(lacking))
    assert not gone, "take these lines from addresses.txt:\n" + "\n".join(sorted(gone))


@pytest.fixture
def insider(company: Company) -> User:
    """May do everything in the company."""
    return everybody(company)


@pytest.fixture
def ours(company: Company, insider: User) -> dict[str, int]:
    return furnish(company, insider)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_let_in_where_the_table_says(company: Company, ours: dict[str, int], role: Role) -> None:
    client = signed_in(company, role)
    wrong = []
    for method, verb, url, roles in guarded(ours):
        status = ask(client, method, url).status_code
        if (status == 403) != (role not in roles):
            wrong.append(f"{method} {url} ({verb}): {status}")
    assert wrong == []


def test_strangers_are_sent_to_sign_in(ours: dict[str, int]) -> None:
    for method, _verb, url, _roles in guarded(ours):
        answer = ask(Client(), method, url)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/"), f"{method} {url}"


def test_other_methods_are_refused(insider: User, ours: dict[str, int]) -> None:
    client = browser_of(insider)
    for page in pages():
        for method in set(METHODS) - page.answers.keys():
            status = ask(client, method, address(page.route, ours)).status_code
            assert status == 405, f"{method} /{page.route}: {status}"


def test_rows_of_another_company_are_not_there(insider: User, other_company: Company, ours: dict[str, int]) -> None:
    """Neither where all ids are theirs, nor where one is; and to those who may see them they are there."""
    stranger = everybody(other_company)
    theirs = furnish(other_company, stranger)
    ours_client, their_client = browser_of(insider), browser_of(stranger)
    for page in [each for each in pages() if each.parameters]:
        strange = {address(page.route, ours, **{name: theirs}) for name in page.parameters}
        for method in page.answers:
            for url in {*strange, address(page.route, theirs)}:
                status = ask(ours_client, method, url, SENT.get(page.route)).status_code
                assert status == 404, f"{method} {url} of /{page.route}: {status}"
            for client, rows in ((ours_client, ours), (their_client, theirs)):
                status = ask(client, method, address(page.route, rows), SENT.get(page.route)).status_code
                assert status != 404, f"{method} /{page.route}: the row of this test is none"
