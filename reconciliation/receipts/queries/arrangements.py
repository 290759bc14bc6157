"""What an arrangement would do, and what undoing it would change, told before it is done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from arap.core.models import Company
from arap.core.money import ZERO, minor_unit
from arap.ledger.actions import Closing, NewDocument, NewItem, NewLine
from arap.ledger.models import Account, Entry, Item, JournalLine
from arap.ledger.rules import realised_difference, share_of_base
from customers.models import Customer
from receipts.models import Arrangement
from receipts.rules.plans import pieces

LEAST_RATE = Decimal("0.0000000001")
SHOWN = (
    "company",
    "item__document",
    "item__customer",
    "item__account",
    "to_customer",
    "document",
    "fallback",
    "requested_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is open of an item now and afterwards, signed as in the book."""

    number: str
    document_id: int | None
    customer: Customer | None
    currency: str
    due_on: date
    now: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """What an account gets in one currency in all: the amount in it and in base, debits above zero."""

    account: Account
    currency: str
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """All that would change. `opened` are items that would be new; `difference` is a loss (+) or gain (-) in base."""

    changes: list[Change]
    opened: list[Change]
    postings: list[Line]
    difference: Decimal = ZERO

    def figures(self) -> str:
        """The same effect has the same text."""
        told: list[object] = [
            (each.document_id, each.currency, each.due_on, each.now, each.after) for each in self.changes
        ]
        told += [(each.customer and each.customer.pk, each.currency, each.due_on, each.after) for each in self.opened]
        return repr(
            (told, [(each.account.role, each.currency, each.amount, each.base_amount) for each in self.postings])
        )


def arrangements(company: Company) -> QuerySet[Arrangement]:
    """All of the company with what their rows show, the last asked for first."""
    return Arrangement.objects.filter(company=company).select_related(*SHOWN, "decided_by")


def payable_elsewhere(item: Item) -> list[Item]:
    """What the customer's group owes in other currencies than a credit's, by due date."""
    assert item.customer is not None, "a credit without a customer pays nothing"
    group = Customer.objects.filter(company=item.company_id, root_id=item.customer.root_id)
    rows = Item.objects.filter(company=item.company_id, customer__in=group, open_amount__gt=0)
    rows = rows.filter(account__role="receivable").exclude(currency=item.currency)
    return list(rows.select_related("document", "customer", "account").order_by("due_on", "document_on", "pk"))


def payable_later(item: Item) -> list[Item]:
    """What the customer owes in the currency of an item, by due date: what a plan could cover."""
    rows = Item.objects.filter(company=item.company_id, customer=item.customer_id, currency=item.currency)
    rows = rows.filter(account__role="receivable", open_amount__gt=0)
    return list(rows.select_related("document", "customer", "account").order_by("due_on", "document_on", "pk"))


def parts_of(made: Arrangement, debits: Mapping[int, Item]) -> list[tuple[Item, Decimal]]:
    """What it takes of which items, above zero. Of a plan the oldest first."""
    parts = [(debits[int(pk)], Decimal(part)) for pk, part in made.settles.items()]
    if made.kind == Arrangement.Kind.PLAN:
        return sorted(parts, key=lambda part: (part[0].due_on, part[0].document_on, part[0].pk))
    return [(made.item, made.amount), *parts]


def settled_items(made: Arrangement) -> dict[int, Item]:
    """The debits that an exchange pays or a plan covers, by id."""
    rows = Item.objects.filter(company=made.company_id, pk__in=[int(pk) for pk in made.settles])
    return rows.select_related("document", "customer", "account").in_bulk()


