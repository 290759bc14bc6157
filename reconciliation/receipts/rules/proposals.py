"""How could this receipt be applied, and why? Pure: open items in, proposals out.

Signs as in the book: an open amount is positive when the customer owes (invoice) and negative when
we owe (credit note). A proposal never spends more than the receipt has left and never pays more
than an item has open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from arap.core.money import ZERO, minor_unit
from arap.core.references import find

from .references import Named, named_identifiers
from .sums import OTHERS_MAX, exact_sum

Kind = Literal["reference", "exact_sum", "oldest"]
Reason = Literal[
    "reference_exact",
    "reference_short",
    "reference_over",
    "exact_sum",
    "exact_sum_net",
    "oldest_first",
    "charges_first",
    "charges_last",
]
# When late charges are paid: as they fall due; before the debts, as the law has it where nothing else was agreed
# (民法典 art. 561: costs, interest, then the principal debt; BGB § 367); or after them.
ChargeOrder = Literal["due", "first", "last"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAmount:
    """An open item that a receipt could meet. `identifiers` are its numbers and references, its own
    number first; `payment_reference` is the RF reference that its paper carries, or "". Items of lower `preference`
    are taken first: the payer's own before its group's. `is_charge`: it is interest or a cost, not a debt.
    """

    item_id: int
    identifiers: tuple[str, ...]
    open_amount: Decimal
    due_on: date
    document_on: date
    payment_reference: str = ""
    preference: int = 0
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class ProposedPair:
    """Apply `amount` (positive) of a credit item to a debit item."""

    credit_item_id: int
    debit_item_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Pairs to apply, the reason for them and what stays unapplied of the receipt.

    `reason` with `params` is worded by `reasons.sentence`; `others` counts equally good choices
    that were not taken.
    """

    kind: Kind
    pairs: tuple[ProposedPair, ...]
    reason: Reason
    params: Mapping[str, object] = field(default_factory=dict)
    remainder: Decimal = ZERO
    others: int = 0


def propose(
    *,
    receipt_item_id: int,
    amount: Decimal,
    currency: str,
    text: str,
    items: Iterable[OpenAmount],
    charges: ChargeOrder = "due",
) -> list[Proposal]:
    """Proposals for `amount` left of a receipt (positive, in `currency`), the best reasoned first.

    1. by reference: the items whose RF references, numbers or references `text` names; 2. the smallest group of at
    most five items that adds up to exactly `amount`, left out when the reference already does; 3.
    oldest due first, the last one in part, late charges when `charges` says. Deterministic: items are taken by due
    date, document date and id. Nothing to propose gives an empty list.
    """

    def turn(item: OpenAmount) -> tuple[object, ...]:
        late = {"due": False, "first": not item.is_charge, "last": item.is_charge}[charges]
        return (item.preference, late, item.due_on, item.document_on, item.item_id)

    ordered = sorted(items, key=turn)
    if amount <= 0 or not any(item.open_amount > 0 for item in ordered):
        return []
    by_reference = _by_reference(receipt_item_id, amount, text, ordered)
    found = [by_reference] if by_reference else []
    if not by_reference or by_reference.reason != "reference_exact":
        by_sum = _by_exact_sum(receipt_item_id, amount, currency, ordered)
        found += [by_sum] if by_sum else []
    found.append(_oldest_first(receipt_item_id, amount, ordered, charges))
    return _distinct(found)


def propose_with_discounts(
    *,
    receipt_item_id: int,
    amount: Decimal,
    currency: str,
    text: str,
    items: Sequence[OpenAmount],
    payable: Mapping[int, Decimal],
    charges: ChargeOrder = "due",
) -> list[Proposal]:
    """As `propose`, where some items are settled by less than they have open (`payable`, by id): the discount earned.

    An amount that is exactly what is owed without the discount forgoes it. One proposal of each kind.
    """

    def made(of: Iterable[OpenAmount]) -> list[Proposal]:
        asked = {"receipt_item_id": receipt_item_id, "amount": amount, "currency": currency, "text": text}
        return propose(**asked, items=of, charges=charges)  # type: ignore[arg-type]

    whole = made(items)
    if not payable:
        return whole
    given = {item.item_id: item.open_amount - payable[item.item_id] for item in items if item.item_id in payable}
    reduced = (replace(item, open_amount=payable.get(item.item_id, item.open_amount)) for item in items)
    cheap = [_told_discount(each, payable, given) for each in made(reduced)]
    ordered = [*whole, *cheap] if _is_exact(whole) and not _is_exact(cheap) else [*cheap, *whole]
    kinds: dict[str, Proposal] = {}
    for each in ordered:
        kinds.setdefault(each.kind, each)
    return list(kinds.values())


def _is_exact(proposals: Sequence[Proposal]) -> bool:
    return any(each.reason in ("reference_exact", "exact_sum", "exact_sum_net") for each in proposals)


def _told_discount(proposal: Proposal, payable: Mapping[int, Decimal], given: Mapping[int, Decimal]) -> Proposal:
    """The proposal with the discount of the items that it settles, where there is any."""
    paid: dict[int, Decimal] = {}
    for pair in proposal.pairs:
        paid[pair.debit_item_id] = paid.get(pair.debit_item_id, ZERO) + pair.amount
    discount = sum((given[pk] for pk, amount in paid.items() if pk in given and amount == payable[pk]), ZERO)
    return replace(proposal, params={**proposal.params, "discount": discount}) if discount else proposal


