"""Receipts that may be the same money, recorded before."""

from datetime import timedelta

from django.db.models import Q

from arap.core.models import Company
from receipts.actions import NewReceipt
from receipts.models import Receipt

DAYS = 7
SHOWN = 5
LIVE = (Receipt.State.RECORDED, Receipt.State.CONFIRMED)


def alike(company: Company, new: NewReceipt) -> list[Receipt]:
    """Receipts of the same amount within a week from the same payer, as far as it is known; newest first.

    The same payer is the same customer; for unidentified money the same account, name or words.
    """
    traces = {
        "payer_account": new.payer_account,
        "payer_name": new.payer_name,
        "remittance": new.remittance,
    }
    payer = Q(customer=new.customer_id) if new.customer_id else Q()
    if not new.customer_id:
        told = [Q(**{name: text}) for name, text in traces.items() if text]
        if not told:
            payer = Q(customer=None, **traces)
        for each in told:
            payer |= each
    found = Receipt.objects.filter(
        payer,
        company=company,
        amount=new.amount,
        currency=new.currency,
        state__in=LIVE,
        received_on__range=(new.received_on - timedelta(days=DAYS), new.received_on + timedelta(days=DAYS)),
    )
    return list(found.select_related("document", "recorded_by").order_by("-received_on", "-pk")[:SHOWN])
