"""What the paper of a receipt says: what came in, from whom, how it is applied, what is left; and the PDF of it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from arap.core.money import ZERO
from arap.core.pdf import render_pdf
from arap.ledger.models import Entry, Item
from customers.models import Customer
from invoices.papers import in_words
from receipts.models import Receipt
from receipts.queries import credit_items


@dataclass(frozen=True, slots=True)
class PaidLine:
    """What the receipt settled: of which document, how much, since when."""

    entry_id: int
    number: str
    document_on: date
    amount: Decimal
    applied_on: date


@dataclass(frozen=True, slots=True)
class Applied:
    """How a receipt is applied now. Amounts above zero, in its currency."""

    lines: list[PaidLine]
    left: Decimal

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def sha256(self) -> str:
        """Changes with every application and every undoing, and with nothing else."""
        return sha256(f"{[line.entry_id for line in self.lines]} {self.left}".encode()).hexdigest()


def applied(receipt: Receipt) -> Applied:
    """How `receipt` is applied now, by the day from which it counts. Two queries."""
    items = credit_items(receipt)
    return Applied(_paid_lines(items), sum((-item.open_amount for item in items), ZERO))


def receipt_pdf(receipt: Receipt, language: str, state: Applied) -> bytes:
    """The paper of `receipt` as it would be made now. CannotRender where it cannot. Call it outside of locks."""
    return render_pdf(render_to_string("pdf/receipt.html", receipt_context(receipt, language, state)))


def receipt_context(receipt: Receipt, language: str, state: Applied) -> dict[str, Any]:
    """All that templates/pdf/receipt.html prints; `language` is "en", "zh-hans" or "both"."""
    assert language in ("en", "zh-hans", "both"), "a paper has a language"
    return {
        "paper_language": language,
        "company": receipt.company,
        "customer": payer(receipt),
        "receipt": receipt,
        "number": receipt.document.number if receipt.document else "",
        "mark": _mark(receipt),
        "method": lazy(receipt.get_method_display, str)(),
        "applied": state,
        "as_of": datetime.now(ZoneInfo(receipt.company.time_zone)).date(),
        "words": in_words(receipt.amount, receipt.currency, language),
    }


def payer(receipt: Receipt) -> Customer | None:
    """The customer who paid: as recorded, or as it was found out since where that was one customer."""
    if receipt.customer:
        return receipt.customer
    found = {
        each.customer for each in receipt.identifications.filter(undoes=None, undone_by=None).select_related("customer")
    }
    return found.pop() if len(found) == 1 else None


def _mark(receipt: Receipt) -> Any:
    marks = {
        Receipt.State.RECORDED: _("Not confirmed, not a receipt"),
        Receipt.State.REJECTED: _("Rejected, not a receipt"),
        Receipt.State.REVERSED: _("Returned, no longer valid"),
    }
    return marks.get(Receipt.State(receipt.state), "")


def _paid_lines(items: list[Item]) -> list[PaidLine]:
    live = Entry.objects.filter(item__in=items, application__isnull=False, reverses=None, reversed_by=None)
    entries = live.select_related("counter_item__document").order_by("effective_on", "id")
    return [
        PaidLine(
            entry_id=entry.pk,
            number=entry.counter_item.document.number,
            document_on=entry.counter_item.document.document_on,
            amount=entry.amount,
            applied_on=entry.effective_on,
        )
        for entry in entries
        if entry.counter_item
    ]
