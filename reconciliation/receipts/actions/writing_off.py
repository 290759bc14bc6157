"""Writing a debt off (坏账核销), with a second person where the amount asks for one; undoing that, and recovering it.

A write-off is a credit in the book that settles the debt, gross; nothing of the invoice is edited. What was written off
and is paid after all is owed again first (a recovery), and then paid like anything else.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.approvals import deciding_roles
from arap.core.errors import Forbidden, Invalid, NotFound, Refused
from arap.core.files import NewFile, store
from arap.core.models import Company, Role, StoredFile, User
from arap.core.money import ZERO, format_amount, is_exact, minor_unit
from arap.ledger.actions import (
    NewDocument,
    NewItem,
    Pair,
    Posted,
    apply,
    book_transaction,
    lock,
    post_documents,
    reverse_document,
)
from arap.ledger.models import Document, Item, JournalLine
from arap.ledger.reasons import BAD_DEBTS
from arap.ledger.rules import share_of_base
from invoices.actions.attaching import BYTES_MAX, media_type
from receipts.actions.allowing import shared_lines
from receipts.models import Recovery, WriteOff, WriteOffBand
from receipts.queries.settling import taxes_of
from receipts.rules.bad_debts import role_for, tax_comes_back
from receipts.rules.discounts import tax_in

REQUEST = WriteOff.State.REQUESTED
TEXT_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that proves why a debt is given up."""

    name: str
    content: bytes


@book_transaction
def request_write_off(
    company: Company,
    item_id: int,
    amount: Decimal,
    *,
    reason: str,
    explanation: str,
    on: date,
    by: User,
    evidence: Evidence | None = None,
) -> WriteOff:
    """Ask for `amount` of an open item to be written off. Where no band asks for a second person it is done at once.

    Raises NotFound, Invalid (amount, reason, explanation, evidence), Refused (over_written_off, already_requested,
    period_closed).
    """
    item = _locked_item(company, item_id, on)
    _check(item, amount, reason, explanation)
    if WriteOff.objects.filter(company=company, item=item, state=REQUEST).exists():
        raise Refused("already_requested", _("A write-off of this item waits for approval already."))
    unit = minor_unit(company.base_currency)
    base = share_of_base(item.open_base_amount, item.open_amount, amount, unit)
    bands = list(WriteOffBand.objects.filter(company=company).values_list("above", "role"))
    made = WriteOff.objects.create(
        company=company,
        item=item,
        amount=amount,
        reason=reason,
        explanation=explanation.strip(),
        evidence=_kept(company, evidence, by),
        required_role=role_for(base, bands, otherwise=Role.CONTROLLER.value),
        requested_by=by,
    )
    after = {"document": item.document.number, "amount": amount, "reason": reason, "approval": made.required_role}
    audit.record(by=by, verb="write_off.request", obj=made, after=after)
    if not made.required_role:
        _post(made, item, on, by)
    return made


@book_transaction
def approve_write_off(company: Company, write_off_id: int, *, on: date, by: User, note: str = "") -> WriteOff:
    """Say yes as the second person: it enters the book as of `on`.

    Raises NotFound, Forbidden (the band asks for another role), Refused (not_requested, same_person, over_written_off,
    period_closed).
    """
    made = _requested(company, write_off_id)
    if made.requested_by_id == by.pk:
        raise Refused("same_person", _("Who asked for a write-off cannot approve it."))
    held = deciding_roles(by, company, asked_by_id=made.requested_by_id)
    if Role(made.required_role) not in held and Role.CONTROLLER not in held:
        raise Forbidden("forbidden", _("A write-off of this amount is approved by somebody with another role."))
    _post(made, _locked_item(company, made.item_id, on), on, by, note)
    return made


@book_transaction
def reject_write_off(company: Company, write_off_id: int, *, by: User, note: str) -> WriteOff:
    """Say no, and why: it never enters the book. Raises NotFound, Refused("not_requested")."""
    made = _requested(company, write_off_id)
    made.state, made.decided_by, made.decided_at, made.decision = WriteOff.State.REJECTED, by, Now(), note
    made.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    audit.record(by=by, verb="write_off.reject", obj=made, after={"state": made.state, "reason": note})
    return made


@book_transaction
def reverse_write_off(company: Company, write_off_id: int, *, on: date, by: User, reason: str) -> Posted:
    """Undo a write-off as of `on`: the debt is owed as before, with its age.

    Raises NotFound, Refused (not_posted, recovered, before_posting, period_closed).
    """
    made = _posted(company, write_off_id)
    if recovered(made):
        raise Refused("recovered", _("Part of it was recovered. Undo that first."))
    assert made.document_id is not None, "what is posted has a document"
    mirror = reverse_document(company, made.document_id, posted_on=on, by=by, reason=reason, verb="write_off.reverse")
    made.state = WriteOff.State.REVERSED
    made.save(update_fields=["state"])
    after = {"state": made.state, "number": mirror.number, "reason": reason}
    audit.record(by=by, verb="write_off.reverse", obj=made, after=after)
    return mirror


