"""detail, pdf: one statement, what it says, its file, its messages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arap.core.models import Company, Role, User
from arap.outbox.models import Message
from statements.models import Statement, StatementRun
from tests.pages import check_method, check_roles, parsed, text_of
from tests.people import hire
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(statement: Statement, act: str = "detail") -> str:
    return reverse(f"statements:{act}", args=[statement.pk])


def test_what_it_says_and_where_it_went(as_clerk: Client, story: Story, sent: Statement) -> None:
    answer = as_clerk.get(url(sent))
    words = text_of(answer)
    assert sent.file is not None
    for piece in (
        sent.number, "Ningbo Haichen", "CNY 2,100.00", "overdue 600.00 , not applied −500.00", number_of(story.late),
        "PO-1", "王敏", "ap@haichen.example", "Waiting", sent.file.sha256, f"position {sent.position} of the book",
        sent.digest,
    ):  # fmt: skip
        assert piece in words, piece
    assert reverse("outbox:detail", args=[Message.objects.get().pk]) in parsed(answer).links
    assert reverse("desk:document", args=[story.late.document_id]) in parsed(answer).links


def test_the_ages_add_up_to_the_balance(as_clerk: Client, sent: Statement) -> None:
    words = text_of(as_clerk.get(url(sent)))
    assert (
        "Not due 1–30 d 31–60 d 61–90 d Over 90 d Not applied Balance 2,000.00 – – 600.00 – −500.00 2,100.00" in words
    )


def test_the_message_leads_here(as_clerk: Client, sent: Statement) -> None:
    page = as_clerk.get(reverse("outbox:detail", args=[Message.objects.get().pk]))
    assert url(sent) in parsed(page).links


def test_it_asks_again_until_the_message_has_left(as_clerk: Client, sent: Statement) -> None:
    assert 'hx-trigger="every 2s"' in as_clerk.get(url(sent)).content.decode()
    assert "HX-Refresh" not in as_clerk.get(url(sent), HTTP_HX_REQUEST="true")
    message = Message.objects.get()
    Message.objects.update(state="sent", sent_at=message.created_at)
    page = as_clerk.get(url(sent))
    assert 'hx-trigger="every 2s"' not in page.content.decode()
    assert "Send again" in text_of(page)
    assert as_clerk.get(url(sent), HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_the_file_is_shown_and_saved(as_clerk: Client, sent: Statement) -> None:
    assert sent.file is not None
    shown, saved = as_clerk.get(url(sent, "pdf")), as_clerk.get(url(sent, "pdf") + "?save")
    assert shown.content == saved.content == bytes(sent.file.content)
    assert shown["Content-Disposition"].startswith("inline")
    assert saved["Content-Disposition"].startswith("attachment")


def test_without_pdf_there_is_none_to_look_at(as_clerk: Client, run: StatementRun, story: Story) -> None:
    from statements.actions import make_statement
    from tests.statements.test_statements import want

    bare = make_statement(story.company, story.haichen, want(story), by=None)
    assert as_clerk.get(url(bare, "pdf")).status_code == 404
    assert as_clerk.get(url(bare)).status_code == 200


def test_in_chinese(as_clerk: Client, clerk: User, sent: Statement) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    words = text_of(as_clerk.get(url(sent)))
    for piece in ("宁波海辰模具有限公司", "逾期", "未核销", "待发送"):
        assert piece in words, piece


def test_queries(as_clerk: Client, sent: Statement, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(18):
        as_clerk.get(url(sent))


def test_another_companys_is_not_found(client: Client, other_company: Company, sent: Statement) -> None:
    client.force_login(hire(other_company, "boss", Role.CONTROLLER))
    assert client.get(url(sent)).status_code == 404
    assert client.get(url(sent, "pdf")).status_code == 404


@pytest.mark.parametrize("act", ["detail", "pdf"])
def test_roles_and_method(company: Company, as_clerk: Client, sent: Statement, act: str) -> None:
    check_roles(company, "statement.view", url(sent, act))
    check_method(as_clerk, url(sent, act), wrong="post")
