"""What undoing would change, told before it is done: read from the entries that it would mirror."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from aging.rules import buckets_at
from arap.core.models import Company
from arap.core.money import ZERO
from arap.core.wording import bucket_words
from arap.ledger.models import Account, Entry, Item, JournalLine
from customers.models import Customer
from receipts.models import Allowance, Receipt, ReceiptIdentification
from receipts.queries.acts import but_refunds, live_entries
from receipts.queries.applying import credit_items
from receipts.queries.settling import fallen


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """An item that would be open (again) with `after` instead of `now`; signed as in the book."""

    item_id: int
    document_id: int
    number: str
    customer: Customer | None
    due_on: date
    aged_from_on: date
    now: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class AgingLine:
    """A bucket of the customers' aging in the receipt's currency, now and after; `is_sum` for what adds up."""

    head: str
    now: Decimal
    after: Decimal
    is_sum: bool = False

    @property
    def change(self) -> Decimal:
        return self.after - self.now


@dataclass(frozen=True, slots=True)
class Posting:
    """A journal line that would be written: the amount in the receipt's currency and in base, debits above zero."""

    account: Account
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """All that would change. `left_now`, `left_after`: what is not applied of the receipt, above zero;
    `credit_change`: of the customers' credits that are not applied, signed as in the book.

    `not_before` is the first day on which it can be undone. `allowances`: what was let off with it, and would be owed
    again.
    """

    entry_ids: list[int]
    items: list[Reopening]
    left_now: Decimal
    left_after: Decimal
    credit_change: Decimal
    not_before: date
    postings: list[Posting]
    customer_ids: set[int]
    allowances: list[Allowance] = field(default_factory=list)


def unapply_effect(
    company: Company, receipt: Receipt, entries: Collection[int] | None, *, with_refunds: bool = False
) -> Effect:
    """What it changes to undo `entries`, or all that is applied, of the receipt; what was paid back stays paid back."""
    items = credit_items(receipt)
    owners = {item.customer_id for item in items if item.customer_id}
    live = live_entries(company, items, entries)
    chosen = list(live if with_refunds else but_refunds(live))
    falling = fallen(receipt, chosen)
    let_off = set(Item.objects.filter(document__in=[each.document_id for each in falling]).values_list("pk", flat=True))
    own = {item.pk for item in items}
    let = live_entries(company, Item.objects.filter(pk__in=let_off)) if let_off else ()
    both = both_sides([*chosen, *(entry for entry in let if entry not in chosen)])
    left = sum((-item.open_amount for item in items), ZERO)
    reopened = _reopened(both, own | let_off)
    freed = sum((entry.amount for entry in both if entry.item_id in own), ZERO)
    return Effect(
        entry_ids=[entry.pk for entry in chosen],
        items=reopened,
        customer_ids=owners | {item.customer.pk for item in reopened if item.customer},
        left_now=left,
        left_after=left + freed,
        credit_change=-freed,
        not_before=max((entry.effective_on for entry in chosen), default=receipt.posted_on or receipt.received_on),
        postings=mirrored(company, both, [each.document_id for each in falling]),
        allowances=falling,
    )


def return_effect(company: Company, receipt: Receipt) -> Effect:
    """What it changes when the money goes back: all is undone, and the receipt leaves the book."""
    undone = unapply_effect(company, receipt, None, with_refunds=True)
    lines = JournalLine.objects.filter(document=receipt.document_id, item=None).select_related("account")
    contra = [Posting(line.account, -line.amount, -line.base_amount) for line in lines.order_by("line")]
    # Identified money leaves from where it was moved to, not from where it first stood.
    standing = Item.objects.filter(pk__in=[item.pk for item in credit_items(receipt)])
    moved = Entry.objects.filter(item__in=standing, application=None)
    sums = _Sums()
    for item in standing:
        sums.add(item.account_id, -item.amount, -item.base_amount)
    for entry in moved:
        sums.add(entry.account_id, -entry.amount, -entry.base_amount)
    for posting in undone.postings:
        sums.add(posting.account.pk, posting.amount, posting.base_amount)
    owned = sum((-item.open_amount for item in standing if item.customer_id), ZERO)
    return replace(undone, left_after=ZERO, credit_change=owned, postings=[*sums.postings(), *contra])


