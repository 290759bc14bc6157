"""What a debit note may add to."""

from datetime import date
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext_lazy as _

from invoices.models import Invoice

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Addition(Protocol):
    """What a draft says that matters here."""

    @property
    def kind(self) -> str: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def issued_on(self) -> date: ...
    @property
    def adds_to_id(self) -> int | None: ...


def why_not_added(draft: Addition, original: Invoice | None) -> "tuple[str, _StrPromise] | None":
    """The field that is wrong and why; None where nothing is. `original` is what the draft adds to."""
    if draft.kind != Invoice.Kind.DEBIT_NOTE:
        return None if draft.adds_to_id is None else ("adds_to", _("Only a debit note adds to an invoice."))
    if original is None:
        return "adds_to", _("There is no such invoice.")
    if original.kind != Invoice.Kind.INVOICE or original.state == Invoice.State.DRAFT:
        return "adds_to", _("A debit note adds to a posted invoice.")
    if original.customer_id != draft.customer_id:
        return "customer", _("A debit note is for the customer of the invoice that it adds to.")
    if original.currency != draft.currency:
        return "currency", _("A debit note is in the currency of the invoice that it adds to.")
    if draft.issued_on < original.issued_on:
        return "issued_on", _("A debit note cannot be older than the invoice that it adds to.")
    return None
