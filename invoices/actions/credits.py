"""Credit notes: all or part of a posted invoice, at the tax rates and the exchange rate of the original."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, User
from arap.core.money import ZERO, format_amount, is_exact
from arap.ledger.actions import Pair, apply, book_transaction, lock
from arap.ledger.models import Item
from invoices.actions.posting import PostedInvoice, lock_drafts, post_locked
from invoices.models import Invoice, InvoiceInstalment, InvoiceLine
from invoices.rules import (
    NOTHING,
    Amounts,
    CreditExceedsOriginal,
    Entry,
    credit_gross_of_quantity,
    credit_part,
    document_amounts,
)

FOLLOWS_INVOICE = "credit_note"  # the policy under which a credit note is applied to its own invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPart:
    """What to credit of one line: pieces that come back, or an amount (net or gross as `entry`), or all that is left.

    Amounts are in the invoice's currency and positive, also for a discount line. Without a `line_id` the part is of an
    invoice that was taken on without lines.
    """

    line_id: int | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    entry: Entry = "gross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """The credit note that was posted, and how much of it was applied to its invoice at once."""

    invoice_id: int
    document_id: int
    number: str
    total: str
    applied: str
    remaining: str


@dataclass(slots=True)
class Left:
    """A line of the original (None: it has none), what was credited of it before, and the pieces not yet taken back."""

    line: InvoiceLine | None
    original: Amounts
    credited: Amounts
    quantity_left: Decimal

    @property
    def amounts(self) -> Amounts:
        """What may still be credited."""
        return self.original - self.credited


@dataclass(frozen=True, slots=True)
class CreditPreview:
    """What a credit note would do: its amounts, how much of it each open item would take, and what would be left."""

    totals: Amounts
    items: list[tuple[Item, Decimal]]
    remaining: Decimal


@book_transaction
def credit_invoice(
    company: Company,
    invoice_id: int,
    *,
    on: date,
    by: User | None,
    parts: Sequence[CreditPart] | None = None,
    posted_on: date | None = None,
    reason: str = "",
    key: str | None = None,
) -> Credited:
    """Post a credit note for `parts` of a posted invoice (None: all that is left) and apply it to what is open of it.

    What exceeds the open amount stays as the customer's credit. When nothing is left to credit the invoice becomes
    `credited`. `on` is the note's date; without `posted_on` it posts on that day or the first open one after it.

    Raises NotFound, Refused (not_posted, over_credited, nothing_to_credit, before_posting, period_closed,
    idempotency_conflict), Invalid (credit_part).
    """
    wanted = None if parts is None else [asdict(part) for part in parts]
    request = {"verb": "invoice.credit", "invoice": invoice_id, "on": on, "posted_on": posted_on, "parts": wanted}
    outcome = idempotent(
        company, key, request, lambda: asdict(_credit(company, invoice_id, parts, on, posted_on, reason, by, key))
    )
    return Credited(**outcome.response)


def preview_credit(
    company: Company, invoice_id: int, *, on: date, parts: Sequence[CreditPart] | None = None
) -> CreditPreview:
    """What credit_invoice would do now; nothing is written. Raises NotFound, Refused and Invalid as it does."""
    original = _original(company, Invoice.objects.filter(pk=invoice_id), on)
    _lefts, _lines, totals = _meant(original, parts)
    left, items = totals.gross, []
    for item in _open_items(original).filter(open_amount__gt=0):
        part = min(left, Decimal(item.open_amount))
        items.append((item, part))
        left -= part
    return CreditPreview(totals, items, left)


def _credit(
    company: Company,
    invoice_id: int,
    parts: Sequence[CreditPart] | None,
    on: date,
    posted_on: date | None,
    reason: str,
    by: User | None,
    key: str | None,
) -> Credited:
    # Locked first of all: a second credit note waits here until the first is posted.
    original = _original(company, Invoice.objects.select_for_update(no_key=True).filter(pk=invoice_id), on)
    lefts, lines, totals = _meant(original, parts)
    open_items = list(_open_items(original))
    lock(company, dates=[posted_on or on], items=[item.pk for item in open_items])
    note = _save_note(original, lines, totals, on, reason, by)
    posted = post_locked(company, lock_drafts(company, [note.pk]), by, posted_on, key)[0]
    applied = _apply_to_invoice(company, open_items, posted, totals.gross, by)
    _close_if_credited(original, lefts, totals, by)
    shown = {name: format_amount(amount, original.currency) for name, amount in (
        ("total", totals.gross), ("applied", applied), ("remaining", totals.gross - applied),
    )}  # fmt: skip
    return Credited(invoice_id=note.pk, document_id=posted.document_id, number=posted.number, **shown)


def _meant(original: Invoice, parts: Sequence[CreditPart] | None) -> tuple[list[Left], list[InvoiceLine], Amounts]:
    """What is left of the original, the lines (unsaved) of the note that is meant, and their sum."""
    lefts = what_is_left(original)
    lines = [_line(original, left, part) for left, part in _chosen(lefts, parts)]
    lines = [line for line in lines if line.net or line.tax]
    totals = document_amounts(Amounts(line.net, line.tax) for line in lines)
    if totals.gross <= 0:
        raise Refused("nothing_to_credit", _("There is nothing left to credit."))
    return lefts, lines, totals


def _open_items(original: Invoice) -> QuerySet[Item]:
    """The items of the invoice in the order in which a credit note pays them."""
    return Item.objects.filter(document=original.document_id).order_by("due_on", "line")


def _original(company: Company, found: QuerySet[Invoice], on: date) -> Invoice:
    """The invoice, where it can be credited on that day."""
    original = found.filter(company=company).first()
    if original is None:
        raise NotFound("not_found", _("There is no such invoice."))
    if not original.is_owed or original.state == Invoice.State.DRAFT:
        raise Refused("not_posted", _("Only a posted invoice can be credited."))
    if original.state == Invoice.State.CREDITED:
        raise Refused("nothing_to_credit", _("There is nothing left to credit."))
    if on < original.issued_on:
        raise Refused("before_posting", _("A credit note cannot be older than its invoice."))
    return original


def what_is_left(original: Invoice) -> list[Left]:
    """Each line of a posted invoice with what may still be credited of it. Two queries."""
    lines = list(original.lines.order_by("line"))
    credited = InvoiceLine.objects.filter(invoice__credits=original).exclude(invoice__state=Invoice.State.DRAFT)
    if not lines:
        before = credited.aggregate(net=Sum("net"), tax=Sum("tax"))
        amounts = Amounts(before["net"] or ZERO, before["tax"] or ZERO)
        return [Left(None, Amounts(original.net_total, original.tax_total), amounts, ZERO)]
    sums = credited.values_list("credits_line").annotate(Sum("net"), Sum("tax"), Sum("returned_quantity"))
    before_of = {line_id: (Amounts(net, tax), returned) for line_id, net, tax, returned in sums}
    lefts = []
    for line in lines:
        amounts, returned = before_of.get(line.pk, (NOTHING, ZERO))
        lefts.append(Left(line, Amounts(line.net, line.tax), amounts, line.quantity - returned))
    return lefts


def _chosen(lefts: Sequence[Left], parts: Sequence[CreditPart] | None) -> list[tuple[Left, CreditPart]]:
    if parts is None:
        return [(left, CreditPart()) for left in lefts if left.original != left.credited]
    by_line = {left.line.pk if left.line else None: left for left in lefts}
    ids = [part.line_id for part in parts]
    if len(set(ids)) != len(ids) or not set(ids) <= set(by_line):
        raise Invalid("credit_part", _("Name each line of the invoice once."), field="line")
    return [(by_line[part.line_id], part) for part in parts]


def _line(original: Invoice, left: Left, part: CreditPart) -> InvoiceLine:
    """The credit note's line; raises Refused("over_credited") when it would take more than is left."""
    currency = original.currency
    sign = -1 if left.original.gross < 0 else 1
    returned = ZERO
    try:
        if part.quantity is not None:
            returned = part.quantity
            gross = credit_gross_of_quantity(
                left.original, left.credited, quantity=returned, quantity_left=left.quantity_left, currency=currency
            )
            amounts = (
                credit_part(left.original, left.credited, amount=gross, entry="gross", currency=currency)
                if gross
                else NOTHING
            )
        elif part.amount is not None:
            if not is_exact(part.amount, currency):
                raise Invalid("credit_part", _("The amount has more decimals than the currency."), field="amount")
            amounts = credit_part(
                left.original, left.credited, amount=part.amount * sign, entry=part.entry, currency=currency
            )
        else:
            amounts, returned = left.amounts, left.quantity_left
    except CreditExceedsOriginal as error:
        raise Refused(
            "over_credited",
            _("Only %(left)s of this line is left to credit.") % {"left": f"{abs(error.left).normalize():f}"},
            line=part.line_id,
            left=str(abs(error.left)),
        ) from error
    return _credit_line(original, left.line, amounts, returned)


