"""The bank accounts that a customer pays from."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import User
from customers.models import Customer, PayerAccount

LENGTH_MAX = 60
COUNT_MAX = 50


@transaction.atomic
def set_payer_accounts(
    customer: Customer, accounts: Sequence[str], *, by: User | None, seen: Sequence[str] | None = None
) -> None:
    """Let the customer pay from these accounts; a receipt from one of them is proposed to be theirs.

    `seen` are the accounts that whoever edits had before their eyes: what others added or took away since then stays.
    Raises Invalid (facts: field) for a number that is too long, and above COUNT_MAX. What did not change is not noted.
    """
    typed = {account.strip() for account in accounts if account.strip()}
    locked = Customer.objects.select_for_update(no_key=True).get(company_id=customer.company_id, pk=customer.pk)
    rows = PayerAccount.objects.filter(company_id=locked.company_id, customer=locked)
    before = set(rows.values_list("account_no", flat=True))
    old = before if seen is None else set(seen)
    wanted = (before - (old - typed)) | (typed - old)
    if len(wanted) > COUNT_MAX or any(len(account) > LENGTH_MAX or "\x00" in account for account in wanted):
        raise Invalid("invalid_customer", _("This is not an account number."), field="payer_accounts")
    if before == wanted:
        return
    rows.filter(account_no__in=before - wanted).delete()
    PayerAccount.objects.bulk_create(
        PayerAccount(company_id=locked.company_id, customer=locked, account_no=account)
        for account in sorted(wanted - before)
    )
    audit.record(
        by=by,
        verb="customer.accounts",
        obj=locked,
        before={"payer_accounts": sorted(before)},
        after={"payer_accounts": sorted(wanted)},
    )
