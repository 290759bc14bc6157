"""What will be let off when a receipt is applied, worked out before anything is written (allowing.py writes it).

Discounts that the payment earned, small differences, and what becomes of the rest: never more than is open.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from arap.core.errors import Refused
from arap.core.models import Company
from arap.core.money import ZERO, format_amount, minor_unit
from arap.ledger.actions import Pair
from arap.ledger.models import Item
from arap.ledger.rules import share_of_base
from receipts.models import Allowance
from receipts.queries import candidates
from receipts.queries.settling import Debit, debits, limit, offers
from receipts.rules import earned

Kind = Allowance.Kind
RESIDUAL = "residual"


class Credit(NamedTuple):
    """An item in which a receipt's money stands: `left` above zero, `customer_id` None while its payer is unknown."""

    item_id: int
    customer_id: int | None
    left: Decimal
    posted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReceipt:
    """A receipt in the book of which this transaction disposes, with its money as it stands before the act."""

    company: Company
    receipt_id: int
    number: str
    currency: str
    rate: Decimal
    received_on: date
    credits: tuple[Credit, ...]

    @property
    def left(self) -> Decimal:
        """What is not applied of it."""
        return sum((credit.left for credit in self.credits), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What becomes of what the payment leaves open of its items: bank charges, tax withheld, or an item of its own.

    `kind` is bank_charge, withholding or residual; a residual item says why in `reason_code` (arap.ledger.reasons).
    `beyond`: whoever decides may go beyond the tolerances.
    """

    kind: str
    reason_code: str = ""
    memo: str = ""
    beyond: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """What one day's act does to a debit: the receipt's own money, and what credit notes take off it."""

    item_id: int
    day: date
    own: Decimal
    notes: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What will be let off: `amount` above zero, on `day`. `base` in base currency, of the item or the receipt."""

    kind: str
    item_id: int | None
    day: date
    amount: Decimal
    percent: Decimal | None = None
    base: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is let off with some acts: `found` the debits, `left` what then stays open of each, `last` the day on
    which each is paid, `residuals` what moves to an item of its own; `credit` the item of a small over-payment.
    """

    currency: str
    planned: tuple[Planned, ...]
    found: Mapping[int, Debit]
    left: Mapping[int, Decimal]
    last: Mapping[int, date]
    residuals: Mapping[int, Decimal]
    credit: Item | None = None


def plan_acts(
    receipt: OpenReceipt, by_day: Mapping[date, Sequence[Pair]], rest: Rest | None, with_discount: bool
) -> Plan:
    """What is let off with these acts: of the debits, or of the receipt's own rest where all is settled."""
    cash = _cash_of({credit.item_id for credit in receipt.credits}, by_day)
    left = receipt.left - sum((each.own for each in cash), ZERO)
    plan = plan_debits(
        receipt.company,
        cash,
        paid_on=receipt.received_on,
        currency=receipt.currency,
        is_spent=not left,
        rest=rest,
        with_discount=with_discount,
    )
    return _with_over(receipt, by_day, plan) if left > 0 and not any(plan.left.values()) else plan


def _cash_of(own: Collection[int], by_day: Mapping[date, Sequence[Pair]]) -> list[Cash]:
    """What each day's act does to each debit, in order; `own` are the credit items of the receipt itself. One pass, as
    a receipt may pay thousands of items.
    """
    sums: dict[tuple[date, int], dict[bool, Decimal]] = {}
    for day in sorted(by_day):
        for pair in by_day[day]:
            sides = sums.setdefault((day, pair.debit_item_id), {True: ZERO, False: ZERO})
            sides[pair.credit_item_id in own] += pair.amount
    return [Cash(item_id=item, day=day, own=sides[True], notes=sides[False]) for (day, item), sides in sums.items()]


def _with_over(receipt: OpenReceipt, by_day: Mapping[date, Sequence[Pair]], plan: Plan) -> Plan:
    """The plan, with the small rest of a receipt that settled everything its payer's group owes in this currency."""
    standing = [credit for credit in receipt.credits if credit.left]
    if len(standing) != 1 or standing[0].customer_id is None or not plan.found:
        return plan
    pk, payer = standing[0].item_id, standing[0].customer_id
    days = [day for day in by_day if any(pair.credit_item_id == pk for pair in by_day[day])]
    credit = Item.objects.select_related("account", "customer").get(pk=pk)
    over = (
        plan_over(
            receipt.company,
            credit,
            sum((pair.amount for day in days for pair in by_day[day] if pair.credit_item_id == pk), ZERO),
            day=max(days),
            settled=sum((debit.open_amount for debit in plan.found.values()), ZERO),
            currency=receipt.currency,
        )
        if days
        else None
    )
    if over is None:
        return plan
    others = candidates(receipt.company, customer_id=payer, currency=receipt.currency)
    if any(each.open_amount > 0 and each.item_id not in plan.found for each in others):
        return plan
    return replace(plan, planned=(*plan.planned, over), credit=credit)


def plan_debits(
    company: Company,
    cash: Sequence[Cash],
    *,
    paid_on: date,
    currency: str,
    is_spent: bool,
    rest: Rest | None,
    with_discount: bool,
) -> Plan:
    """What is let off of the debits that the receipt's own money meets; `cash` in the order of the days.

    `is_spent`: nothing is left of the receipt, so that a small rest is a short payment. Raises
    Refused("above_tolerance").
    """
    paid, notes = _sums(cash, "own"), _sums(cash, "notes")
    found = debits(company, paid)
    offered = offers(company, found, paid_on=paid_on, currency=currency, netted=notes) if with_discount else {}
    last = {each.item_id: each.day for each in cash if each.own}
    planned: list[Planned] = []
    left: dict[int, Decimal] = {}
    for item_id, debit in found.items():
        own, owed = paid[item_id], debit.open_amount - notes.get(item_id, ZERO)
        offer = offered.get(item_id)
        discount = earned(offer, cash=own, open_amount=owed, currency=currency) if offer else ZERO
        left[item_id] = owed - own - discount
        if offer and discount:
            planned.append(
                Planned(kind=Kind.DISCOUNT, item_id=item_id, day=last[item_id], amount=discount, percent=offer.percent)
            )
    short = {item_id: amount for item_id, amount in left.items() if amount > 0}
    kind = _kind_of_rest(company, short, found, currency, is_spent, rest) if short else None
    if kind:
        planned += [Planned(kind=kind, item_id=pk, day=last[pk], amount=amount) for pk, amount in short.items()]
        left |= dict.fromkeys(short, ZERO)
    return Plan(
        currency=currency,
        planned=tuple(_with_base(company, plan, planned, cash, found) for plan in planned),
        found=found,
        left=left,
        last=last,
        residuals=short if rest is not None and rest.kind == RESIDUAL else {},
    )


def _sums(cash: Sequence[Cash], side: str) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for each in cash:
        if amount := getattr(each, side):
            sums[each.item_id] = sums.get(each.item_id, ZERO) + amount
    return sums


def _kind_of_rest(
    company: Company,
    short: Mapping[int, Decimal],
    found: Mapping[int, Debit],
    currency: str,
    is_spent: bool,
    rest: Rest | None,
) -> str | None:
    """As what the rests of the items are let off, if they are. Raises Refused("above_tolerance")."""
    if rest is not None and rest.kind == RESIDUAL:
        return None
    if rest is None and not is_spent:
        return None
    kind = rest.kind if rest else Kind.SHORT.value
    difference = sum(short.values(), ZERO)
    settled = sum((found[pk].open_amount for pk in short), ZERO)
    segments = {found[pk].segment for pk in short}
    limits = [limit(company, kind, currency, segment) for segment in segments]
    within = all(one is not None and one.covers(difference, of=settled, currency=currency) for one in limits)
    if within or (rest and rest.beyond):
        return kind
    if rest is None:
        return None
    raise Refused(
        "above_tolerance",
        _("%(amount)s is more than may be let off without a controller. Leave it open, or ask one.")
        % {"amount": format_amount(difference, currency)},
        amount=str(difference),
    )


def _with_base(
    company: Company, plan: Planned, planned: Sequence[Planned], cash: Sequence[Cash], found: Mapping[int, Debit]
) -> Planned:
    """The base that the book will take off the item for this allowance, so that no exchange difference arises.

    The book goes day by day: the day's cash first, then what is let off, each by the share of what was open.
    """
    debit = found[plan.item_id or 0]
    unit = minor_unit(company.base_currency)
    amount, base = debit.open_amount, debit.open_base_amount
    for each in cash:
        if each.item_id == plan.item_id and each.day < plan.day:
            upto = each.own + each.notes
            base -= share_of_base(base, amount, upto, unit)
            amount -= upto
    before = sum((each.own + each.notes for each in cash if (each.item_id, each.day) == (plan.item_id, plan.day)), ZERO)
    for other in planned[: planned.index(plan)]:
        if other.item_id == plan.item_id:
            before += other.amount
    upto = before + plan.amount
    return replace(plan, base=share_of_base(base, amount, upto, unit) - share_of_base(base, amount, before, unit))


def plan_over(
    company: Company, credit: Item, spent: Decimal, *, day: date, settled: Decimal, currency: str
) -> Planned | None:
    """The rest of a receipt of which `spent` goes from the item `credit`, where it is a small over-payment."""
    over = -credit.open_amount - spent
    found = limit(company, Kind.OVER, currency, credit.customer.segment if credit.customer else "")
    if found is None or not found.covers(over, of=settled, currency=currency):
        return None
    unit, whole = minor_unit(company.base_currency), -credit.open_base_amount
    base = whole - share_of_base(whole, -credit.open_amount, spent, unit)
    return Planned(kind=Kind.OVER, item_id=None, day=day, amount=over, base=base)
