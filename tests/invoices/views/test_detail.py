"""detail: lines and totals, open items with what was applied, the journal, and the notes that credit it."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, CompanyBankAccount, Role, TaxCode, User
from invoices.actions import Draft, DraftLine, create_draft, credit_invoice
from invoices.models import Invoice
from tests.pages import check_method, parsed, signed_in, text_of
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


def test_how_it_is_paid_while_something_is_open(as_clerk: Client, story: Story) -> None:
    url_late = url(story.late)
    assert "How it is paid" not in text_of(as_clerk.get(url_late)), "no account of ours takes CNY"
    CompanyBankAccount.objects.create(
        company=story.company, name="Acme", bank="ICBC", account_no="1001 2345", currency="CNY", is_default=True
    )
    answer = as_clerk.get(url_late)
    assert "1001 2345" in text_of(answer)
    assert "Payment reference RF" in text_of(answer)
    assert "data:image/png" in answer.content.decode()
    assert "Open CNY 600.00" in text_of(answer)


def test_tax_by_rate_and_both_descriptions(as_clerk: Client, clerk: User, story: Story) -> None:
    codes = [TaxCode.objects.create(company=story.company, code=f"V{rate}", name="VAT", rate=rate) for rate in (13, 6)]
    lines = [
        DraftLine(description="Insert", description_local="镶件", unit_price=Decimal(100), tax_code_id=code.pk)
        for code in codes
    ]
    new = Draft(customer_id=story.haichen.pk, currency="CNY", issued_on=story.today, lines=lines, memo="to dock 4")
    page = text_of(as_clerk.get(url(create_draft(story.company, new, by=clerk))))
    assert "of which V13 13 % 100.00 13.00" in page
    assert "of which V6 6 % 100.00 6.00" in page
    assert "Insert 镶件" in page
    assert "to dock 4" in page


def test_acts_are_those_of_its_state_and_of_the_role(company: Company, clerk: User, story: Story) -> None:
    lines = [DraftLine(unit_price=Decimal(1))]
    new = Draft(customer_id=story.haichen.pk, currency="CNY", issued_on=story.today, lines=lines)
    draft = create_draft(company, new, by=clerk)
    may, may_not = signed_in(company, Role.CLERK), signed_in(company, Role.AUDITOR)
    assert {f"/invoices/{draft.pk}/edit/", f"/invoices/new/?like={draft.pk}"} <= set(parsed(may.get(url(draft))).links)
    assert f"/invoices/{story.late.pk}/credit/" in parsed(may.get(url(story.late))).links
    assert f"/invoices/{story.late.pk}/edit/" not in parsed(may.get(url(story.late))).links
    for invoice in (draft, story.late):
        seen = parsed(may_not.get(url(invoice)))
        assert not [link for link in seen.links if "edit" in link or "credit/" in link or "new/" in link]
        assert not [action for method, action in seen.forms if method == "post" and "/invoices/" in action]


def test_a_draft_says_why_it_cannot_be_posted(as_clerk: Client, clerk: User, story: Story) -> None:
    lines = [DraftLine(unit_price=Decimal(1))]
    new = Draft(customer_id=story.haichen.pk, currency="JPY", issued_on=story.today, lines=lines)
    answer = as_clerk.get(url(create_draft(story.company, new, by=clerk)))
    assert "It cannot be posted yet. There is no exchange rate for JPY" in text_of(answer)
    assert "data-ctrl-enter" not in answer.content.decode()


def test_queries_do_not_grow(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(23):
        as_clerk.get(url(story.late))


def test_another_companys_invoice_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(url(story.late)).status_code == 404


def test_post_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story.late), wrong="post")
