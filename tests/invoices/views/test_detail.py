"""detail: lines and totals, open items with what was applied, the journal, and the notes that credit it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, User
from invoices.actions import credit_invoice
from invoices.models import Invoice
from tests.pages import check_method, check_roles, parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(invoice: Invoice) -> str:
    return f"/invoices/{invoice.pk}/"


def test_lines_items_and_journal(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story.late)))
    assert "Mould insert 1 1,000 without tax" in page
    assert "Total incl. tax CNY 1,000.00" in page
    assert "1122 Accounts receivable" in page
    assert "applied" in page
    assert number_of(story.applied) in page
    assert "−400.00" in page
    assert "6001 Revenue" in page


def test_a_foreign_invoice_says_its_rate(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story.foreign)))
    assert "Exchange rate 7" in page
    assert "In CNY 2,100.00" in page


def test_an_invoice_and_its_credit_note_lead_to_each_other(as_clerk: Client, clerk: User, story: Story) -> None:
    credit_invoice(story.company, story.foreign.pk, on=story.today, by=clerk, reason="returned")
    note = Invoice.objects.credit_notes().get()
    assert url(note) in parsed(as_clerk.get(url(story.foreign))).links
    assert url(story.foreign) in parsed(as_clerk.get(url(note))).links


def test_a_draft_has_no_items_yet(as_clerk: Client, clerk: User, story: Story) -> None:
    draft = Invoice.objects.create(
        company=story.company, customer=story.haichen, currency="CNY", issued_on=story.today, created_by=clerk
    )
    page = text_of(as_clerk.get(url(draft)))
    assert f"Draft {draft.pk}" in page
    assert "Journal" not in page


def test_queries_do_not_grow(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(22):
        as_clerk.get(url(story.late))


def test_another_companys_invoice_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(url(story.late)).status_code == 404


def test_roles(company: Company, story: Story) -> None:
    check_roles(company, "invoice.view", url(story.late))


def test_post_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story.late), wrong="post")
