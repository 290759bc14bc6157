"""list: messages newest first, by state with counts, filter, pages."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from arap.outbox.models import Message
from tests.outbox.letters import queued
from tests.pages import check_method, check_roles, text_of

pytestmark = pytest.mark.django_db
URL = "/outbox/"
VIEWS = {
    "all": ["pending", "failed", "bounced", "unknown", "cancelled"],
    "attention": ["failed", "bounced", "unknown"],
    "waiting": ["pending"],
    "sent": [],
    "cancelled": ["cancelled"],
}


def shown(answer: Any) -> list[str]:
    return [row.message.dedupe_key for row in answer.context["rows"]]


@pytest.fixture
def some(company: Company) -> None:
    """One message in each state that needs nothing else."""
    for state in reversed(VIEWS["all"]):
        Message.objects.filter(pk=queued(company, state).pk).update(state=state, last_error=f"why {state}")


@pytest.mark.parametrize("view", VIEWS)
def test_views_and_their_counts(as_clerk: Client, some: None, view: str) -> None:
    answer = as_clerk.get(URL, {"view": view})
    assert shown(answer) == VIEWS[view]
    assert answer.context["counts"] == {name: len(states) for name, states in VIEWS.items()}


def test_words(as_clerk: Client, clerk: User, some: None) -> None:
    page = text_of(as_clerk.get(URL))
    assert all(word in page for word in ("Waiting", "Bounced", "Unknown", "Cancelled", "why failed"))
    User.objects.filter(pk=clerk.pk).update(language="zh-hans")
    page = text_of(as_clerk.get(URL))
    assert all(word in page for word in ("发件箱", "待处理", "退信", "待发送"))


def test_filter(as_clerk: Client, company: Company) -> None:
    queued(company, "a", subject="Statement October", to_name="Wang Bo")
    queued(company, "b", to_address="Pay@Qiming.example")
    assert shown(as_clerk.get(URL, {"q": "october"})) == ["a"]
    assert shown(as_clerk.get(URL, {"q": "wang"})) == ["a"]
    assert shown(as_clerk.get(URL, {"q": "qiming"})) == ["b"]
    assert "No message here matches" in text_of(as_clerk.get(URL, {"q": "nobody"}))


def test_pages_meet(as_clerk: Client, company: Company) -> None:
    for n in range(23):
        queued(company, str(n))
    first = as_clerk.get(URL)
    second = as_clerk.get(URL + "?" + first.context["next_query"])
    assert len(shown(first)) == 20
    assert sorted(shown(first) + shown(second)) == sorted(map(str, range(23)))


def test_it_renews_itself_only_while_something_moves(as_clerk: Client, company: Company) -> None:
    message = queued(company)
    assert b"every 5s" in as_clerk.get(URL).content
    Message.objects.filter(pk=message.pk).update(state="cancelled")
    assert b"every 5s" not in as_clerk.get(URL).content


def test_an_empty_outbox_says_what_comes(as_clerk: Client) -> None:
    assert "Nothing has been sent yet" in text_of(as_clerk.get(URL))
    assert "Nothing needs a decision" in text_of(as_clerk.get(URL, {"view": "attention"}))


def test_another_company_sees_nothing_of_it(client: Client, outsider: User, some: None) -> None:
    client.force_login(outsider)
    answer = client.get(URL)
    assert shown(answer) == []
    assert answer.context["counts"]["all"] == 0


def test_queries_do_not_grow_with_rows(
    as_clerk: Client, some: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(6):
        as_clerk.get(URL)


def test_roles_and_method(company: Company, as_clerk: Client) -> None:
    check_roles(company, "message.view", URL)
    check_method(as_clerk, URL, wrong="post")