@book_transaction
def recover_write_off(company: Company, write_off_id: int, amount: Decimal, *, on: date, by: User) -> Recovery:
    """Let `amount` of what was written off be owed again as of `on`, with the dates it had, because it is being paid.

    Output tax that came back is owed again in proportion. Raises NotFound, Invalid (amount), Refused (not_posted,
    over_recovered, before_posting, period_closed).
    """
    made = _posted(company, write_off_id)
    item, document = made.item, made.document
    assert document is not None, "what is posted has a document"
    if amount <= 0 or not is_exact(amount, item.currency):
        raise Invalid("amount", _("An amount is above zero, in the currency's decimals."), field="amount")
    left = made.amount - recovered(made)
    if amount > left:
        told = {"open": format_amount(left, item.currency)}
        raise Refused("over_recovered", _("Only %(open)s of it is written off.") % told, field="amount")
    if on < document.posted_on:
        raise Refused("before_posting", _("Nothing is recovered before it was written off."), field="on")
    unit, done = minor_unit(company.base_currency), made.amount - left
    base = share_of_base(-document.base_total, made.amount, done + amount, unit) - share_of_base(
        -document.base_total, made.amount, done, unit
    )
    posted = post_documents(company, [_recovery(made, amount, done, base, on)], by=by, verb="write_off.recover")[0]
    recovery = Recovery.objects.create(
        company=company, write_off=made, document_id=posted.document_id, amount=amount, recovered_by=by
    )
    after = {"number": posted.number, "amount": amount}
    audit.record(by=by, verb="write_off.recover", obj=made, after=after)
    return recovery


@book_transaction
def undo_recovery(company: Company, recovery_id: int, *, on: date, by: User, reason: str) -> Posted:
    """Undo a recovery as of `on`: the debt is written off as before.

    Raises NotFound, Refused (applied, already_reversed, before_posting, period_closed).
    """
    recovery = Recovery.objects.select_related("write_off").filter(company=company, pk=recovery_id).first()
    if recovery is None:
        raise NotFound("not_found", _("There is no such recovery."))
    opened = Item.objects.get(document=recovery.document_id)
    lock(company, dates=[on], items=[opened.pk])
    opened.refresh_from_db()
    is_reversed = Document.objects.filter(reverses=recovery.document_id).exists()
    if opened.open_amount != opened.amount and not is_reversed:
        raise Refused("applied", _("Part of it is paid. Undo that first."))
    mirror = reverse_document(
        company, recovery.document_id, posted_on=on, by=by, reason=reason, verb="write_off.unrecover"
    )
    after = {"number": mirror.number, "reason": reason}
    audit.record(by=by, verb="write_off.unrecover", obj=recovery.write_off, after=after)
    return mirror


def recovered(made: WriteOff) -> Decimal:
    """What of it is owed again."""
    undone = Document.objects.filter(reverses__isnull=False).values("reverses")
    rows = made.recoveries.exclude(document__in=undone).values_list("amount", flat=True)
    return sum(rows, ZERO)


def _locked_item(company: Company, item_id: int, on: date) -> Item:
    lock(company, dates=[on], items=[item_id])
    found = Item.objects.select_related("document", "account").filter(company=company, pk=item_id, amount__gt=0).first()
    if found is None:
        raise NotFound("not_found", _("There is no such open item."))
    return found


def _check(item: Item, amount: Decimal, reason: str, explanation: str) -> None:
    if amount <= 0 or not is_exact(amount, item.currency):
        raise Invalid("amount", _("An amount is above zero, in the currency's decimals."), field="amount")
    if reason not in BAD_DEBTS:
        raise Invalid("reason", _("Choose a reason."), field="reason")
    if not explanation.strip() or len(explanation) > TEXT_MAX:
        raise Invalid("explanation", _("Say in a sentence why it cannot be collected."), field="explanation")
    _check_open(item, amount)


def _check_open(item: Item, amount: Decimal) -> None:
    if amount > item.open_amount:
        told = {"open": format_amount(item.open_amount, item.currency)}
        raise Refused("over_written_off", _("Only %(open)s of it is open.") % told, field="amount")


def _kept(company: Company, evidence: Evidence | None, by: User) -> StoredFile | None:
    if evidence is None:
        return None
    if not evidence.content:
        raise Invalid("file_empty", _("This file is empty."), field="evidence")
    if len(evidence.content) > BYTES_MAX:
        most = {"most": BYTES_MAX >> 20}
        raise Invalid("file_large", _("This file is larger than %(most)s MB.") % most, field="evidence")
    kind = media_type(evidence.name, evidence.content)
    return store(company, [NewFile(name=evidence.name, media_type=kind, content=evidence.content)], by=by)[0]


