"""The screen of one receipt: its open items with the amounts proposed or typed, and what was applied before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from arap.core.models import Company
from arap.core.money import minor_unit
from arap.core.wording import amount_text
from arap.ledger.models import Entry, Item
from receipts.forms import field_name
from receipts.models import Receipt
from receipts.queries import Candidate, candidates, credit_items, proposals
from receipts.reasons import others_sentence, sentence
from receipts.rules import Proposal

ROWS_SHOWN = 200
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Choice:
    """A proposal on the screen: title, why, and what it puts into the fields (item id -> minor units)."""

    title: str
    why: str
    count: int
    units: dict[str, str]
    amounts: dict[int, Decimal]
    others: str


@dataclass(frozen=True, slots=True)
class Line:
    """An open item with its field: `typed` is what stands in it, `error` what is wrong with that."""

    candidate: Candidate
    document_id: int
    name: str
    open_units: str
    sign: int
    typed: str
    error: str
    is_foreign: bool


@dataclass(frozen=True, slots=True)
class AppliedLine:
    """What the receipt settled: of which document, how much, since when."""

    number: str
    document_id: int
    amount: Decimal
    effective_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """All the screen shows. Amounts above zero, in the receipt's currency."""

    receipt: Receipt
    items: list[Item]
    left: Decimal
    unidentified: Decimal
    left_units: str
    decimals: int
    choices: list[Choice] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    line_count: int = 0
    applied: list[AppliedLine] = field(default_factory=list)

    @property
    def can_apply(self) -> bool:
        """Whether there is money of a known payer, and something it could meet."""
        return bool(self.left and self.lines)


def receipt_page(
    company: Company,
    receipt: Receipt,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[int, str] | None = None,
) -> ReceiptPage:
    """The screen of `receipt`; `typed` and `errors` are those of a form that came back."""
    items = credit_items(receipt)
    left = sum((-item.open_amount for item in items if item.customer_id), ZERO)
    unidentified = sum((-item.open_amount for item in items if not item.customer_id), ZERO)
    payer = next((item.customer_id for item in items if item.customer_id and item.open_amount), None)
    found = candidates(company, customer_id=payer, currency=receipt.currency) if payer else []
    own = {item.pk for item in items}
    choices = [_choice(each, receipt.currency, own) for each in proposals(receipt, items)] if left else []
    first = choices[0].amounts if choices and typed is None else {}
    documents = dict(Item.objects.filter(pk__in=[each.item_id for each in found]).values_list("pk", "document_id"))
    lines = [_line(each, documents[each.item_id], receipt, payer, first, typed or {}, errors or {}) for each in found]
    return ReceiptPage(
        receipt=receipt,
        items=items,
        left=left,
        unidentified=unidentified,
        left_units=_units(left, receipt.currency),
        decimals=minor_unit(receipt.currency),
        choices=choices,
        lines=_shown(lines),
        line_count=len(lines),
        applied=_applied(items),
    )


def waiting(company: Company) -> QuerySet[Receipt]:
    """Receipts in the book of which something is not applied, whoever paid them."""
    open_items = Item.objects.filter(company=company, amount__lt=0).exclude(open_amount=0).values("document_id")
    return (
        Receipt.objects.in_book()
        .filter(Q(document__in=open_items) | Q(identifications__document__in=open_items), company=company)
        .distinct()
    )


def neighbours(company: Company, receipt: Receipt) -> tuple[Receipt | None, Receipt | None]:
    """The waiting receipts before and after this one, by day received."""
    place = Q(received_on=receipt.received_on)
    others = waiting(company).exclude(pk=receipt.pk)
    before = others.filter(Q(received_on__lt=receipt.received_on) | place & Q(pk__lt=receipt.pk))
    after = others.filter(Q(received_on__gt=receipt.received_on) | place & Q(pk__gt=receipt.pk))
    return before.order_by("-received_on", "-pk").first(), after.order_by("received_on", "pk").first()


def _choice(proposal: Proposal, currency: str, own: set[int]) -> Choice:
    """What the proposal settles of each item: debits, and the credit notes that pay some of them.

    `own` are the receipt's own items: they pay, and have no field on the screen.
    """
    amounts: dict[int, Decimal] = {}
    for pair in proposal.pairs:
        for item in {pair.debit_item_id, pair.credit_item_id} - own:
            amounts[item] = amounts.get(item, ZERO) + pair.amount
    debits = {pair.debit_item_id for pair in proposal.pairs}
    titles = {
        "reference": _("Named in the text"),
        "exact_sum": _("Exactly this amount"),
        "oldest": _("Oldest first"),
    }
    return Choice(
        title=titles[proposal.kind],
        why=sentence(proposal, currency),
        count=len(debits),
        units={str(item): _units(amount, currency) for item, amount in amounts.items()},
        amounts=amounts,
        others=others_sentence(proposal),
    )


def _line(
    candidate: Candidate,
    document_id: int,
    receipt: Receipt,
    payer: int | None,
    proposed: Mapping[int, Decimal],
    typed: Mapping[str, str],
    errors: Mapping[int, str],
) -> Line:
    name = field_name(candidate.item_id)
    amount = proposed.get(candidate.item_id)
    return Line(
        candidate=candidate,
        document_id=document_id,
        name=name,
        open_units=_units(abs(candidate.open_amount), receipt.currency),
        sign=1 if candidate.open_amount > 0 else -1,
        typed=amount_text(amount, receipt.currency) if amount else typed.get(name, ""),
        error=errors.get(candidate.item_id, ""),
        is_foreign=candidate.customer_id != payer,
    )


def _shown(lines: list[Line]) -> list[Line]:
    """The oldest lines, and every later one that has an amount: nothing that is applied is out of sight."""
    return [line for at, line in enumerate(lines) if at < ROWS_SHOWN or line.typed]


def _applied(items: list[Item]) -> list[AppliedLine]:
    live = Entry.objects.filter(item__in=items, application__isnull=False, reverses=None, reversed_by=None)
    entries = live.select_related("counter_item__document").order_by("effective_on", "id")
    return [
        AppliedLine(
            number=entry.counter_item.document.number,
            document_id=entry.counter_item.document_id,
            amount=entry.amount,
            effective_on=entry.effective_on,
        )
        for entry in entries
        if entry.counter_item
    ]


def _units(amount: Decimal, currency: str) -> str:
    """Whole minor units, which is what the browser computes in."""
    return str(int(amount.scaleb(minor_unit(currency))))
