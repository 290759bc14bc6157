"""The screen of one receipt: its open items with the amounts proposed or typed, and what was applied before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from arap.core.models import Company
from arap.core.money import minor_unit
from arap.core.wording import amount_text
from arap.ledger.models import Entry, Item, Posting
from arap.ledger.queries import position_at
from cases.models import Hold
from receipts.forms import field_name, typed_items
from receipts.models import Allowance, Receipt, ReceiptIdentification
from receipts.queries import Candidate, Payable, candidates, credit_items, payables, proposals
from receipts.queries.acts import Act, ActLine, acts_of
from receipts.queries.payers import known_from, recent
from receipts.queries.settling import allowances_of
from receipts.reasons import others_sentence, sentence
from receipts.rules import Proposal

ROWS_SHOWN = 200
CHANGES_SHOWN = 5
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A proposal on the screen: title, why, and what it puts into the fields (item id -> minor units).

    One that `keeps` touches no item: the amount stays on account.
    """

    title: str
    why: str
    count: int = 0
    units: dict[str, str] = field(default_factory=dict)
    amounts: dict[int, Decimal] = field(default_factory=dict)
    others: str = ""
    keeps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open item with its field: `typed` is what stands in it, `error` what is wrong with that, `hold` why it is
    kept from being asked for, `due` what settles it within the window of its discount.
    """

    candidate: Candidate
    currency: str
    name: str
    open_units: str
    base_units: str
    sign: int
    typed: str
    error: str
    hold: str
    is_foreign: bool
    due: Payable | None = None

    @property
    def payable_units(self) -> str:
        """What settles it, in whole minor units of the receipt's currency: less the early-payment discount."""
        return _units(self.due.amount, self.currency) if self.due else self.open_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What somebody did to an item since the screen was opened. `left` is open now, `typed` what was meant for it."""

    number: str
    met: str
    amount: Decimal
    left: Decimal
    typed: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """All the screen shows. Amounts above zero, in the receipt's currency. `position`: the book's when it was read."""

    receipt: Receipt
    items: list[Item]
    left: Decimal
    unidentified: Decimal
    left_units: str
    left_base_units: str
    decimals: int
    base_decimals: int
    position: int
    choices: list[Choice] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    line_count: int = 0
    acts: list[Act] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    identified: list[ReceiptIdentification] = field(default_factory=list)
    known_from: int = 0
    recent: list[Receipt] = field(default_factory=list)

    @property
    def can_apply(self) -> bool:
        """Whether there is money of a known payer, and something it could meet."""
        return bool(self.left and self.lines)

    @property
    def applied(self) -> list[tuple[Act, ActLine]]:
        """What it settles now, the oldest act first."""
        return [(act, line) for act in reversed(self.acts) for line in act.live]

    @property
    def offers_discount(self) -> bool:
        """Whether an early-payment discount of an item shown is earned by this receipt."""
        return any(line.due for line in self.lines)

    @property
    def previews_exchange(self) -> bool:
        """Whether the difference of an application can be told beforehand: foreign money that stands in one item."""
        open_items = [item for item in self.items if item.open_amount]
        return self.receipt.currency != self.receipt.company.base_currency and len(open_items) == 1


def receipt_page(
    company: Company,
    receipt: Receipt,
    *,
    as_of: date,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[int, str] | None = None,
) -> ReceiptPage:
    """The screen of `receipt`; `typed` and `errors` are those of a form that came back."""
    position = position_at(company, known_at=None)
    items = credit_items(receipt)
    left = sum((-item.open_amount for item in items if item.customer_id), ZERO)
    unidentified = sum((-item.open_amount for item in items if not item.customer_id), ZERO)
    payer = next((item.customer_id for item in items if item.customer_id and item.open_amount), None)
    found = candidates(company, customer_id=payer, currency=receipt.currency) if payer else []
    choices = _choices(receipt, items, found) if left else []
    first = choices[0].amounts if choices and typed is None else {}
    holds = _holds(company, found, as_of)
    due = payables(company, found, paid_on=receipt.received_on, currency=receipt.currency)
    lines = [_line(each, receipt, payer, first, typed or {}, errors or {}, holds, due) for each in found]
    owner = payer or receipt.customer_id
    return ReceiptPage(
        receipt=receipt,
        items=items,
        left=left,
        unidentified=unidentified,
        left_units=_units(left, receipt.currency),
        left_base_units=_units(
            sum((-item.open_base_amount for item in items if item.customer_id), ZERO), company.base_currency
        ),
        decimals=minor_unit(receipt.currency),
        base_decimals=minor_unit(company.base_currency),
        position=position,
        choices=choices,
        lines=_shown(lines),
        line_count=len(lines),
        acts=acts_of(company, items),
        allowances=allowances_of(receipt),
        moved=_moved(company, items, typed or {}),
        identified=_identified(receipt),
        known_from=known_from(company, receipt, owner) if owner else 0,
        recent=recent(company, receipt, owner) if owner and left else [],
    )


def _identified(receipt: Receipt) -> list[ReceiptIdentification]:
    """Whose the money turned out to be, also what was taken back (`undone`). One query."""
    if receipt.customer_id is not None:
        return []
    made = receipt.identifications.filter(undoes=None).select_related("customer", "identified_by")
    return list(made.annotate(undone=Exists(ReceiptIdentification.objects.filter(undoes=OuterRef("pk")))))


def _choices(receipt: Receipt, items: list[Item], found: list[Candidate]) -> list[Choice]:
    """The proposals, and after them that the money stays where it is."""
    own = {item.pk for item in items}
    choices = [_choice(each, receipt.currency, own) for each in proposals(receipt, items, found)]
    if choices:
        why = _("No item is touched; it can be applied at any time.")
        choices.append(Choice(title=_("Keep it on account"), why=why, keeps=True))
    return choices


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


def _holds(company: Company, found: Collection[Candidate], as_of: date) -> dict[tuple[str, int], str]:
    """Why items are held: by ("item", id) and, where the whole customer is held, by ("customer", id). One query."""
    if not found:
        return {}
    items, customers = {each.item_id for each in found}, {each.customer_id for each in found}
    in_force = Hold.objects.in_force(as_of=as_of).filter(
        Q(item__in=items) | Q(item=None, customer__in=customers), company=company
    )
    return {
        ("item", hold.item_id) if hold.item_id else ("customer", hold.customer_id): hold.get_reason_display()
        for hold in in_force.order_by("pk")
    }


def _line(
    candidate: Candidate,
    receipt: Receipt,
    payer: int | None,
    proposed: Mapping[int, Decimal],
    typed: Mapping[str, str],
    errors: Mapping[int, str],
    holds: Mapping[tuple[str, int], str],
    due: Mapping[int, Payable],
) -> Line:
    name = field_name(candidate.item_id)
    amount = proposed.get(candidate.item_id)
    return Line(
        candidate=candidate,
        currency=receipt.currency,
        name=name,
        open_units=_units(abs(candidate.open_amount), receipt.currency),
        base_units=_units(abs(candidate.open_base_amount), receipt.company.base_currency),
        sign=1 if candidate.open_amount > 0 else -1,
        typed=amount_text(amount, receipt.currency) if amount else typed.get(name, ""),
        error=errors.get(candidate.item_id, ""),
        hold=holds.get(("item", candidate.item_id)) or holds.get(("customer", candidate.customer_id), ""),
        is_foreign=candidate.customer_id != payer,
        due=due.get(candidate.item_id),
    )


def _shown(lines: list[Line]) -> list[Line]:
    """The oldest lines, and every later one that has an amount: nothing that is applied is out of sight."""
    return [line for at, line in enumerate(lines) if at < ROWS_SHOWN or line.typed]


def _moved(company: Company, items: list[Item], typed: Mapping[str, str]) -> list[Moved]:
    """What was done, since the form was opened, to the items for which something was typed, and to the receipt."""
    seen = typed.get("seen", "")
    if not (seen.isdecimal() and seen.isascii() and len(seen) <= 18):
        return []
    meant = typed_items(typed)
    own = {item.pk for item in items}
    entries = Entry.objects.filter(company=company, item__in=own | meant.keys(), position__gt=int(seen))
    rows = list(entries.select_related("item__document", "counter_item__document", "document").order_by("-pk")[:50])
    postings = Posting.objects.filter(company=company, position__in={row.position for row in rows})
    known = {posting.position: posting for posting in postings.select_related("actor")} if rows else {}
    found = []
    for row in rows:
        if row.item_id in own and row.counter_item_id in meant:
            continue  # told from the other side
        posting = known.get(row.position)
        met = row.counter_item.document if row.counter_item else row.document
        found.append(
            Moved(
                number=row.item.document.number,
                met=met.number if met else "",
                amount=abs(row.amount),
                left=abs(row.item.open_amount),
                typed=meant.get(row.item_id, ""),
                by=posting.actor.get_full_name() if posting and posting.actor else "",
                at=posting.recorded_at if posting else None,
            )
        )
    return found[:CHANGES_SHOWN]


def _units(amount: Decimal, currency: str) -> str:
    """Whole minor units, which is what the browser computes in."""
    return str(int(amount.scaleb(minor_unit(currency))))
