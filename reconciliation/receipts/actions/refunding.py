"""Refunding a credit (退款): asked for, decided by a second person where the amount asks for one, cancelled.

What is asked for stays reserved until it is paid or falls; the book hears of it on the day it is paid (paying_out.py).
"""

from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.approvals import deciding_roles
from arap.core.errors import Forbidden, Invalid, NotFound, Refused
from arap.core.models import Company, Role, User
from arap.core.money import ZERO, format_amount, is_exact, minor_unit
from arap.ledger.actions import book_transaction, lock
from arap.ledger.models import Account, Item
from arap.ledger.rules import share_of_base
from customers.models import BankAccount
from receipts.models import RESERVING, Refund, RefundBand
from receipts.rules.bad_debts import role_for

State = Refund.State
REFUNDABLE = (Account.Role.RECEIVABLE, Account.Role.ADVANCES)
REASON_MAX = 140


@book_transaction
def request_refund(
    company: Company, item_id: int, amount: Decimal, *, account_id: int, reason: str, by: User
) -> Refund:
    """Ask for `amount` of an open credit to be paid back to an approved account of its customer; it is reserved.

    Where no band asks for a second person it is approved at once. Raises NotFound, Invalid (amount, reason, account),
    Refused (over_refunded).
    """
    item = locked_credit(company, item_id)
    if amount <= 0 or not is_exact(amount, item.currency):
        raise Invalid("amount", _("An amount is above zero, in the currency's decimals."), field="amount")
    if not reason.strip() or len(reason) > REASON_MAX:
        raise Invalid("reason", _("Say in a few words why the money goes back."), field="reason")
    account = _account(company, item, account_id)
    left = free_of(item)
    if amount > left:
        told = {"open": format_amount(left, item.currency)}
        raise Refused("over_refunded", _("Only %(open)s of it is open and not reserved.") % told, field="amount")
    unit = minor_unit(company.base_currency)
    base = share_of_base(-item.open_base_amount, -item.open_amount, amount, unit)
    bands = list(RefundBand.objects.filter(company=company).values_list("above", "role"))
    role = role_for(base, bands, otherwise=Role.CONTROLLER.value)
    made = Refund.objects.create(
        company=company,
        item=item,
        account=account,
        amount=amount,
        reason=reason.strip(),
        state=State.REQUESTED if role else State.APPROVED,
        required_role=role,
        requested_by=by,
    )
    after = {"document": item.document.number, "amount": amount, "account_no": account.account_no, "approval": role}
    audit.record(by=by, verb="refund.request", obj=made, after=after)
    return made


@book_transaction
def approve_refund(company: Company, refund_id: int, *, by: User, note: str = "") -> Refund:
    """Say yes as the second person: it may be ordered from the bank.

    Raises NotFound, Forbidden (the band asks for another role), Refused (not_requested, same_person,
    account_not_approved).
    """
    made = in_state(company, refund_id, [State.REQUESTED], "not_requested")
    _second_person(made, by)
    held = deciding_roles(by, company, asked_by_id=made.requested_by_id)
    if Role(made.required_role) not in held and Role.CONTROLLER not in held:
        raise Forbidden("forbidden", _("A refund of this amount is approved by somebody with another role."))
    check_account(made)
    return _decide(made, State.APPROVED, by, note, "refund.approve")


@book_transaction
def reject_refund(company: Company, refund_id: int, *, by: User, note: str) -> Refund:
    """Say no, and why: the credit is free again. Raises NotFound, Refused (not_requested, same_person)."""
    made = in_state(company, refund_id, [State.REQUESTED], "not_requested")
    _second_person(made, by)
    return _decide(made, State.REJECTED, by, note, "refund.reject")


@book_transaction
def cancel_refund(company: Company, refund_id: int, *, by: User, reason: str) -> Refund:
    """Take it back before it is ordered: the credit is free again. Raises NotFound, Refused("not_cancellable")."""
    made = in_state(company, refund_id, [State.REQUESTED, State.APPROVED], "not_cancellable")
    return end_refund(made, State.CANCELLED, by, reason, "refund.cancel")


def end_refund(made: Refund, state: str, by: User, reason: str, verb: str) -> Refund:
    """Note that it came to an end, and why."""
    made.state, made.outcome = state, reason
    made.save(update_fields=["state", "outcome"])
    audit.record(by=by, verb=verb, obj=made, after={"state": state, "reason": reason})
    return made


def free_of(item: Item) -> Decimal:
    """What of a credit is open and not reserved by a refund, above zero."""
    held = Refund.objects.filter(item=item, state__in=RESERVING).aggregate(sum=Sum("amount"))["sum"] or ZERO
    return -item.open_amount - held


def locked_credit(company: Company, item_id: int) -> Item:
    """An open credit of a customer, locked. Raises NotFound."""
    lock(company, items=[item_id])
    rows = Item.objects.select_related("document", "account", "customer")
    found = rows.filter(company=company, pk=item_id, amount__lt=0, account__role__in=REFUNDABLE).first()
    if found is None or found.customer is None:
        raise NotFound("not_found", _("There is no such credit."))
    return found


def check_account(made: Refund) -> None:
    """Raise Refused("account_not_approved") where the account was retired since."""
    if made.account.state != BankAccount.State.APPROVED:
        told = {"account": str(made.account)}
        raise Refused("account_not_approved", _("The account %(account)s is not approved any more.") % told)


def in_state(company: Company, refund_id: int, states: list[State], code: str) -> Refund:
    """The refund, locked, in one of `states`. Raises NotFound, Refused(code)."""
    rows = Refund.objects.select_for_update(no_key=True, of=("self",))
    shown = ("company", "item__account", "item__document", "account", "document")
    made = rows.select_related(*shown).filter(company=company, pk=refund_id).first()
    if made is None:
        raise NotFound("not_found", _("There is no such refund."))
    if made.state not in states:
        told = {"state": made.get_state_display()}
        raise Refused(code, _("This refund is: %(state)s. That is not possible any more.") % told)
    return made


def _account(company: Company, item: Item, account_id: int) -> BankAccount:
    assert item.customer is not None, "a credit that is refunded is a customer's"
    found = BankAccount.objects.select_related("customer").filter(company=company, pk=account_id).first()
    owner = item.customer.merged_into_id or item.customer_id
    if (
        found is None
        or (found.customer.merged_into_id or found.customer_id) != owner
        or found.state != BankAccount.State.APPROVED
    ):
        raise Invalid("account", _("Choose an approved bank account of this customer."), field="account")
    return found


def _second_person(made: Refund, by: User) -> None:
    if made.requested_by_id == by.pk:
        raise Refused("same_person", _("Who asked for a refund cannot approve it."))


def _decide(made: Refund, state: str, by: User, note: str, verb: str) -> Refund:
    made.state, made.decided_by, made.decided_at, made.decision = state, by, Now(), note
    made.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    audit.record(by=by, verb=verb, obj=made, after={"state": state, "reason": note})
    return made