def document_of(made: Arrangement, on: date, debits: Mapping[int, Item]) -> NewDocument:
    """What the arrangement puts into the book on `on`."""
    item = made.item
    unit = minor_unit(made.company.base_currency)
    base = share_of_base(item.open_base_amount, item.open_amount, _signed(made), unit)
    closings = [Closing(item_id=item.pk, amount=_signed(made))]
    items, lines, currency, rate = [], [], item.currency, item.document.rate
    if made.kind == Arrangement.Kind.EXCHANGE:
        settled = sum((Decimal(amount) for amount in made.settles.values()), ZERO)
        currency = next(iter(debits.values())).currency
        rate = max(round(-base / settled, 10), LEAST_RATE)
        items = [NewItem(account="receivable", amount=-settled, base_amount=base, due_on=on)]
    elif made.kind == Arrangement.Kind.TRANSFER:
        moved = NewItem(
            account=item.account.role,
            amount=_signed(made),
            base_amount=base,
            due_on=item.due_on,
            original_due_on=item.original_due_on,
            aged_from_on=item.aged_from_on,
            origin_item_id=item.pk,
        )
        items = [moved]
    elif made.kind == Arrangement.Kind.PLAN:
        closings = [Closing(item_id=each.pk, amount=part) for each, part in parts_of(made, debits)]
        items = planned(made, debits)
    else:
        closings = []
        items = [NewItem(account=item.account.role, amount=-made.amount, base_amount=-base, due_on=on)]
        lines = [NewLine(account="payables_clearing", amount=made.amount, base_amount=base)]
    return NewDocument(
        kind="reschedule" if made.kind == Arrangement.Kind.PLAN else made.kind,
        customer_id=made.to_customer_id or item.customer_id,
        currency=currency,
        rate=rate,
        document_on=on,
        posted_on=on,
        reference=made.reference or item.document.number,
        memo=made.explanation,
        items=items,
        lines=lines,
        closings=closings,
    )


def planned(made: Arrangement, debits: Mapping[int, Item]) -> list[NewItem]:
    """The instalments, each cut by the debt it comes from. Their age counts from the day agreed; the base of each debt
    goes with it, to the last cent."""
    unit = minor_unit(made.company.base_currency)
    owed = [(item.pk, part) for item, part in parts_of(made, debits)]
    agreed = [(date.fromisoformat(on), Decimal(amount)) for on, amount in made.instalments]
    upto: dict[int, Decimal] = {}
    found = []
    for pk, on, amount in pieces(owed, agreed):
        item, before = debits[pk], upto.get(pk, ZERO)
        upto[pk] = before + amount
        bases = [share_of_base(item.open_base_amount, item.open_amount, part, unit) for part in (before, upto[pk])]
        found.append(
            NewItem(
                account=item.account.role,
                amount=amount,
                base_amount=bases[1] - bases[0],
                due_on=on,
                original_due_on=item.original_due_on,
                aged_from_on=on,
                origin_item_id=pk,
            )
        )
    return found


def effect_of(made: Arrangement, on: date, debits: Mapping[int, Item]) -> Effect:
    """What it would do on `on`, with the open amounts of now."""
    if made.kind == Arrangement.Kind.PLAN:
        return _effect_of_plan(made, debits)
    item, document = made.item, document_of(made, on, debits)
    unit = minor_unit(made.company.base_currency)
    base = share_of_base(item.open_base_amount, item.open_amount, _signed(made), unit)
    accounts = {each.role: each for each in Account.objects.filter(company=made.company_id)}
    changes = [_change(item, item.open_amount - _signed(made))]
    lines = [(item.account, item.currency, -_signed(made), -base)]
    opened, difference = [], ZERO
    for pk, text in made.settles.items():
        debit, part = debits[int(pk)], Decimal(text)
        share = share_of_base(debit.open_base_amount, debit.open_amount, part, unit)
        changes.append(_change(debit, debit.open_amount - part))
        lines.append((debit.account, debit.currency, -part, -share))
        difference += share
    if made.kind == Arrangement.Kind.EXCHANGE:
        difference = realised_difference(difference, -base)
        lines.append((accounts["fx_gain_loss"], document.currency, ZERO, difference))
    elif made.kind == Arrangement.Kind.TRANSFER:
        opened = [
            Change(
                number="", document_id=None, customer=made.to_customer, currency=item.currency, due_on=item.due_on,
                now=ZERO, after=_signed(made),
            )
        ]  # fmt: skip
        lines.append((item.account, item.currency, _signed(made), base))
    else:
        lines.append((accounts["payables_clearing"], item.currency, made.amount, base))
    return Effect(changes=changes, opened=opened, postings=summed(lines), difference=difference)


