"""find: customers, documents, amounts and words; a single exact match opens at once."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import Company, User
from invoices.actions import Draft, DraftLine, create_draft
from receipts.actions import NewReceipt, record_receipt
from receipts.models import ConfirmationLimit
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/find/"


def test_a_code_opens_its_customer(as_clerk: Client, story: Story) -> None:
    assert as_clerk.get(URL, {"q": "c-10482"})["Location"] == f"/customers/{story.haichen.pk}/"


def test_a_number_opens_its_document(as_clerk: Client, story: Story) -> None:
    number = number_of(story.late)
    assert as_clerk.get(URL, {"q": number})["Location"] == f"/documents/{story.late.document_id}/"


def test_names_references_and_beginnings_are_listed(as_clerk: Client, story: Story) -> None:
    assert "Ningbo Haichen" in text_of(as_clerk.get(URL, {"q": "haichen"}))
    assert number_of(story.young) in text_of(as_clerk.get(URL, {"q": "PO-2"}))
    beginning = number_of(story.late)[:-1]
    assert number_of(story.late) in text_of(as_clerk.get(URL, {"q": beginning}))


def test_an_amount_finds_documents_and_receipts_of_it_and_what_is_left(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"q": "2,000"}))
    assert "Documents of this amount" in page
    assert number_of(story.young) in page
    assert number_of(story.applied) in text_of(as_clerk.get(URL, {"q": "400.00"})), "a receipt, applied or not"
    assert number_of(story.late) in text_of(as_clerk.get(URL, {"q": "600"})), "what is left of it"
    assert number_of(story.late) in text_of(as_clerk.get(URL, {"q": "CNY 1,000.00"}))
    assert number_of(story.late) not in text_of(as_clerk.get(URL, {"q": "1,000.01"}))


def test_small_letters_and_beginnings_of_references_are_found(as_clerk: Client, story: Story) -> None:
    assert as_clerk.get(URL, {"q": number_of(story.late).lower()})["Location"].startswith("/documents/")
    page = text_of(as_clerk.get(URL, {"q": "po-"}))
    assert all(number_of(each) in page for each in (story.late, story.young, story.foreign))


def test_a_receipt_is_found_by_its_words_and_before_it_is_in_the_book(
    as_clerk: Client, company: Company, clerk: User, story: Story
) -> None:
    assert number_of(story.lost) in text_of(as_clerk.get(URL, {"q": "transfer 88"}))
    ConfirmationLimit.objects.create(company=company, currency="CNY", above=10)
    new = NewReceipt(amount=Decimal("555.55"), currency="CNY", received_on=story.today, payer_account="622202")
    record_receipt(company, new, by=clerk)
    for text in ("555.55", "622202"):
        assert "To confirm" in text_of(as_clerk.get(URL, {"q": text})), text


def test_drafts_are_found_by_the_order_number(as_clerk: Client, company: Company, clerk: User, story: Story) -> None:
    draft = Draft(
        customer_id=story.haichen.pk,
        currency="CNY",
        issued_on=story.today,
        order_number="AB-77",
        lines=[DraftLine(description="Insert", unit_price=Decimal(5))],
        instalments=[(story.today, Decimal(5))],
    )
    create_draft(company, draft, by=clerk)
    assert "Invoice · Draft" in text_of(as_clerk.get(URL, {"q": "ab-77"}))


def test_pages_are_found_by_name(as_clerk: Client, story: Story) -> None:
    assert "/aging/" in parsed(as_clerk.get(URL, {"q": "aging"})).links
    assert "/aging/" in parsed(as_clerk.get(URL, {"q": "账龄"})).links


@pytest.mark.parametrize("text", ["", "nothing like this", "%", "\x00", "9" * 200])
def test_nothing_found_says_what_can_be_looked_for(as_clerk: Client, story: Story, text: str) -> None:
    answer = as_clerk.get(URL, {"q": text})
    assert answer.status_code == 200
    assert "an amount." in text_of(answer)


def test_what_was_typed_stays_in_the_field_and_is_no_markup(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL, {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_other_companies_are_not_searched(
    as_clerk: Client, other_company: Company, outsider: User, story: Story
) -> None:
    theirs = customers(other_company, "HIDDEN")[0]
    Bookkeeper(company=other_company, by=outsider).invoice(theirs, "9.00", story.today, number="HIDDEN-1")
    assert "HIDDEN-1" not in text_of(as_clerk.get(URL, {"q": "HIDDEN"})).replace("“HIDDEN”", "")


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