def _requested(company: Company, write_off_id: int) -> WriteOff:
    return _in_state(company, write_off_id, REQUEST, "not_requested", _("This does not wait for approval any more."))


def _posted(company: Company, write_off_id: int) -> WriteOff:
    return _in_state(company, write_off_id, WriteOff.State.POSTED, "not_posted", _("This is not written off."))


def _in_state(company: Company, write_off_id: int, state: str, code: str, sentence: object) -> WriteOff:
    rows = WriteOff.objects.select_for_update(no_key=True, of=("self",)).select_related("item__account", "document")
    made = rows.filter(company=company, pk=write_off_id).first()
    if made is None:
        raise NotFound("not_found", _("There is no such write-off."))
    if made.state != state:
        raise Refused(code, str(sentence))
    return made


def document_of(made: WriteOff, item: Item, on: date) -> NewDocument:
    """What a write-off puts into the book. The output tax in it comes back only where the country says so."""
    company = made.company
    taxes: dict[str, Decimal] = {}
    due_on, document_on = item.original_due_on, item.document_on
    if tax_comes_back(company.country, reason=made.reason, document_on=document_on, due_on=due_on, on=on):
        held = taxes_of(company, [item.document_id])[item.document_id]
        every = dict.fromkeys(held.by_code, True)
        taxes = tax_in(made.amount, total=held.total, taxes=held.by_code, reduced=every, currency=item.currency)
    unit = minor_unit(company.base_currency)
    base = share_of_base(item.open_base_amount, item.open_amount, made.amount, unit)
    sides = [("write_off", "", made.amount - sum(taxes.values(), ZERO))]
    sides += [("output_tax", code, tax) for code, tax in taxes.items()]
    return NewDocument(
        kind="write_off",
        customer_id=item.customer_id,
        currency=item.currency,
        rate=item.document.rate,
        document_on=on,
        posted_on=on,
        reference=item.document.number,
        memo=made.explanation,
        reason_code=made.reason,
        items=[NewItem(account=item.account.role, amount=-made.amount, base_amount=-base, due_on=on)],
        lines=shared_lines(sides, base, unit),
    )


def _post(made: WriteOff, item: Item, on: date, by: User, note: str = "") -> None:
    """The document, settled against the item."""
    company = made.company
    _check_open(item, made.amount)
    document = document_of(made, item, on)
    posted = post_documents(company, [document], by=by, verb="write_off.post")[0]
    pair = Pair(posted.item_ids[0], item.pk, made.amount)
    apply(company, [pair], effective_on=on, by=by, policy="write_off", verb="write_off.post", reason=made.reason)
    made.state, made.document_id = WriteOff.State.POSTED, posted.document_id
    made.tax = sum((line.amount for line in document.lines if line.account == "output_tax"), ZERO)
    made.decided_by, made.decided_at, made.decision = by, Now(), note
    made.save(update_fields=["state", "document", "tax", "decided_by", "decided_at", "decision"])
    made.refresh_from_db()
    after = {"state": made.state, "number": posted.number, "tax": made.tax}
    audit.record(by=by, verb="write_off.approve", obj=made, after=after)


def _recovery(made: WriteOff, amount: Decimal, done: Decimal, base: Decimal, on: date) -> NewDocument:
    """The debt again, with its dates; the loss and the tax of the write-off go back in proportion, tax by tax code."""
    item, document = made.item, made.document
    assert document is not None, "what is posted has a document"
    sides = [("output_tax", code, -tax) for code, tax in _taxes_back(made, amount, done).items()]
    sides.append(("write_off", "", -amount - sum((tax for _account, _code, tax in sides), ZERO)))
    return NewDocument(
        kind="recovery",
        customer_id=item.customer_id,
        currency=item.currency,
        rate=document.rate,
        document_on=on,
        posted_on=on,
        reference=document.number,
        items=[
            NewItem(
                account=item.account.role,
                amount=amount,
                base_amount=base,
                due_on=item.due_on,
                original_due_on=item.original_due_on,
                aged_from_on=item.aged_from_on,
                origin_item_id=item.pk,
            )
        ],
        lines=shared_lines(sides, -base, minor_unit(made.company.base_currency)),
    )


def _taxes_back(made: WriteOff, amount: Decimal, done: Decimal) -> dict[str, Decimal]:
    """The output tax that is owed again with `amount`, by code, after `done` was recovered before."""
    lines = JournalLine.objects.filter(document=made.document_id, account__role="output_tax")
    unit = minor_unit(made.item.currency)
    return {
        line.tax_code: share_of_base(line.amount, made.amount, done + amount, unit)
        - share_of_base(line.amount, made.amount, done, unit)
        for line in lines
    }
