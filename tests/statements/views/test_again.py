"""again, send_one, retry: the identical file once more, one that was left behind, a PDF that failed. Never a second
statement."""

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import Company, Role
from arap.outbox.models import Message
from statements.actions import release_run, render_waiting
from statements.models import Statement, StatementRun
from tests.pages import check_method, check_roles, text_of
from tests.people import hire
from tests.statements.views.conftest import first_one_fails, made_run, pdf_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(statement: Statement, act: str) -> str:
    return reverse(f"statements:{act}", args=[statement.pk])


def left_behind(run: StatementRun, story: Story) -> Statement:
    """Qiming's: its run was released while nobody received statements there."""
    release_run(run, by=None)
    return Statement.objects.get(run=run, customer=story.qiming)


def test_the_identical_file_goes_once_more(as_clerk: Client, sent: Statement) -> None:
    Message.objects.update(state="bounced")
    for key in ("k1", "k1", "k2"):
        answer = as_clerk.post(url(sent, "again"), {"key": key, "to_address": "new@haichen.example"}, follow=True)
        assert f"{sent.number} goes to new@haichen.example." in text_of(answer)
        Message.objects.filter(state="pending").update(state="failed")
    messages = list(Message.objects.order_by("pk"))
    assert [message.to_address for message in messages] == ["ap@haichen.example", *["new@haichen.example"] * 2]
    files = {file.sha256 for message in messages for file in message.files.all()}
    assert sent.file is not None
    assert files == {sent.file.sha256}
    assert Statement.objects.count() == 1


def test_the_address_on_file_keeps_its_name(as_clerk: Client, sent: Statement) -> None:
    Message.objects.update(state="failed")
    assert 'value="ap@haichen.example"' in as_clerk.get(url(sent, "detail")).content.decode()
    as_clerk.post(url(sent, "again"), {"key": "k", "to_address": "AP@haichen.example"})
    latest = Message.objects.latest("pk")
    assert (latest.to_name, latest.to_address) == ("王敏", "ap@haichen.example")


def test_a_wrong_address_is_said_at_the_field(as_clerk: Client, sent: Statement) -> None:
    Message.objects.update(state="failed")
    answer = as_clerk.post(url(sent, "again"), {"to_address": "nobody"})
    assert answer.status_code == 422
    assert 'id="id_to_address_error"' in answer.content.decode()
    assert 'value="nobody"' in answer.content.decode(), "what was typed is not lost"
    assert Message.objects.count() == 1


def test_while_it_is_on_its_way_it_is_not_offered(as_clerk: Client, sent: Statement) -> None:
    assert "Send again" not in text_of(as_clerk.get(url(sent, "detail")))


def test_one_that_was_left_behind(as_clerk: Client, story: Story, run: StatementRun) -> None:
    one = left_behind(run, story)
    refused = as_clerk.post(url(one, "send_one"), follow=True)
    assert "Nobody at this customer receives statements." in text_of(refused)
    story.qiming.contacts.create(company=story.company, name="Qi", email="ap@qiming.example", receives=["statement"])
    for expected in ("is on its way", "has been released already"):
        assert expected in text_of(as_clerk.post(url(one, "send_one"), follow=True))
    assert Message.objects.filter(about_id=one.pk).count() == 1


def test_one_that_was_left_behind_to_a_typed_address(as_clerk: Client, story: Story, run: StatementRun) -> None:
    one = left_behind(run, story)
    assert "Send this one" in text_of(as_clerk.get(url(one, "detail")))
    missing = as_clerk.post(url(one, "again"), {"key": "k"})
    assert missing.status_code == 409
    assert "Type an address." in text_of(missing)
    as_clerk.post(url(one, "again"), {"key": "k2", "to_address": "ap@qiming.example"})
    assert Message.objects.get(about_id=one.pk).to_address == "ap@qiming.example"


def test_its_pdf_is_tried_again(as_clerk: Client, story: Story) -> None:
    run = made_run(story, render=first_one_fails())
    broken = Statement.objects.get(run=run, pdf_state="failed")
    assert "Something went wrong on our side" in text_of(as_clerk.get(url(broken, "detail")))
    answer = as_clerk.post(url(broken, "retry"), follow=True)
    assert "Its PDF is tried again." in text_of(answer)
    assert render_waiting(statement_id=broken.pk, render=pdf_of) == 1
    again = as_clerk.post(url(broken, "retry"), follow=True)
    assert "Its PDF has not failed." in text_of(again)


def test_another_companys_is_not_found(client: Client, other_company: Company, sent: Statement) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    for act in ("again", "send_one", "retry"):
        assert client.post(url(sent, act), {"to_address": "x@y.example"}).status_code == 404
    assert Message.objects.count() == 1


@pytest.mark.parametrize("act", ["again", "send_one", "retry"])
def test_roles_and_method(company: Company, as_clerk: Client, sent: Statement, act: str) -> None:
    check_roles(company, "statement.send", url(sent, act), method="post", data={"to_address": "bad"})
    check_method(as_clerk, url(sent, act), wrong="get")
