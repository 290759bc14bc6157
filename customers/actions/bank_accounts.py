"""Customers' bank accounts, to which refunds are paid: proposed by one person, approved by another.

A changed account is the classic fraud, so nothing is ever paid to one that only one person has seen.
"""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.bank_numbers import BadNumber, read_account_no, read_bic
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.models import Company, User
from arap.core.models.companies import BAD_NUMBERS
from arap.core.permissions import check
from customers.models import BankAccount, Customer

State = BankAccount.State
IBAN, GAPS = re.compile(r"[A-Z]{2}\d{2}"), re.compile(r"[\s./-]")
SHOWN = ("holder", "bank", "account_no", "bic", "proof")


@transaction.atomic
def propose_bank_account(
    customer: Customer, *, holder: str, bank: str, account_no: str, proof: str, by: User, bic: str = ""
) -> BankAccount:
    """Record an account that refunds of `customer` may be paid to once somebody else approves it.

    Raises Invalid (account_no, bic, holder, bank, proof), Refused("account_known").
    """
    number, code = _read(account_no, customer), _read_bic(bic)
    made = BankAccount(
        company_id=customer.company_id, customer=customer, holder=holder.strip(), bank=bank.strip(),
        account_no=number, bic=code, proof=proof.strip(), proposed_by=by,
    )  # fmt: skip
    try:
        made.clean_fields(exclude=["decided_by", "decided_at"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_bank_account", messages[0], field=field) from error
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    live = BankAccount.objects.filter(customer=customer, account_no=number, state__in=[State.PROPOSED, State.APPROVED])
    if live.exists():
        raise Refused("account_known", _("This account is recorded already."), field="account_no")
    made.save(force_insert=True)
    after = {"customer": customer.code, **audit.snapshot(made, SHOWN)}
    audit.record(by=by, verb="bank_account.propose", obj=made, after=after)
    return made


@transaction.atomic
def approve_bank_account(company: Company, account_id: int, *, by: User, note: str = "") -> BankAccount:
    """Say yes as the second person. Raises NotFound, Forbidden, Refused (not_proposed, same_person)."""
    return _decide(company, account_id, State.APPROVED, by, note, "bank_account.approve")


@transaction.atomic
def reject_bank_account(company: Company, account_id: int, *, by: User, note: str) -> BankAccount:
    """Say no, and why. Raises NotFound, Forbidden, Refused (not_proposed, same_person)."""
    return _decide(company, account_id, State.REJECTED, by, note, "bank_account.reject")


@transaction.atomic
def retire_bank_account(company: Company, account_id: int, *, by: User, reason: str) -> BankAccount:
    """Nothing is paid to it any more; one person is enough for that. Raises NotFound, Refused("not_in_use")."""
    found = _locked(company, account_id)
    if found.state not in (State.PROPOSED, State.APPROVED):
        raise Refused("not_in_use", _("This account is not in use any more."))
    before = found.state
    found.state, found.decision = State.RETIRED, reason
    found.save(update_fields=["state", "decision"])
    after = {"state": found.state, "reason": reason}
    audit.record(by=by, verb="bank_account.retire", obj=found, before={"state": before}, after=after)
    return found


def _decide(company: Company, account_id: int, state: str, by: User, note: str, verb: str) -> BankAccount:
    found = _locked(company, account_id)
    check(by, "bank_account.approve", company)
    if found.state != State.PROPOSED:
        raise Refused("not_proposed", _("This does not wait for approval any more."))
    if found.proposed_by_id == by.pk:
        raise Refused("same_person", _("Who proposed an account cannot approve it."))
    found.state, found.decided_by, found.decided_at, found.decision = state, by, Now(), note
    found.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    after = {"state": state, "account_no": found.account_no, "reason": note}
    audit.record(by=by, verb=verb, obj=found, after=after)
    found.refresh_from_db()
    return found


def _locked(company: Company, account_id: int) -> BankAccount:
    rows = BankAccount.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    found = rows.filter(company=company, pk=account_id).first()
    if found is None:
        raise NotFound("not_found", _("There is no such bank account."))
    return found


def _read(text: str, customer: Customer) -> str:
    """An account at a bank of the customer's own country without its gaps, or an IBAN of any in groups of four."""
    try:
        number = read_account_no(text, country=customer.country)
    except BadNumber as error:
        raise Invalid("account_no", BAD_NUMBERS[str(error)], field="account_no") from None
    return number if IBAN.match(number) else GAPS.sub("", number).upper()


def _read_bic(text: str) -> str:
    try:
        return read_bic(text)
    except BadNumber as error:
        raise Invalid("bic", BAD_NUMBERS[str(error)], field="bic") from None
