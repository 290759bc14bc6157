"""What is let off when a receipt is applied: discounts, small differences, bank charges, tax that the payer withheld.

Each is a document of its own in the book, applied in the same act as the cash and reversed with it: no invoice is
edited, and nothing stays behind.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.core.money import ZERO, format_amount, minor_unit
from arap.ledger.actions import (
    Applied,
    Closing,
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    Posted,
    post_documents,
    reverse_document,
)
from arap.ledger.actions import replace as replace_items
from arap.ledger.models import Entry, Item
from arap.ledger.reasons import DEDUCTIONS
from arap.ledger.rules import share_of_base
from receipts.actions.planning import Kind, Plan, Planned, Rest
from receipts.models import Allowance, Receipt
from receipts.queries.settling import Debit, reduced_codes, taxes_of
from receipts.rules.discounts import tax_in

DOCUMENTS = {
    Kind.DISCOUNT: ("discount", "discount"),
    Kind.SHORT: ("write_off", "rounding"),
    Kind.OVER: ("write_off", "rounding"),
    Kind.BANK_CHARGE: ("bank_charge", "bank_charge"),
    Kind.WITHHOLDING: ("withholding", "withheld"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """A planned allowance that is in the book: its document and the item that it opened."""

    plan: Planned
    document: Posted

    @property
    def opened(self) -> int:
        """The id of its one item."""
        return self.document.item_ids[0]

    def pair(self, credit: Item | None) -> Pair:
        """What it is applied to: its debit, or the rest of the receipt's own `credit`."""
        if self.plan.item_id is not None:
            return Pair(self.opened, self.plan.item_id, self.plan.amount)
        assert credit is not None, "the rest of a receipt stands in an item"
        return Pair(credit.pk, self.opened, self.plan.amount)


def post_allowances(
    company: Company, plan: Plan, *, reference: str, rate: Decimal, memo: str, by: User | None, key: str | None
) -> list[Let]:
    """Post a document for each; nothing is applied yet. Raises Refused period_closed."""
    if not plan.planned:
        return []
    kinds = {
        plan.found[each.item_id].document_id for each in plan.planned if each.kind == Kind.DISCOUNT and each.item_id
    }
    taxes = taxes_of(company, kinds) if kinds else {}
    reduced = reduced_codes(company) if any(each.by_code for each in taxes.values()) else {}
    documents = []
    for each in plan.planned:
        if each.item_id is None:
            assert plan.credit is not None, "the rest of a receipt stands in an item"
            documents.append(_over(each, plan.credit, reference, rate, plan.currency))
            continue
        debit = plan.found[each.item_id]
        held = taxes.get(debit.document_id)
        parts = (
            tax_in(each.amount, total=held.total, taxes=held.by_code, reduced=reduced, currency=plan.currency)
            if held and each.kind == Kind.DISCOUNT
            else {}
        )
        unit = minor_unit(company.base_currency)
        documents.append(_allowance(each, debit, parts, reference, plan.currency, unit, memo))
    posted = post_documents(company, documents, by=by, verb="receipt.allow", key=key)
    return [Let(plan=each, document=document) for each, document in zip(plan.planned, posted, strict=True)]


def _allowance(
    plan: Planned, debit: Debit, taxes: Mapping[str, Decimal], reference: str, currency: str, unit: int, memo: str
) -> NewDocument:
    """The document of what is let off of a debit; `taxes` is the output tax in it, by code."""
    kind, account = DOCUMENTS[Kind(plan.kind)]
    sides = [(account, "", plan.amount - sum(taxes.values(), ZERO))]
    sides += [("output_tax", code, tax) for code, tax in taxes.items()]
    return NewDocument(
        kind=kind,
        customer_id=debit.customer_id,
        currency=currency,
        rate=debit.rate,
        document_on=plan.day,
        posted_on=plan.day,
        reference=reference,
        memo=memo or debit.number,
        reason_code=plan.kind if plan.kind == Kind.SHORT else "",
        items=[NewItem(account=debit.account, amount=-plan.amount, base_amount=-plan.base, due_on=plan.day)],
        lines=shared_lines(sides, plan.base, unit),
    )


def shared_lines(sides: Sequence[tuple[str, str, Decimal]], base: Decimal, unit: int) -> list[NewLine]:
    """Contra lines (account, tax code, amount) that share `base` to the last cent."""
    total = sum((amount for _account, _code, amount in sides), ZERO)
    lines, upto = [], ZERO
    for account, code, amount in sides:
        if amount:
            before = share_of_base(base, total, upto, unit)
            upto += amount
            line_base = share_of_base(base, total, upto, unit) - before
            lines.append(NewLine(account=account, amount=amount, base_amount=line_base, tax_code=code))
    return lines


