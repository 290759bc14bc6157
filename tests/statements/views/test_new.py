"""new, new_pdf, send: what a customer's statement would say, and sending it once."""

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import Company, Role
from customers.models import Customer
from statements.models import Statement
from tests.pages import check_method, signed_in, text_of
from tests.people import hire
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(customer: Customer, act: str = "new") -> str:
    return reverse(f"statements:{act}", args=[customer.pk])


def test_seen_then_sent(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(url(story.haichen))
    assert "CNY 2,100.00" in text_of(page)
    assert 'value="ap@haichen.example"' in page.content.decode(), "the contact's address stands there already"
    assert not Statement.objects.exists()
    answer = as_clerk.post(
        url(story.haichen, "send"), {"kind": "open", "key": "k", "to_address": "ap@haichen.example"}, follow=True
    )
    made = Statement.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("statements:detail", args=[made.pk])
    assert f"{made.number} goes to ap@haichen.example." in text_of(answer)
    assert (made.to_name, made.to_address, made.to_language) == ("王敏", "ap@haichen.example", "zh-hans")


def test_a_second_one_of_the_same_days_is_not_made_unawares(as_clerk: Client, story: Story, sent: Statement) -> None:
    page = as_clerk.get(url(story.haichen))
    words = text_of(page)
    assert f"{sent.number} says the same days already." in words
    assert "Send a new statement" in words
    assert reverse("statements:detail", args=[sent.pk]) in page.content.decode()
    assert "says the same days already" not in text_of(as_clerk.get(url(story.haichen), {"kind": "activity"}))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"as_of": "31 Foo 2026"}, "as_of"),
        ({"as_of": "2999-01-01"}, "as_of"),
        ({"kind": "activity", "from_on": "2998-01-01"}, "from_on"),
        ({"kind": "none"}, "kind"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(as_clerk: Client, story: Story, given: dict[str, str], field: str) -> None:
    for answer in (
        as_clerk.get(url(story.haichen), given),
        as_clerk.get(url(story.haichen, "new_pdf"), given),
        as_clerk.post(url(story.haichen, "send"), {**given, "to_address": "ap@haichen.example"}),
    ):
        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()
    assert not Statement.objects.exists()


def test_an_address_is_asked_for_and_kept(as_clerk: Client, story: Story) -> None:
    to = url(story.qiming, "send")
    missing = as_clerk.post(to, {"key": "k1"})
    assert missing.status_code == 409
    assert 'id="id_to_address_error"' in missing.content.decode()
    wrong = as_clerk.post(to, {"key": "k2", "to_address": "wrong"})
    assert wrong.status_code == 422
    assert 'value="wrong"' in wrong.content.decode()
    as_clerk.post(to, {"key": "k3", "to_address": "ap@qiming.example", "keeps_contact": "on"})
    assert story.qiming.contacts.get().email == "ap@qiming.example"
    assert "Keep this address" not in text_of(as_clerk.get(url(story.qiming))), "now there is one"


def test_nothing_to_say_says_what_to_do(as_clerk: Client, story: Story) -> None:
    long_ago = {"as_of": "2024-01-31"}
    words = text_of(as_clerk.get(url(story.haichen), long_ago))
    assert "Nothing to say on 31 Jan 2024" in words
    assert "Send statement" not in words
    assert as_clerk.post(url(story.haichen, "send"), {**long_ago, "key": "k"}).status_code == 409
    assert not Statement.objects.exists()


def test_one_who_may_only_read_sees_no_button(company: Company, story: Story) -> None:
    words = text_of(signed_in(company, Role.AUDITOR).get(url(story.haichen)))
    assert "CNY 2,100.00" in words
    assert "Send statement" not in words


def test_the_pdf_is_a_preview_and_leaves_no_record(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story.haichen, "new_pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert not Statement.objects.exists()


def test_another_companys_is_not_found(client: Client, other_company: Company, story: Story) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.get(url(story.haichen)).status_code == 404
    assert client.get(url(story.haichen, "new_pdf")).status_code == 404
    assert client.post(url(story.haichen, "send"), {"to_address": "x@y.example"}).status_code == 404


def test_methods(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story.haichen), wrong="post")
    check_method(as_clerk, url(story.haichen, "send"), wrong="get")
