"""Arrangements: asked for, approved by a second person where a band asks for one, undone.

A credit in one currency settles debits in another at an agreed rate, an open item goes to another customer
(应收转应收), meets what we owe the same party (应收冲应付), or is paid in instalments (分期). Nothing is edited:
each is a document that closes what was open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.approvals import deciding_roles
from arap.core.errors import Forbidden, Invalid, NotFound, Refused
from arap.core.models import Company, Role, User
from arap.core.money import ZERO, format_amount, is_exact, minor_unit
from arap.ledger.actions import (
    Pair,
    Posted,
    apply,
    book_transaction,
    lock,
    post_documents,
    reverse_document,
    unapply,
    undo_replacement,
)
from arap.ledger.models import Item
from arap.ledger.rules import share_of_base
from customers.models import Customer
from receipts.models import Arrangement, ArrangementBand
from receipts.queries.arrangements import document_of, live_applications, parts_of, settled_items
from receipts.rules.bad_debts import role_for
from receipts.rules.exchanges import taken
from receipts.rules.plans import Instalment, PlanError, checked

Kind, State = Arrangement.Kind, Arrangement.State
TEXT_MAX, REFERENCE_MAX = 500, 140


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArrangement:
    """What is asked for. Of an exchange `settles` says how much of which debits is paid, in their currency, and the
    amount follows from the agreed `rate`: so much of the item's currency for one unit of theirs. Of a plan it says how
    much of which debits it covers, and the amount is their sum."""

    kind: str
    item_id: int
    amount: Decimal = ZERO
    to_customer_id: int | None = None
    rate: Decimal | None = None
    settles: Mapping[int, Decimal] = field(default_factory=dict)
    instalments: Sequence[Instalment] = ()
    grace_days: int = 0
    reference: str = ""
    explanation: str = ""


def drafted(company: Company, new: NewArrangement, *, by: User) -> tuple[Arrangement, dict[int, Item]]:
    """The arrangement as it would be made, unsaved, and the debits that it settles.

    Raises NotFound, Invalid (amount, rate, settles, instalments, to_customer, reference, explanation), Refused
    (no_credit, no_debit, over_arranged).
    """
    found = Item.objects.select_related("document", "account", "customer", "company")
    item = found.filter(company=company, pk=new.item_id, customer__isnull=False).first()
    if item is None:
        raise NotFound("not_found", _("There is no such open item."))
    made = Arrangement(
        company=company,
        kind=new.kind,
        item=item,
        amount=new.amount,
        to_customer_id=new.to_customer_id,
        rate=new.rate,
        settles={str(pk): f"{amount:f}" for pk, amount in new.settles.items()},
        instalments=[[on.isoformat(), f"{amount:f}"] for on, amount in new.instalments],
        grace_days=new.grace_days,
        reference=new.reference.strip(),
        explanation=new.explanation.strip(),
        requested_by=by,
    )
    debits = settled_items(made)
    if new.kind == Kind.EXCHANGE:
        _check_exchange(made, debits)
    if new.kind == Kind.PLAN:
        _check_plan(made, debits, new.instalments)
    _check_kind(made)
    _check_open(made, debits)
    unit = minor_unit(company.base_currency)
    base = ZERO
    for each, part in parts_of(made, debits)[: None if made.kind == Kind.PLAN else 1]:
        base += share_of_base(abs(each.open_base_amount), abs(each.open_amount), part, unit)
    bands = ArrangementBand.objects.filter(company=company, kind=made.kind).values_list("above", "role")
    otherwise = Role.CONTROLLER.value if made.kind in {Kind.NETTING, Kind.PLAN} else ""
    made.required_role = role_for(base, list(bands), otherwise=otherwise)
    return made, debits


@book_transaction
def request_arrangement(company: Company, new: NewArrangement, *, on: date, by: User) -> Arrangement:
    """Ask for it. Where no band asks for a second person it is in the book at once, as of `on`.

    Raises as `drafted`, and Refused (already_requested, before_posting, period_closed).
    """
    customers = [new.to_customer_id] if new.to_customer_id else []
    lock(company, dates=[on], customers=customers, items=[new.item_id, *new.settles])
    made, debits = drafted(company, new, by=by)
    waiting = Arrangement.objects.filter(company=company, state=State.REQUESTED)
    if waiting.filter(item__in={made.item_id, *debits}).exists():
        raise Refused("already_requested", _("An arrangement of this item waits for approval already."))
    made.save(force_insert=True)
    after = {"kind": made.kind, "document": made.item.document.number, "amount": made.amount}
    after |= {"rate": made.rate, "reference": made.reference, "approval": made.required_role}
    audit.record(by=by, verb="arrangement.request", obj=made, after=after)
    if not made.required_role:
        _post(made, debits, on, by)
    return made


@book_transaction
def approve_arrangement(company: Company, arrangement_id: int, *, on: date, by: User, note: str = "") -> Arrangement:
    """Say yes as the second person: it enters the book as of `on`.

    Raises NotFound, Forbidden (the band asks for another role), Refused (not_requested, same_person, over_arranged,
    before_posting, period_closed).
    """
    made = _in_state(company, arrangement_id, State.REQUESTED, "not_requested")
    if made.requested_by_id == by.pk:
        raise Refused("same_person", _("Who asked for an arrangement cannot approve it."))
    held = deciding_roles(by, company, asked_by_id=made.requested_by_id)
    if Role(made.required_role) not in held and Role.CONTROLLER not in held:
        raise Forbidden("forbidden", _("An arrangement of this amount is approved by somebody with another role."))
    lock(company, dates=[on], items={made.item_id, *(int(pk) for pk in made.settles)})
    made.item = Item.objects.select_related("document", "account", "customer").get(pk=made.item_id)
    debits = settled_items(made)
    _check_open(made, debits)
    _post(made, debits, on, by, note)
    return made


@book_transaction
def reject_arrangement(company: Company, arrangement_id: int, *, by: User, note: str) -> Arrangement:
    """Say no, and why: it never enters the book. Raises NotFound, Refused("not_requested")."""
    made = _in_state(company, arrangement_id, State.REQUESTED, "not_requested")
    made.state, made.decided_by, made.decided_at, made.decision = State.REJECTED, by, Now(), note
    made.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    audit.record(by=by, verb="arrangement.reject", obj=made, after={"state": made.state, "reason": note})
    return made


@book_transaction
def reverse_arrangement(company: Company, arrangement_id: int, *, on: date, by: User, reason: str) -> Posted:
    """Undo it as of `on`: what it closed is open again, with its dates and its base.

    Raises NotFound, Refused (not_posted, moved, before_posting, not_a_mirror, period_closed).
    """
    made = _in_state(company, arrangement_id, State.POSTED, "not_posted")
    document = made.document_id
    assert document is not None, "what is posted has a document"
    opened = list(Item.objects.filter(document=document))
    met = live_applications(opened)
    touched = {made.item_id, *map(int, made.settles), *(item.pk for item in opened), *(entry.item_id for entry in met)}
    lock(company, dates=[on], items=touched)
    verb = "arrangement.reverse"
    if made.kind == Kind.NETTING:
        mirror = reverse_document(company, document, posted_on=on, by=by, reason=reason, verb=verb)
    else:
        if made.kind == Kind.EXCHANGE and met:
            unapply(company, [entry.pk for entry in met], effective_on=on, by=by, reason=reason, verb=verb)
        mirror = undo_replacement(company, document, posted_on=on, by=by, reason=reason, verb=verb)
    made.state = State.REVERSED
    made.save(update_fields=["state"])
    after = {"state": made.state, "number": mirror.number, "reason": reason}
    audit.record(by=by, verb=verb, obj=made, after=after)
    return mirror


def _check_exchange(made: Arrangement, debits: Mapping[int, Item]) -> None:
    """Also works out the amount. Its debits are of one currency and of the credit's own group of customers."""
    if made.item.amount > 0:
        raise Refused("no_credit", _("Only a credit settles something in another currency."))
    if made.rate is None or made.rate <= 0:
        raise Invalid("rate", _("Type the agreed rate, above zero."), field="rate")
    currencies = {item.currency for item in debits.values()}
    assert made.item.customer is not None, "it was looked up with one"
    roots = {item.customer.root_id for item in debits.values() if item.customer} - {made.item.customer.root_id}
    is_wrong = len(currencies) != 1 or made.item.currency in currencies or roots
    if is_wrong or len(debits) != len(made.settles) or any(item.amount < 0 for item in debits.values()):
        raise Invalid("settles", _("Choose what is owed in one other currency."), field="settles")
    (currency,) = currencies
    parts = [Decimal(amount) for amount in made.settles.values()]
    if any(part <= 0 or not is_exact(part, currency) for part in parts):
        raise Invalid("settles", _("An amount is above zero, in the currency's decimals."), field="settles")
    made.amount = taken(sum(parts, ZERO), made.rate, made.item.currency)


