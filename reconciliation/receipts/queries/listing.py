"""The list of receipts: one view of them, filtered, in one of four orders, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Literal, get_args

from django.db.models import Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from arap.core.models import Company
from arap.core.money import ZERO
from arap.ledger.history import numbered
from arap.ledger.models import Item
from customers.queries import search
from customers.searching import PAIR_LENGTH
from receipts.models import Receipt, ReceiptIdentification
from receipts.queries.waiting import to_apply, to_confirm, unidentified

View = Literal["open", "unidentified", "to_confirm", "applied", "returned", "all"]
Sort = Literal["newest", "oldest", "largest", "smallest"]
VIEWS: tuple[View, ...] = get_args(View)
SORTS: tuple[Sort, ...] = get_args(Sort)
# The column that an order follows, and whether it falls; the id decides between equals, the same way.
ORDERS: dict[Sort, tuple[str, bool]] = {
    "newest": ("received_on", True),
    "oldest": ("received_on", False),
    "largest": ("amount", True),
    "smallest": ("amount", False),
}
FEW_MAX = 500
PAIRED = "select id from receipts_receipt where company_id = %s and customers_pairs(lower(payer_name)) @> array[%s]"
Key = tuple[date | Decimal, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuery:
    """What is asked of the list. `after` or `before` is the row (value, id) a page lies beside."""

    view: View = "all"
    text: str = ""
    customer_id: int | None = None
    from_on: date | None = None
    to_on: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    sort: Sort = "newest"
    after: Key | None = None
    before: Key | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt in the list, with what is not applied of it and the state that follows."""

    receipt: Receipt
    left: Decimal
    state: str


@dataclass(frozen=True, slots=True)
class ReceiptRows:
    rows: list[ReceiptRow]
    has_previous: bool
    has_next: bool


def receipt_rows(company: Company, query: ReceiptQuery) -> ReceiptRows:
    """A page of the list. A few queries, however many there are."""
    column, falls = ORDERS[query.sort]
    found = _filtered(_of_view(company, query.view), company, query)
    backwards = query.before is not None
    start = query.before or query.after
    if start is not None:
        value, pk = start
        side = "lt" if falls != backwards else "gt"
        found = found.filter(Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk}))
    sign = "-" if falls != backwards else ""
    ordered = found.select_related("customer", "document", "recorded_by").order_by(f"{sign}{column}", f"{sign}id")
    page = list(ordered[: query.limit + 1])
    more, page = len(page) > query.limit, page[: query.limit]
    if backwards:
        page.reverse()
    return ReceiptRows(
        rows=_listed(page),
        has_previous=more if backwards else query.after is not None,
        has_next=backwards or more,
    )


def receipts_found(company: Company, query: ReceiptQuery) -> QuerySet[Receipt]:
    """All that the list would show, page by page."""
    return _filtered(_of_view(company, query.view), company, query)


def _of_view(company: Company, view: View) -> QuerySet[Receipt]:
    ours = Receipt.objects.filter(company=company)
    if view == "open":
        return to_apply(company)
    if view == "unidentified":
        return unidentified(company)
    if view == "to_confirm":
        return to_confirm(company)
    if view == "returned":
        return ours.filter(state=Receipt.State.REVERSED)
    if view == "applied":
        left = Item.objects.filter(company=company, amount__lt=0).exclude(open_amount=0).values("document_id")
        moved = ReceiptIdentification.objects.filter(company=company, document__in=left).values("receipt_id")
        return ours.filter(state=Receipt.State.CONFIRMED).exclude(document__in=left).exclude(pk__in=moved)
    return ours


def _filtered(found: QuerySet[Receipt], company: Company, query: ReceiptQuery) -> QuerySet[Receipt]:
    bounds: dict[str, Any] = {
        "received_on__gte": query.from_on,
        "received_on__lte": query.to_on,
        "amount__gte": query.amount_from,
        "amount__lte": query.amount_to,
    }
    found = found.filter(**{name: value for name, value in bounds.items() if value is not None})
    if query.customer_id is not None:
        moved = ReceiptIdentification.objects.filter(company=company, customer=query.customer_id)
        found = found.filter(Q(customer=query.customer_id) | Q(pk__in=list(moved.values_list("receipt_id", flat=True))))
    return _matching(found, company, query.text) if query.text else found


def _matching(found: QuerySet[Receipt], company: Company, text: str) -> QuerySet[Receipt]:
    """Those with this number, customer, payer, account or words. One query beside the one that is returned.

    Few are looked up, each way by its own index, and named by their ids. Of many some stand near the beginning of any
    order, so the list is read until a page is full. Shorter texts than three characters are not looked for in words.
    """
    ways = [
        Q(document__in=numbered(company, text.upper()).filter(kind="receipt").values("pk")),
        Q(customer__in=search(company, text).order_by().values("pk")),
        Q(payer_account=text),
        Q(payer_name__icontains=text),
        *([Q(remittance__icontains=text)] if len(text) > PAIR_LENGTH else []),
    ]
    ours = Receipt.objects.filter(company=company).order_by()
    if len(text) == PAIR_LENGTH:  # two characters have no trigram, but an index of pairs
        paired = RawSQL(PAIRED, [company.pk, text.lower()])  # noqa: S611
        ways[3] = Q(pk__in=paired)
    first, *others = [ours.filter(way).values_list("pk", flat=True) for way in ways]
    ids = list(first.union(*others, all=True)[: FEW_MAX + 1])
    if len(ids) <= FEW_MAX:
        return found.filter(pk__in=ids)
    return found.filter(reduce(or_, ways))


def _listed(page: Sequence[Receipt]) -> list[ReceiptRow]:
    """The receipts with what is left of each, also where identification moved it. Two queries."""
    home = {receipt.document_id: receipt.pk for receipt in page if receipt.document_id}
    moved = ReceiptIdentification.objects.filter(receipt__in=page).values_list("document_id", "receipt_id")
    home |= dict(moved)
    sums = Item.objects.filter(document__in=home, amount__lt=0).values("document_id", "customer_id")
    left: dict[int, Decimal] = {}
    lost: set[int] = set()
    for row in sums.annotate(open_sum=Sum("open_amount")).order_by():
        pk = home[row["document_id"]]
        left[pk] = left.get(pk, ZERO) - row["open_sum"]
        if not row["customer_id"] and row["open_sum"]:
            lost.add(pk)
    return [
        ReceiptRow(receipt, left.get(receipt.pk, ZERO), state_of(receipt, left.get(receipt.pk), receipt.pk in lost))
        for receipt in page
    ]


def state_of(receipt: Receipt, left: Decimal | None, is_lost: bool) -> str:
    """The code in core.states of a receipt of which `left` is not applied; `is_lost` where some has no payer."""
    before_the_book = {
        Receipt.State.RECORDED.value: "to_confirm",
        Receipt.State.REJECTED.value: "rejected",
        Receipt.State.REVERSED.value: "reversed",
    }
    if receipt.state in before_the_book:
        return before_the_book[receipt.state]
    if is_lost:
        return "unidentified"
    if not left:
        return "applied"
    return "part_applied" if left != receipt.amount else "to_apply"
