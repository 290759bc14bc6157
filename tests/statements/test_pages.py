"""The pages of statements: what they show, who may do what, another company's rows."""

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import Company, User
from statements.models import Statement, StatementRun
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story


def test_preview_then_send(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(reverse("statements:new", args=[story.haichen.pk]))
    assert "CNY 2,100.00" in text_of(page)
    answer = as_clerk.post(reverse("statements:send", args=[story.haichen.pk]), {"kind": "open"}, follow=True)
    assert Statement.objects.get().number in text_of(answer)
    assert Statement.objects.get().to_address == "ap@haichen.example"


def test_without_address_the_page_says_so_and_keeps_what_was_typed(as_clerk: Client, story: Story) -> None:
    url = reverse("statements:send", args=[story.qiming.pk])
    assert as_clerk.post(url, {}).status_code == 409
    answer = as_clerk.post(url, {"to_address": "wrong"})
    assert answer.status_code == 422
    assert 'value="wrong"' in answer.content.decode()
    as_clerk.post(url, {"to_address": "ap@qiming.example", "keeps_contact": "1"})
    assert story.qiming.contacts.get().email == "ap@qiming.example"


def test_a_run_is_begun_and_shown(client: Client, controller: User, story: Story) -> None:
    client.force_login(controller)
    data = {"as_of": story.today.isoformat(), "kind": "open", "language": "own"}
    answer = client.post(reverse("statements:begin"), data, follow=True)
    run = StatementRun.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("statements:run", args=[run.pk])
    assert client.get(reverse("statements:list")).status_code == 200


def test_a_wrong_day_is_said_at_the_field(client: Client, controller: User, story: Story) -> None:
    client.force_login(controller)
    data = {"as_of": "2999-01-01", "kind": "open", "language": "own"}
    assert client.post(reverse("statements:begin"), data).status_code == 422


@pytest.mark.parametrize(
    ("name", "verb", "method"), [("new", "statement.view", "get"), ("send", "statement.send", "post")]
)
def test_refused_for_each_role(company: Company, story: Story, name: str, verb: str, method: str) -> None:
    check_roles(company, verb, reverse(f"statements:{name}", args=[story.haichen.pk]), method=method)


def test_another_company_sees_nothing(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(reverse("statements:new", args=[story.haichen.pk])).status_code == 404


def test_method(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, reverse("statements:send", args=[story.haichen.pk]), wrong="get")
    check_method(as_clerk, reverse("statements:list"), wrong="post")