def _check_plan(made: Arrangement, debits: Mapping[int, Item], instalments: Sequence[Instalment]) -> None:
    """Also works out the amount. Its debts are of one customer, in one currency."""
    ours = (made.item.customer_id, made.item.currency, "receivable")
    is_wrong = any((item.customer_id, item.currency, item.account.role) != ours for item in debits.values())
    parts = [Decimal(amount) for amount in made.settles.values()]
    is_wrong = is_wrong or len(debits) != len(made.settles) or made.item_id not in debits
    if is_wrong or any(item.amount < 0 for item in debits.values()) or any(part <= 0 for part in parts):
        raise Invalid("settles", _("Choose what one customer owes in one currency."), field="settles")
    made.amount = sum(parts, ZERO)
    try:
        checked(instalments, made.amount)
    except PlanError as error:
        raise Invalid("instalments", plan_sentence(error), field="instalments") from error
    if any(not is_exact(amount, made.item.currency) for _on, amount in instalments):
        raise Invalid("instalments", _("An amount is above zero, in the currency's decimals."), field="instalments")


def plan_sentence(error: PlanError) -> str:
    """What is wrong with the instalments that were asked for."""
    sentences = {
        "count": _("Between 1 and 60 instalments, at most a year apart."),
        "line": _("“%(line)s” is no instalment. Write a date and an amount or a percentage."),
        "percent": _("Percentages are above zero and sum to 100."),
        "sum": _("The instalments are above zero and sum to what is owed."),
        "dates": _("Each instalment falls due after the one before."),
    }
    return str(sentences[error.code]) % {"line": error.line}


