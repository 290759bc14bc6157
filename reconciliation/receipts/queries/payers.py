"""What is known of a payer: receipts that came from the same account or name before."""

from django.db.models import Q

from arap.core.models import Company
from receipts.models import Receipt

COUNTED_MAX = 99
RECENT = 5


def same_payer(receipt: Receipt) -> Q | None:
    """Receipts with the payer's account, or where there is none with its name; None where neither is known."""
    if receipt.payer_account:
        return Q(payer_account=receipt.payer_account)
    return Q(payer_name=receipt.payer_name) if receipt.payer_name else None


def known_from(company: Company, receipt: Receipt, customer_id: int) -> int:
    """How many other receipts of the customer came from this payer: at most COUNTED_MAX are counted."""
    payer = same_payer(receipt)
    if payer is None:
        return 0
    others = Receipt.objects.filter(payer, company=company, customer=customer_id, state=Receipt.State.CONFIRMED)
    return others.exclude(pk=receipt.pk).order_by()[:COUNTED_MAX].count()


def recent(company: Company, receipt: Receipt, customer_id: int) -> list[Receipt]:
    """The customer's last receipts beside this one, newest first."""
    others = Receipt.objects.filter(company=company, customer=customer_id, document__isnull=False).exclude(
        pk=receipt.pk
    )
    return list(others.select_related("document").order_by("-received_on", "-pk")[:RECENT])
