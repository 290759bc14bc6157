"""Our bank accounts that customers pay into: one of each currency is printed on papers."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import Company, CompanyBankAccount, User

VERB = "company.bank_account"
# The currency stays: receipts that name the account are in it.
CHANGEABLE = ("name", "bank", "account_no", "bic")


@transaction.atomic
def add_bank_account(
    company: Company, *, name: str, bank: str, account_no: str, currency: str, bic: str = "", by: User
) -> CompanyBankAccount:
    """An account that customers pay into; the first one of its currency is printed unless another is chosen.

    Raises Invalid(field "account_no") when it is there already.
    """
    _lock(company)
    is_first = not CompanyBankAccount.objects.filter(company=company, currency=currency, is_default=True).exists()
    _refuse_twice(company, currency, account_no)
    account = CompanyBankAccount.objects.create(
        company=company, name=name, bank=bank, account_no=account_no, bic=bic, currency=currency, is_default=is_first
    )
    after = {"bank": bank, "account_no": account_no, "bic": bic, "currency": currency}
    audit.record(by=by, verb=VERB, obj=account, after=after)
    return account


@transaction.atomic
def change_bank_account(account: CompanyBankAccount, *, by: User, **changes: str) -> None:
    """Change what is printed of an account (fields in CHANGEABLE). Papers that left keep theirs.

    Raises Invalid(field "account_no") when there is another with that number.
    """
    assert set(changes) <= set(CHANGEABLE), f"fixed: {set(changes) - set(CHANGEABLE)}"
    _lock(account.company)
    if "account_no" in changes:
        _refuse_twice(account.company, account.currency, changes["account_no"], but=account)
    _write(account, by=by, **changes)


@transaction.atomic
def retire_bank_account(account: CompanyBankAccount, *, by: User) -> None:
    """Nobody is to pay into it any more: papers and forms leave it out, and another of its currency is printed."""
    _lock(account.company)
    stored = CompanyBankAccount.objects.get(pk=account.pk)
    _write(account, by=by, is_active=False, is_default=False)
    others = CompanyBankAccount.objects.filter(company=account.company, currency=account.currency, is_active=True)
    if stored.is_default and (other := others.order_by("pk").first()):
        _write(other, by=by, is_default=True)


@transaction.atomic
def revive_bank_account(account: CompanyBankAccount, *, by: User) -> None:
    """Customers may pay into it again. It is printed where no other of its currency is."""
    _lock(account.company)
    same = CompanyBankAccount.objects.filter(company=account.company, currency=account.currency, is_default=True)
    _write(account, by=by, is_active=True, is_default=not same.exclude(pk=account.pk).exists())


@transaction.atomic
def print_bank_account(account: CompanyBankAccount, *, by: User) -> None:
    """Print this account on papers of its currency. Raises Invalid for a retired one."""
    _lock(account.company)
    if not CompanyBankAccount.objects.get(pk=account.pk).is_active:
        raise Invalid("account_retired", _("This account is retired: take it up again first."))
    same = CompanyBankAccount.objects.filter(company=account.company, currency=account.currency, is_default=True)
    for other in same.exclude(pk=account.pk):
        _write(other, by=by, is_default=False)
    _write(account, by=by, is_default=True)


def _lock(company: Company) -> None:
    """Two first accounts at once, or two that are to be printed, wait for each other."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)


def _refuse_twice(company: Company, currency: str, account_no: str, *, but: CompanyBankAccount | None = None) -> None:
    same = CompanyBankAccount.objects.filter(company=company, account_no=account_no, currency=currency)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise Invalid("account_exists", _("This account is there already."), field="account_no")


def _write(account: CompanyBankAccount, *, by: User, **values: Any) -> None:
    stored = CompanyBankAccount.objects.get(pk=account.pk)
    before = audit.snapshot(stored, values)
    for name, value in values.items():
        setattr(account, name, value)
    account.save(update_fields=list(values))
    old, new = audit.difference(before, values)
    if new:
        audit.record(by=by, verb=VERB, obj=account, before=old, after=new)