def _by_reference(receipt_item_id: int, amount: Decimal, text: str, items: Sequence[OpenAmount]) -> Proposal | None:
    named_by: dict[str, list[OpenAmount]] = {}
    called = {item.payment_reference: item.identifiers[0] for item in items if item.payment_reference}
    references, rest = find(text, called.keys())
    for item in items:
        for identifier in item.identifiers:
            named_by.setdefault(identifier, []).append(item)
    by_reference = [Named(called[reference]) for reference in references]
    known = {name.identifier for name in by_reference}
    named = by_reference + [name for name in named_identifiers(rest, list(named_by)) if name.identifier not in known]
    chosen = list({item.item_id: item for name in named for item in named_by[name.identifier]}.values())
    if not any(item.open_amount > 0 for item in chosen):
        return None
    owed = sum((item.open_amount for item in chosen), ZERO)
    reason: Reason = "reference_exact"
    if owed != amount:
        reason = "reference_short" if amount < owed else "reference_over"
    pairs, remainder = _pay(receipt_item_id, amount, chosen)
    return Proposal(
        kind="reference",
        pairs=pairs,
        reason=reason,
        params={
            "numbers": tuple(name.identifier for name in named),
            "difference": abs(owed - amount),
        },
        remainder=remainder,
        others=min(sum(name.others for name in named), OTHERS_MAX),
    )


def _by_exact_sum(receipt_item_id: int, amount: Decimal, currency: str, items: Sequence[OpenAmount]) -> Proposal | None:
    """Invoices alone first; credit notes join only when invoices alone do not add up."""
    target = _minor(amount, currency)
    debits = [item for item in items if item.open_amount > 0]
    pool, found = debits, exact_sum([_minor(item.open_amount, currency) for item in debits], target)
    if found is None and len(debits) < len(items):
        pool = [item for item in items if item.open_amount]
        found = exact_sum([_minor(item.open_amount, currency) for item in pool], target)
    if found is None:
        return None
    chosen = [pool[position] for position in found.positions]
    pairs, remainder = _pay(receipt_item_id, amount, chosen)
    assert remainder == 0, "an exact sum leaves nothing"
    return Proposal(
        kind="exact_sum",
        pairs=pairs,
        reason="exact_sum" if all(item.open_amount > 0 for item in chosen) else "exact_sum_net",
        params={"count": len(chosen)},
        others=found.others,
    )


def _oldest_first(receipt_item_id: int, amount: Decimal, items: Sequence[OpenAmount], charges: ChargeOrder) -> Proposal:
    debits = [item for item in items if item.open_amount > 0]
    pairs, remainder = _pay(receipt_item_id, amount, debits)
    reasons: dict[ChargeOrder, Reason] = {"due": "oldest_first", "first": "charges_first", "last": "charges_last"}
    are_both = len({item.is_charge for item in debits}) == 2
    return Proposal(
        kind="oldest",
        pairs=pairs,
        reason=reasons[charges] if are_both else "oldest_first",
        params={"count": len(pairs)},
        remainder=remainder,
    )


def spread(
    sources: Iterable[tuple[int, Decimal]], debits: Iterable[tuple[int, Decimal]]
) -> tuple[list[ProposedPair], Decimal]:
    """Pay the debits in order from the sources in order; returns the pairs and what is left of the sources together.

    Both are (item, amount above zero). Debits that find nothing left stay unpaid.
    """
    left = list(sources)
    pairs: list[ProposedPair] = []
    for debit_item_id, owed in debits:
        while owed > 0 and left:
            credit_item_id, available = left[0]
            paid = min(owed, available)
            pairs.append(ProposedPair(credit_item_id, debit_item_id, paid))
            owed -= paid
            left[:1] = [(credit_item_id, available - paid)] if available > paid else []
    return pairs, sum((amount for _item, amount in left), ZERO)


def _pay(
    receipt_item_id: int, amount: Decimal, items: Sequence[OpenAmount]
) -> tuple[tuple[ProposedPair, ...], Decimal]:
    """Pay the debits among `items` in order, from the credit notes among them first; what remains is the receipt's."""
    notes = [(item.item_id, -item.open_amount) for item in items if item.open_amount < 0]
    debits = [(item.item_id, item.open_amount) for item in items if item.open_amount > 0]
    pairs, _left = spread([*notes, (receipt_item_id, amount)], debits)
    spent = sum((pair.amount for pair in pairs if pair.credit_item_id == receipt_item_id), ZERO)
    return tuple(pairs), amount - spent


def _minor(amount: Decimal, currency: str) -> int:
    minor = amount.scaleb(minor_unit(currency))
    assert minor == int(minor), "an open amount has no more decimals than its currency"
    return int(minor)


def _distinct(proposals: Iterable[Proposal]) -> list[Proposal]:
    """One proposal for each set of pairs: the first, which has the best reason."""
    seen: dict[frozenset[ProposedPair], Proposal] = {}
    for proposal in proposals:
        seen.setdefault(frozenset(proposal.pairs), proposal)
    return list(seen.values())