def _over(plan: Planned, credit: Item, reference: str, rate: Decimal, currency: str) -> NewDocument:
    kind, account = DOCUMENTS[Kind.OVER]
    return NewDocument(
        kind=kind,
        customer_id=credit.customer_id,
        currency=currency,
        rate=rate,
        document_on=plan.day,
        posted_on=plan.day,
        reference=reference,
        reason_code=plan.kind,
        items=[NewItem(account=credit.account.role, amount=plan.amount, base_amount=plan.base, due_on=plan.day)],
        lines=[NewLine(account=account, amount=-plan.amount, base_amount=-plan.base)],
    )


def record_allowances(company: Company, receipt_id: int, let: Sequence[Let], acts: Sequence[Applied]) -> None:
    """Note what was let off, and with which of the acts."""
    if not let:
        return
    application_of = {entry.item_id: entry.application_id for act in acts for entry in act.entries}
    Allowance.objects.bulk_create(
        [
            Allowance(
                company=company,
                receipt_id=receipt_id,
                kind=each.plan.kind,
                document_id=each.document.document_id,
                application_id=application_of[each.opened],
                item_id=each.plan.item_id,
                amount=each.plan.amount,
                percent=each.plan.percent,
            )
            for each in let
        ]
    )


def open_residuals(
    company: Company, plan: Plan, rest: Rest, *, reference: str, by: User | None, key: str | None
) -> None:
    """Put what stays open of each item into an item of its own, which keeps the dates from which its age counts.

    Raises Invalid (rest_reason).
    """
    if rest.reason_code not in DEDUCTIONS:
        raise Invalid("rest_reason", _("Say why part of it was not paid."), field="rest_reason")
    for item_id, amount in plan.residuals.items():
        debit, on = plan.found[item_id], plan.last[item_id]
        moved = NewItem(
            account=debit.account,
            amount=amount,
            due_on=debit.due_on,
            original_due_on=debit.original_due_on,
            aged_from_on=debit.aged_from_on,
            origin_item_id=item_id,
        )
        document = NewDocument(
            kind="transfer",
            customer_id=debit.customer_id,
            currency=plan.currency,
            rate=debit.rate,
            document_on=on,
            posted_on=on,
            reference=reference,
            memo=rest.memo or debit.number,
            reason_code=rest.reason_code,
            items=[moved],
            closings=[Closing(item_id=item_id, amount=amount)],
        )
        replace_items(company, document, by=by, verb="receipt.residual", key=key)


def opened_by(allowances: Collection[Allowance]) -> set[int]:
    """The items that the allowances opened."""
    documents = [each.document_id for each in allowances]
    return set(Item.objects.filter(document__in=documents).values_list("pk", flat=True)) if documents else set()


def sides_of(allowances: Collection[Allowance]) -> set[int]:
    """The items that the allowances opened and those that they settled, for the locks of an undoing."""
    opened = opened_by(allowances)
    met = Entry.objects.filter(item__in=opened, counter_item__isnull=False).values_list("counter_item_id", flat=True)
    return opened | {pk for pk in met if pk is not None}


def revoke(
    receipt: Receipt,
    allowances: Sequence[Allowance],
    *,
    on: date,
    by: User | None,
    reason: str,
    verb: str,
    key: str | None,
) -> list[dict[str, Any]]:
    """Reverse what was let off, as of `on`; its items are locked. Returns what was reversed, for the audit log."""
    undone = []
    for each in allowances:
        mirror = reverse_document(
            receipt.company, each.document_id, posted_on=on, by=by, reason=reason, verb=verb, key=key
        )
        undone.append({"kind": each.kind, "document": each.document.number, "reversed_by": mirror.number})
    return undone


def told(let: Sequence[Let], plan: Plan) -> list[dict[str, Any]]:
    """What was let off, JSON-ready: kind, document, the number of what it settled, and amounts as texts."""
    return [
        {
            "kind": str(each.plan.kind),
            "document": each.document.number,
            "item_id": each.plan.item_id,
            "settles": plan.found[each.plan.item_id].number if each.plan.item_id else None,
            "amount": format_amount(each.plan.amount, plan.currency),
            "percent": f"{each.plan.percent.normalize():f}" if each.plan.percent is not None else None,
        }
        for each in let
    ]
