"""Customers' bank accounts among what needs a second person."""

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.core.approvals import Line, Waiting
from arap.core.models import Company, User
from arap.core.wording import names
from customers.actions.bank_accounts import approve_bank_account, reject_bank_account
from customers.models import BankAccount

TITLE = gettext_lazy("Customer’s bank account")
VERB = "bank_account.approve"


def waiting(company: Company, limit: int) -> Sequence[Waiting]:
    """Those proposed, the oldest first."""
    return [_told(found) for found in _rows(company)[:limit]]


def one(company: Company, pk: int) -> Waiting | None:
    """The one with this id, while it is only proposed."""
    found = _rows(company).filter(pk=pk).first()
    return _told(found) if found else None


def effect(company: Company, pk: int, on: date) -> Sequence[Line]:
    """What may be paid where, how it was verified, and what is in use besides."""
    found = _rows(company).get(pk=pk)
    others = BankAccount.objects.filter(customer=found.customer_id, state=BankAccount.State.APPROVED)
    told = {"bank": found.bank, "account": found.account_no, "holder": found.holder}
    return [
        Line(text=_("Refunds may be paid to %(account)s at %(bank)s, held by %(holder)s.") % told),
        Line(text=_("Verified: %(proof)s") % {"proof": found.proof}),
        *(Line(text=_("In use besides: %(account)s") % {"account": str(other)}) for other in others),
    ]


def approve(company: Company, pk: int, *, on: date, by: User) -> BankAccount:
    """Say yes."""
    return approve_bank_account(company, pk, by=by)


def reject(company: Company, pk: int, *, by: User, reason: str) -> BankAccount:
    """Say no."""
    return reject_bank_account(company, pk, by=by, note=reason)


def _rows(company: Company) -> QuerySet[BankAccount]:
    rows = BankAccount.objects.filter(company=company, state=BankAccount.State.PROPOSED)
    return rows.select_related("customer", "proposed_by").order_by("pk")


def _told(found: BankAccount) -> Waiting:
    return Waiting(
        kind="bank-account",
        pk=found.pk,
        title=f"{found.bank} {found.account_no}",
        about=names(found.customer.name, found.customer.name_local)[0],
        url=reverse("desk:customer_bank_accounts", args=[found.customer_id]),
        asked_by_id=found.proposed_by_id,
        asked_by=found.proposed_by.get_full_name(),
        asked_at=found.proposed_at,
    )
