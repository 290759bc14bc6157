"""Reads of holds."""

from datetime import date

from django.db.models import Q, QuerySet

from arap.core.models import Company
from arap.ledger.models import Item
from cases.models import Hold


def holds_in_force(company: Company, *, as_of: date, text: str = "") -> QuerySet[Hold]:
    """With customer, item and document, newest first; of customers with `text` in their code or names."""
    found = Hold.objects.in_force(as_of=as_of).filter(company=company)
    if text:
        of = Q(customer__code__icontains=text) | Q(customer__name__icontains=text)
        found = found.filter(of | Q(customer__name_local__icontains=text))
    return found.select_related("customer", "item__document", "set_by").order_by("-pk")


def items_to_hold(company: Company, customer_id: int) -> list[tuple[int, str]]:
    """The open debit items of a customer, oldest first: id, and how it is called. One query."""
    items = Item.objects.filter(company=company, customer=customer_id, amount__gt=0).exclude(open_amount=0)
    rows = items.order_by("aged_from_on", "pk").values_list("pk", "document__number", "line")[:500]
    return [(pk, f"{number} / {line}" if line > 1 else number) for pk, number, line in rows]
