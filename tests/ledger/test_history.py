"""What the pages tell of one document: its movements as they were learned, and every journal line it caused."""

from datetime import date
from decimal import Decimal

from arap.ledger.history import document_history, since
from arap.ledger.models import Document
from tests.ledger.book import Bookkeeper

ON = date(2026, 6, 1)


def test_a_document_with_its_exchange_difference(book: Bookkeeper, alpha: int) -> None:
    invoice = book.invoice(alpha, "100.00", ON, currency="USD", rate="7.10", reference="PO 7")
    receipt = book.receipt(alpha, "100.00", ON, currency="USD", rate="7.05")
    done = book.apply(receipt.item_ids[0], invoice.item_ids[0], "100.00", date(2026, 6, 10))
    book.unapply(done.application_id, date(2026, 6, 20))
    book.apply(receipt.item_ids[0], invoice.item_ids[0], "40.00", date(2026, 6, 25))
    history = document_history(Document.objects.get(pk=invoice.document_id))
    (item,) = history.items
    assert [(m.amount, m.effective_on.day, m.undoes, m.is_undone) for m in item.movements] == [
        (Decimal("-100.000"), 10, False, True),
        (Decimal("100.000"), 20, True, False),
        (Decimal("-40.000"), 25, False, False),
    ]
    assert {movement.counter_number for movement in item.movements} == {receipt.number}
    assert (history.reference, history.recorded_by) == ("PO 7", "Clerk")
    differences = [line.base_amount for line in history.lines if line.account.role == "fx_gain_loss"]
    assert differences == [Decimal("5.000"), Decimal("-5.000"), Decimal("2.000")]
    assert sum(line.base_amount for line in history.lines) == 0
    assert since(book.company, [item.item.pk])[item.item.pk].open_amount == 60