def _credit_line(original: Invoice, line: InvoiceLine | None, amounts: Amounts, returned: Decimal) -> InvoiceLine:
    """One amount at the original's rate; pieces, if any come back, are noted beside it."""
    return InvoiceLine(
        company=original.company,
        description=line.description if line else original.reference,
        description_local=line.description_local if line else "",
        quantity=Decimal(1),
        unit=line.unit if line else "",
        unit_code=line.unit_code if line else "",
        unit_price=amounts.gross,
        tax_code_id=line.tax_code_id if line else None,
        tax_rate=line.tax_rate if line else ZERO,
        tax_category=line.tax_category if line else "",
        exemption_reason=line.exemption_reason if line else "",
        entry=InvoiceLine.Entry.GROSS,
        net=amounts.net,
        tax=amounts.tax,
        returned_quantity=returned,
        credits_line=line,
    )


def _save_note(
    original: Invoice, lines: Sequence[InvoiceLine], totals: Amounts, on: date, reason: str, by: User | None
) -> Invoice:
    note = Invoice.objects.create(
        company=original.company,
        kind=Invoice.Kind.CREDIT_NOTE,
        customer_id=original.customer_id,
        currency=original.currency,
        rate=original.rate,
        issued_on=on,
        reference=original.reference,
        order_number=original.order_number,
        buyer_reference=original.buyer_reference,
        contract_number=original.contract_number,
        memo=reason,
        credits=original,
        net_total=totals.net,
        tax_total=totals.tax,
        total=totals.gross,
        created_by=by,
    )
    for number, line in enumerate(lines, start=1):
        line.invoice, line.line = note, number
    InvoiceLine.objects.bulk_create(lines)
    InvoiceInstalment.objects.create(company=note.company, invoice=note, line=1, due_on=on, amount=totals.gross)
    return note