def unidentify_effect(receipt: Receipt, identification: ReceiptIdentification) -> Effect:
    """What it changes when identified money is taken back from its customer."""
    moved = Item.objects.filter(document=identification.document_id).select_related("account")
    sums = _Sums()
    for item in moved:
        sums.add(item.account_id, -item.amount, -item.base_amount)
    left = sum((-item.open_amount for item in credit_items(receipt)), ZERO)
    unknown = Account.objects.get(company=receipt.company_id, role=Account.Role.UNIDENTIFIED)
    sums.add(unknown.pk, sum((item.amount for item in moved), ZERO), sum((item.base_amount for item in moved), ZERO))
    return Effect(
        entry_ids=[],
        items=[],
        customer_ids={identification.customer_id} if identification.customer_id else set(),
        left_now=left,
        left_after=left,
        credit_change=identification.amount,
        not_before=identification.identified_on,
        postings=sums.postings(),
    )


def aging_change(company: Company, receipt: Receipt, effect: Effect, *, as_of: date) -> list[AgingLine]:
    """The aging of the customers concerned in the receipt's currency, as it is and as it would be."""
    rows = Item.objects.filter(company=company, customer__in=effect.customer_ids, currency=receipt.currency).exclude(
        open_amount=0
    )
    buckets = buckets_at(as_of, basis="due")
    now, after = [ZERO] * (len(buckets) + 1), [ZERO] * (len(buckets) + 1)

    def place(aged_from_on: date, amount: Decimal) -> int:
        if amount < 0:
            return len(buckets)
        return next(at for at, bucket in enumerate(buckets) if bucket.first_on <= aged_from_on <= bucket.last_on)

    for aged_from_on, amount, open_amount in rows.values_list("aged_from_on", "amount", "open_amount"):
        now[place(aged_from_on, amount)] += open_amount
    after[:] = now
    for item in effect.items:
        after[place(item.aged_from_on, item.after or item.now)] += item.after - item.now
    after[-1] += effect.credit_change
    heads = [bucket_words(bucket.from_days, bucket.to_days) for bucket in buckets] + [_("Not applied")]
    lines = [AgingLine(head, before, then) for head, before, then in zip(heads, now, after, strict=True)]
    return [*lines, AgingLine(_("Total"), sum(now, ZERO), sum(after, ZERO), is_sum=True)]


class _Sums:
    """Amounts by account, in the receipt's currency and in base."""

    def __init__(self) -> None:
        self.sums: dict[int, tuple[Decimal, Decimal]] = {}

    def add(self, account_id: int, amount: Decimal, base_amount: Decimal) -> None:
        before = self.sums.get(account_id, (ZERO, ZERO))
        self.sums[account_id] = (before[0] + amount, before[1] + base_amount)

    def postings(self) -> list[Posting]:
        known = Account.objects.in_bulk([pk for pk, sums in self.sums.items() if any(sums)])
        return [Posting(known[pk], *self.sums[pk]) for pk in known]


def both_sides(chosen: Sequence[Entry]) -> list[Entry]:
    """The entries with the other side of each pair, as the book undoes them."""
    pairs = {(entry.application_id, frozenset((entry.item_id, entry.counter_item_id))) for entry in chosen}
    items = {entry.item_id for entry in chosen} | {entry.counter_item_id for entry in chosen}
    found = Entry.objects.filter(application__in={entry.application_id for entry in chosen}, item__in=items)
    return [
        entry
        for entry in found.filter(reverses=None)
        if (entry.application_id, frozenset((entry.item_id, entry.counter_item_id))) in pairs
    ]


def mirrored(company: Company, both: Sequence[Entry], documents: Sequence[int]) -> list[Posting]:
    """The journal of undoing these: what moved between accounts goes back, and with it the exchange difference, and
    `documents` are reversed.
    """
    sums = _Sums()
    for entry in both:
        sums.add(entry.account_id, -entry.amount, -entry.base_amount)
    if difference := sum((base for _amount, base in sums.sums.values()), ZERO):
        exchange = Account.objects.filter(company=company, role=Account.Role.FX_GAIN_LOSS).first()
        if exchange is not None:
            sums.add(exchange.pk, ZERO, -difference)
    for line in JournalLine.objects.filter(document__in=documents):
        sums.add(line.account_id, -line.amount, -line.base_amount)
    return sums.postings()


def _reopened(both: Sequence[Entry], own: set[int]) -> list[Reopening]:
    """The items beside the receipt's, oldest due first, with what would be open."""
    back: dict[int, Decimal] = {}
    for entry in both:
        if entry.item_id not in own:
            back[entry.item_id] = back.get(entry.item_id, ZERO) - entry.amount
    found = Item.objects.filter(pk__in=back).select_related("document", "customer").order_by("due_on", "pk")
    return [
        Reopening(
            document_id=item.document_id,
            number=item.document.number,
            customer=item.customer,
            item_id=item.pk,
            due_on=item.due_on,
            aged_from_on=item.aged_from_on,
            now=item.open_amount,
            after=item.open_amount + back[item.pk],
        )
        for item in found
    ]