def _check_kind(made: Arrangement) -> None:
    if made.amount <= 0 or not is_exact(made.amount, made.item.currency):
        raise Invalid("amount", _("An amount is above zero, in the currency's decimals."), field="amount")
    if len(made.explanation) > TEXT_MAX or len(made.reference) > REFERENCE_MAX:
        raise Invalid("explanation", _("Say it in fewer words."), field="explanation")
    if made.kind == Kind.NETTING and not made.reference:
        raise Invalid("reference", _("Say by which agreement it is netted."), field="reference")
    if made.kind == Kind.NETTING and made.item.amount < 0:
        raise Refused("no_debit", _("Only what is owed to us is netted with what we owe."))
    if made.kind == Kind.TRANSFER:
        to = Customer.objects.filter(company=made.company, pk=made.to_customer_id or 0).first()
        if to is None or to.pk == made.item.customer_id:
            raise Invalid("to_customer", _("Choose another customer."), field="to_customer")
        made.to_customer = to


def _check_open(made: Arrangement, debits: Mapping[int, Item]) -> None:
    for item, part in parts_of(made, debits):
        if part > abs(item.open_amount):
            told = {"number": item.document.number, "open": format_amount(abs(item.open_amount), item.currency)}
            which = "settles" if item.pk in debits else "amount"
            raise Refused("over_arranged", _("Only %(open)s of %(number)s is open.") % told, field=which)


def _in_state(company: Company, arrangement_id: int, state: str, code: str) -> Arrangement:
    rows = Arrangement.objects.select_for_update(no_key=True, of=("self",))
    made = rows.select_related("company", "item", "to_customer").filter(company=company, pk=arrangement_id).first()
    if made is None:
        raise NotFound("not_found", _("There is no such arrangement."))
    if made.state != state:
        sentence = _("This does not wait for approval any more.") if state == State.REQUESTED else _("It is undone.")
        raise Refused(code, str(sentence))
    return made


def _post(made: Arrangement, debits: Mapping[int, Item], on: date, by: User, note: str = "") -> None:
    """Its document, settled against what it pays."""
    company, verb = made.company, "arrangement.post"
    posted = post_documents(company, [document_of(made, on, debits)], by=by, verb=verb)[0]
    pairs = []
    if made.kind == Kind.EXCHANGE:
        pairs = [Pair(posted.item_ids[0], int(pk), Decimal(part)) for pk, part in made.settles.items()]
    if made.kind == Kind.NETTING:
        pairs = [Pair(posted.item_ids[0], made.item_id, made.amount)]
    if pairs:
        apply(company, pairs, effective_on=on, by=by, policy=made.kind, verb=verb, reason=made.reference)
    made.state, made.document_id = State.POSTED, posted.document_id
    made.decided_by, made.decided_at, made.decision = by, Now(), note
    made.save(update_fields=["state", "document", "decided_by", "decided_at", "decision"])
    made.refresh_from_db()
    after = {"state": made.state, "number": posted.number}
    audit.record(by=by, verb="arrangement.post", obj=made, after=after)