def _apply_to_invoice(
    company: Company, items: Sequence[Item], posted: PostedInvoice, amount: Decimal, by: User | None
) -> Decimal:
    """Apply the note to the invoice's items, the earliest due first; returns how much of it found something open."""
    note_item = Item.objects.only("pk", "posted_on").get(document=posted.document_id)
    left, pairs, effective_on = amount, [], note_item.posted_on
    fresh = Item.objects.filter(pk__in=[item.pk for item in items], open_amount__gt=0).order_by("due_on", "line")
    for item in fresh:
        part = min(left, Decimal(item.open_amount))
        if part > 0:
            pairs.append(Pair(note_item.pk, item.pk, part))
            left -= part
            effective_on = max(effective_on, item.posted_on)
    if pairs:
        apply(company, pairs, effective_on=effective_on, by=by, policy=FOLLOWS_INVOICE, verb="invoice.credit")
    return amount - left


def _close_if_credited(original: Invoice, lefts: Sequence[Left], totals: Amounts, by: User | None) -> None:
    credited = document_amounts(left.credited for left in lefts) + totals
    after: dict[str, Any] = {"credited": credited.gross}
    if credited.gross == original.total:
        closed = Invoice.objects.filter(pk=original.pk, state=Invoice.State.POSTED).update(state=Invoice.State.CREDITED)
        assert closed == 1, "the invoice was locked"
        after["state"] = Invoice.State.CREDITED.value
    audit.record(by=by, verb="invoice.credit", obj=original, after=after)
