"""document: invoices and receipts lead to their own pages, everything else is shown with items and journal."""

from datetime import date

import pytest
from django.test import Client

from arap.core.models import Company, User
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def refund(story: Story, clerk: User) -> str:
    """The address of a document that has no page of its own."""
    posted = Bookkeeper(company=story.company, by=clerk).credit_note(story.haichen.pk, "12.50", story.today)
    return f"/documents/{posted.document_id}/"


def test_an_invoice_leads_to_its_page(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(f"/documents/{story.late.document_id}/")
    assert answer["Location"] == f"/invoices/{story.late.pk}/"


def test_a_receipt_leads_to_its_page(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(f"/documents/{story.waiting.document_id}/")
    assert answer["Location"] == f"/receipts/{story.waiting.pk}/"


def test_any_other_shows_items_and_journal(as_clerk: Client, refund: str) -> None:
    page = text_of(as_clerk.get(refund))
    assert "Amount CNY −12.50" in page
    assert "1122 Accounts receivable" in page
    assert "To apply" in page
    assert "6001 Revenue" in page
    assert "Clerk position" in page


def test_another_companys_document_is_not_found(as_clerk: Client, other_company: Company, outsider: User) -> None:
    theirs = Bookkeeper(company=other_company, by=outsider)
    posted = theirs.invoice(customers(other_company, "T")[0], "1.00", date(2026, 1, 5))
    assert as_clerk.get(f"/documents/{posted.document_id}/").status_code == 404


def test_post_is_refused(as_clerk: Client, refund: str) -> None:
    check_method(as_clerk, refund, wrong="post")
