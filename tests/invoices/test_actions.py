"""Drafts and posting: from what is typed to what the book holds."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arap.core import audit
from arap.core.errors import Invalid, MissingRate, NotFound, Refused
from arap.core.models import AuditEntry, Company, ExchangeRate, Period, TaxCode, User
from arap.ledger.models import Document, Item, JournalLine
from customers.actions import ensure_terms
from customers.models import Customer
from invoices.actions import (
    Draft,
    DraftLine,
    create_draft,
    create_drafts,
    delete_draft,
    post_invoice,
    post_invoices,
    update_draft,
)
from invoices.actions.drafts import AUDITED
from invoices.models import Invoice, InvoiceInstalment

Make = Callable[..., Invoice]


def new_draft(customer: Customer, *prices: str, **options: Any) -> Draft:
    lines = [DraftLine(unit_price=Decimal(price)) for price in prices]
    fields: dict[str, Any] = {
        "customer_id": customer.pk,
        "currency": "CNY",
        "issued_on": date(2026, 1, 10),
        "lines": lines,
    }
    return Draft(**{**fields, **options})


def test_a_draft_has_its_totals_and_falls_due_by_the_customers_terms(
    company: Company, customer: Customer, draft: Make
) -> None:
    terms = ensure_terms(company, ["30% n/0, 70% n/60"], by=None)
    Customer.objects.filter(pk=customer.pk).update(terms=terms["30% n/0, 70% n/60"])
    invoice = draft("100.00", "0.33")
    assert (invoice.net_total, invoice.tax_total, invoice.total) == (
        Decimal("100.33"),
        Decimal("13.04"),
        Decimal("113.37"),
    )
    parts = invoice.instalments.values_list("due_on", "amount")
    assert list(parts) == [(date(2026, 1, 10), Decimal("34.01")), (date(2026, 3, 11), Decimal("79.36"))]
    assert not Document.objects.exists()


def test_given_instalments_count_before_terms(company: Company, customer: Customer) -> None:
    halves = [(date(2026, 2, 1), Decimal(40)), (date(2026, 3, 1), Decimal(60))]
    invoice = create_draft(company, new_draft(customer, "100", instalments=halves), by=None)
    assert list(invoice.instalments.values_list("due_on", "amount")) == halves


WRONG: dict[str, dict[str, Any]] = {
    "customer": {"customer_id": 0},
    "currency": {"currency": "XXX"},
    "kind": {"kind": "debit"},
    "terms": {"terms_id": 0},
    "rate": {"rate": Decimal(0)},
    "lines": {"lines": []},
    "tax_code": {"lines": [DraftLine(unit_price=Decimal(1), tax_code_id=0)]},
    "discount_percent": {"lines": [DraftLine(unit_price=Decimal(1), discount_percent=Decimal(101))]},
    "tax_rate": {"lines": [DraftLine(unit_price=Decimal(1), tax_rate=Decimal(-1))]},
    "instalments": {"instalments": [(date(2026, 1, 9), Decimal(100))]},
}


@pytest.mark.parametrize("field", WRONG)
def test_wrong_input_is_named(company: Company, customer: Customer, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        create_drafts(company, [new_draft(customer, "100"), new_draft(customer, "100", **WRONG[field])], by=None)
    assert (caught.value.facts["field"], caught.value.facts["draft"]) == (field, 1)
    assert not Invoice.objects.exists()


def test_instalments_must_sum_to_the_total(company: Company, customer: Customer) -> None:
    with pytest.raises(Invalid, match="sum"):
        create_draft(company, new_draft(customer, "100", instalments=[(date(2026, 2, 1), Decimal(99))]), by=None)


def test_another_companys_tax_code_does_not_exist(company: Company, other_company: Company, customer: Customer) -> None:
    foreign = TaxCode.objects.create(company=other_company, code="X", name="X", rate=1)
    with pytest.raises(Invalid):
        create_draft(
            company, new_draft(customer, lines=[DraftLine(unit_price=Decimal(1), tax_code_id=foreign.pk)]), by=None
        )


def test_posting_writes_the_book(company: Company, clerk: User, draft: Make) -> None:
    invoice = draft("100.00", "200.00", reference="PO 77")
    posted = post_invoice(company, invoice.pk, by=clerk)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.document_id) == ("posted", posted.document_id)
    assert invoice.rate == 1
    document = Document.objects.get(pk=posted.document_id)
    assert (document.number, document.total, document.text.reference) == ("INV-2026-000001", Decimal(339), "PO 77")
    item = Item.objects.get(document=document)
    assert (item.open_amount, item.due_on, item.account.role) == (Decimal(339), date(2026, 1, 10), "receivable")
    lines = JournalLine.objects.filter(document=document).order_by("line")
    assert [(line.account.role, line.amount, line.tax_code) for line in lines] == [
        ("receivable", Decimal(339), ""),
        ("revenue", Decimal(-300), "V13"),
        ("output_tax", Decimal(-39), "V13"),
    ]
    assert AuditEntry.objects.filter(verb="invoice.post", after__number=document.number).count() == 1


def test_each_instalment_becomes_an_item(company: Company, clerk: User, draft: Make) -> None:
    thirds = [(date(2026, month, 1), Decimal("37.66") + (month == 4) * Decimal("0.02")) for month in (2, 3, 4)]
    invoice = draft("100.00", instalments=thirds)
    post_invoice(company, invoice.pk, by=clerk)
    assert list(Item.objects.order_by("line").values_list("due_on", "open_amount")) == thirds


def test_a_batch_is_numbered_without_gaps_and_costs_as_many_queries_as_one(
    company: Company, clerk: User, draft: Make
) -> None:
    one, many = [draft("1.00").pk], [draft("1.00").pk for _ in range(30)]
    post_invoice(company, draft("1.00").pk, by=clerk)
    with CaptureQueriesContext(
        connection,
    ) as single:
        post_invoices(company, one, by=clerk)
    with CaptureQueriesContext(connection) as batch:
        posted = post_invoices(company, many, by=clerk)
    assert len(batch) == len(single) <= 15
    assert [row.number for row in posted] == [f"INV-2026-{number:06}" for number in range(3, 33)]


def test_all_or_none(company: Company, clerk: User, draft: Make) -> None:
    good, empty = draft("1.00"), draft("0.00")
    with pytest.raises(Refused) as caught:
        post_invoices(company, [good.pk, empty.pk], by=clerk)
    assert caught.value.code == "empty_invoice"
    good.refresh_from_db()
    assert good.state == "draft"


def test_posted_once(company: Company, clerk: User, posted: Make) -> None:
    with pytest.raises(Refused) as caught:
        post_invoice(company, posted("1.00").pk, by=clerk)
    assert caught.value.code == "already_posted"


def test_another_companys_draft_does_not_exist(other_company: Company, draft: Make) -> None:
    with pytest.raises(NotFound):
        post_invoice(other_company, draft("1.00").pk, by=None)


def test_the_same_key_posts_once(company: Company, clerk: User, draft: Make) -> None:
    invoice = draft("1.00")
    first = post_invoice(company, invoice.pk, by=clerk, key="k1")
    assert post_invoice(company, invoice.pk, by=clerk, key="k1") == first
    with pytest.raises(Refused) as caught:
        post_invoice(company, draft("1.00").pk, by=clerk, key="k1")
    assert caught.value.code == "idempotency_conflict"
    assert Document.objects.count() == 1


def test_the_rate_is_that_of_the_day_of_issue(company: Company, clerk: User, draft: Make) -> None:
    for day, rate in ((1, "7.1"), (11, "7.3")):
        ExchangeRate.objects.create(company=company, currency="USD", valid_from=date(2026, 1, day), rate=Decimal(rate))
    invoice = draft("100.00", currency="USD")
    post_invoice(company, invoice.pk, by=clerk)
    assert Item.objects.get().base_amount == Decimal("802.30")


def test_an_agreed_rate_overrules(company: Company, clerk: User, draft: Make) -> None:
    invoice = draft("100.00", currency="USD", rate=Decimal("6.5"))
    post_invoice(company, invoice.pk, by=clerk)
    assert Document.objects.get().rate == Decimal("6.5")


def test_without_a_rate_nothing_is_posted(company: Company, clerk: User, draft: Make) -> None:
    with pytest.raises(MissingRate):
        post_invoice(company, draft("1.00", currency="USD").pk, by=clerk)


def close_january(company: Company, controller: User) -> None:
    Period.objects.filter(company=company, starts_on=date(2026, 1, 1)).update(
        state="closed", closed_by=controller, closed_at=timezone.now()
    )


def test_a_late_paper_keeps_its_date_and_posts_on_the_first_open_day(
    company: Company, controller: User, draft: Make
) -> None:
    invoice = draft("1.00", on="2026-01-10")
    close_january(company, controller)
    post_invoice(company, invoice.pk, by=controller)
    document = Document.objects.get()
    assert (document.document_on, document.posted_on) == (date(2026, 1, 10), date(2026, 2, 1))


def test_posting_on_a_day_of_a_closed_month_is_refused(company: Company, controller: User, draft: Make) -> None:
    invoice = draft("1.00", on="2026-01-10")
    close_january(company, controller)
    with pytest.raises(Refused) as caught:
        post_invoice(company, invoice.pk, by=controller, posted_on=date(2026, 1, 10))
    assert caught.value.code == "period_closed"


def test_a_credit_note_of_its_own_owes_the_customer(company: Company, clerk: User, draft: Make) -> None:
    note = draft("100.00", kind="credit_note")
    assert post_invoice(company, note.pk, by=clerk).number == "CN-2026-000001"
    assert Item.objects.get().open_amount == Decimal(-113)


def test_a_draft_is_replaced_whole(company: Company, customer: Customer, clerk: User, draft: Make) -> None:
    invoice = draft("100.00", "5.00")
    changed = update_draft(
        company, invoice.pk, new_draft(customer, "7.00", reference="new"), version=invoice.version, by=clerk
    )
    assert (changed.version, changed.total, changed.lines.count()) == (2, Decimal(7), 1)
    assert list(InvoiceInstalment.objects.values_list("amount", flat=True)) == [Decimal(7)]
    changes = AuditEntry.objects.filter(verb="invoice.update", before__reference="", after__reference="new")
    assert changes.count() == 1


def test_who_saves_an_older_version_is_refused(company: Company, customer: Customer, clerk: User, draft: Make) -> None:
    invoice = draft("100.00")
    update_draft(company, invoice.pk, new_draft(customer, "7.00"), version=1, by=clerk)
    with pytest.raises(Refused) as caught:
        update_draft(company, invoice.pk, new_draft(customer, "8.00"), version=1, by=clerk)
    assert caught.value.code == "stale_draft"


def test_a_draft_is_thrown_away(company: Company, clerk: User, draft: Make) -> None:
    invoice = draft("100.00")
    delete_draft(company, invoice.pk, version=1, by=clerk)
    assert not Invoice.objects.exists()


def test_what_is_posted_is_not_thrown_away(company: Company, clerk: User, posted: Make) -> None:
    with pytest.raises(Refused):
        delete_draft(company, posted("1.00").pk, version=1, by=clerk)


def test_the_audit_row_of_a_draft_says_what_it_says(draft: Make, clerk: User) -> None:
    invoice = draft("100.00", rate=Decimal("1.5"), reference="PO-1", memo="“quoted” \\ text", currency="USD")
    invoice.refresh_from_db()
    noted = AuditEntry.objects.get(verb="invoice.draft", object_id=str(invoice.pk))
    assert (noted.actor, noted.company, noted.object_type) == (clerk, invoice.company, "invoices.invoice")
    stored = audit.snapshot(invoice, AUDITED)
    assert noted.after is not None
    assert noted.after.keys() == stored.keys()
    assert Decimal(noted.after["rate"]) == invoice.rate == Decimal("1.5")
    assert (noted.after["total"], noted.after["memo"], noted.after["issued_on"]) == (
        "113.00", "“quoted” \\ text", "2026-01-10",
    )  # fmt: skip
    assert (noted.after["customer"], noted.after["terms"]) == (invoice.customer_id, None)