def _effect_of_plan(made: Arrangement, debits: Mapping[int, Item]) -> Effect:
    """Nothing moves on an account: what is owed falls due on other days."""
    opened = [
        Change(
            number="", document_id=None, customer=made.item.customer, currency=made.item.currency, due_on=item.due_on,
            now=ZERO, after=item.amount,
        )
        for item in planned(made, debits)
    ]  # fmt: skip
    parts = parts_of(made, debits)
    return Effect(changes=[_change(item, item.open_amount - part) for item, part in parts], opened=opened, postings=[])


def undoing(made: Arrangement) -> Effect:
    """What it would change to undo it: every line and entry is mirrored."""
    opened = list(Item.objects.filter(document=made.document_id).select_related("document", "customer"))
    met = live_applications(opened)
    closed = Entry.objects.filter(document=made.document_id).select_related("item__document", "item__customer")
    moved: dict[int, Decimal] = {}
    items: dict[int, Item] = {}
    for entry in [*closed, *met]:
        if entry.item.document_id != made.document_id:
            items[entry.item_id] = entry.item
            moved[entry.item_id] = moved.get(entry.item_id, ZERO) - entry.amount
    changes = [_change(items[pk], items[pk].open_amount + amount) for pk, amount in moved.items()]
    changes += [_change(item, ZERO) for item in opened if item.open_amount]
    documents = JournalLine.objects.filter(document=made.document_id).select_related("account")
    applied = JournalLine.objects.filter(application__in={entry.application_id for entry in met})
    lines = [
        (line.account, line.currency, -line.amount, -line.base_amount)
        for line in [*documents, *applied.select_related("account")]
    ]
    postings = summed(lines)
    difference = sum((line.base_amount for line in postings if line.account.role == "fx_gain_loss"), ZERO)
    return Effect(changes=changes, opened=[], postings=postings, difference=difference)


def live_applications(opened: Sequence[Item]) -> list[Entry]:
    """Both sides of what the items are applied to now."""
    rows = Entry.objects.filter(item__in=opened, application__isnull=False, reverses=None, reversed_by=None)
    sides = {(entry.application_id, entry.item_id, entry.counter_item_id) for entry in rows}
    found = Entry.objects.filter(application__in={side[0] for side in sides}).order_by("pk")
    return [
        entry
        for entry in found.select_related("item__document", "item__customer")
        if {
            (entry.application_id, entry.item_id, entry.counter_item_id),
            (entry.application_id, entry.counter_item_id, entry.item_id),
        }
        & sides
    ]


def summed(lines: Iterable[tuple[Account, str, Decimal, Decimal]]) -> list[Line]:
    """The lines of each account and currency in one, those that cancel out left away."""
    sums: dict[tuple[int, str], tuple[Account, Decimal, Decimal]] = {}
    for account, currency, amount, base in lines:
        _account, had, had_base = sums.get((account.pk, currency), (account, ZERO, ZERO))
        sums[account.pk, currency] = (account, had + amount, had_base + base)
    found = [Line(account, key[1], amount, base) for key, (account, amount, base) in sums.items() if amount or base]
    return sorted(found, key=lambda line: (line.account.code, line.currency))


def _signed(made: Arrangement) -> Decimal:
    """What is taken of the item, with the item's sign."""
    return made.amount if made.item.amount > 0 else -made.amount


def _change(item: Item, after: Decimal) -> Change:
    return Change(
        number=item.document.number,
        document_id=item.document_id,
        customer=item.customer,
        currency=item.currency,
        due_on=item.due_on,
        now=item.open_amount,
        after=after,
    )
