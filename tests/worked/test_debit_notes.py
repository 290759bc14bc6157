"""A debit note where too little was invoiced, as tax law has it.

Source: Central Goods and Services Tax Act 2017 (India), section 34 (3) and (4): where the taxable value or the tax in a
tax invoice is less than what is payable, the supplier issues a debit note, and declares it in the month in which it was
issued; Council Directive 2006/112/EC, article 219: a document that amends and refers to the initial invoice is treated
as an invoice. The figures are ours: 100,000 was due, 90,000 was invoiced on 20 March, 18 % tax.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from arap.ledger.models import Document, Item, JournalLine
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from invoices.models import Invoice
from tests.worked.test_settling import Shop, shop

__all__ = ["shop"]  # a fixture

D = Decimal


def test_what_was_charged_too_little_is_declared_in_the_month_of_the_debit_note(shop: Callable[..., Shop]) -> None:
    here = shop()
    invoice = here.invoice("90000", "2026-03-20", "n/30", tax="18")
    code = invoice.lines.get().tax_code_id
    draft = Draft(
        kind="debit_note", adds_to_id=invoice.pk, customer_id=here.customer.pk, currency="CNY",
        issued_on=date(2026, 4, 10), terms_id=here.terms["n/30"].pk,
        lines=[DraftLine(unit_price=D(10000), tax_code_id=code, description="Price difference")],
    )  # fmt: skip
    made = post_invoice(here.company, create_draft(here.company, draft, by=here.by).pk, by=here.by)
    note = Invoice.objects.get(document_id=made.document_id)
    assert (note.net_total, note.tax_total, note.total) == (D(10000), D(1800), D(11800))
    by_month = {
        month: sum(
            JournalLine.objects.filter(
                document__customer=here.customer, document__posted_on__month=month, account__role="output_tax"
            ).values_list("amount", flat=True)
        )
        for month in (3, 4)
    }
    assert by_month == {3: D(-16200), 4: D(-1800)}
    dues = Item.objects.filter(customer=here.customer).order_by("due_on").values_list("due_on", "open_amount")
    assert list(dues) == [(date(2026, 4, 19), D(106200)), (date(2026, 5, 10), D(11800))]
    assert Document.objects.get(pk=made.document_id).kind == "debit_note"
