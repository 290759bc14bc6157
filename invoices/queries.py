"""Reads of invoices: the list by view, sorted by one column, in pages that cost the same everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import connection
from django.db.models import Exists, F, FilteredRelation, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext

from arap.core.models import Company
from arap.ledger.models import Item
from arap.outbox.about import messages_about_ids, state_code
from invoices.models import Invoice

PAGE = 20
VIEWS = ("open", "overdue", "paid", "debit_notes", "credit_notes", "drafts", "all")
# What can be sorted by, and the kind of its values. Due days live in the book, so only views of open items have them.
SORTS = {"date": "issued_on", "total": "total", "due": "open_due_on"}
OPEN_VIEWS = ("open", "overdue")
SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """A row of the list: what the book says is open of the invoice, when that falls due, and what became of its e-mail.

    `open_amount` is signed as in the book; `due_on` is the earliest day something open is due, else the last of all;
    `mail` is a key of STATES, empty where nothing was sent.
    """

    invoice: Invoice
    open_amount: Decimal
    due_on: date | None
    mail: str


# The rate and the day that posting would take now, as in actions/posting.py.
POSTING = """
select i.id,
       coalesce(i.rate, case when i.currency = c.base_currency then 1 else (
         select r.rate from core_exchangerate r
          where r.company_id = i.company_id and r.currency = i.currency and r.valid_from <= i.issued_on
          order by r.valid_from desc limit 1) end) as rate,
       (select greatest(p.starts_on, i.issued_on) from core_period p
         where p.company_id = i.company_id and p.ends_on >= i.issued_on
           and (p.state = 'open' or exists (
                select from core_periodexception x
                 where x.period_id = p.id and x.revoked_at is null and x.valid_until > now()))
         order by p.starts_on limit 1) as posted_on
  from invoices_invoice i join core_company c on c.id = i.company_id
 where i.company_id = %s and i.id = any(%s)
"""


@dataclass(frozen=True, slots=True)
class PostingPreview:
    """The rate and the day a draft would be posted at; `reason` says why it cannot be, empty where it can."""

    rate: Decimal | None
    posted_on: date | None
    reason: str


def posting_previews(company: Company, invoices: Sequence[Invoice]) -> dict[int, PostingPreview]:
    """Invoice id -> what posting it now would take. One query; the action itself decides again, under its locks."""
    with connection.cursor() as cursor:
        cursor.execute(POSTING, [company.pk, [invoice.pk for invoice in invoices]])
        found = {pk: (rate, on) for pk, rate, on in cursor.fetchall()}
    previews = {}
    for invoice in invoices:
        rate, on = found[invoice.pk]
        reason = ""
        if invoice.state != Invoice.State.DRAFT:
            reason = gettext("This invoice is posted already.")
        elif invoice.total <= 0:
            reason = gettext("Only a total above zero can be posted.")
        elif rate is None:
            reason = gettext("There is no exchange rate for %(currency)s on %(on)s.") % {
                "currency": invoice.currency, "on": invoice.issued_on,
            }  # fmt: skip
        elif on is None:
            reason = gettext("No accounting period is open on its day or after it.")
        previews[invoice.pk] = PostingPreview(rate, on, reason)
    return previews


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Rows, and the places that the pages before and after begin at; empty where there is none."""

    rows: list[ListedInvoice]
    before: str
    after: str


def in_view(company: Company, view: str, today: date) -> QuerySet[Invoice]:
    """The invoices and credit notes of a view, as the book is now."""
    found = Invoice.objects.filter(company=company)
    still_open = Item.objects.filter(company=company, document=OuterRef("document_id")).exclude(open_amount=0)
    if view == "drafts":
        return found.drafts()
    if view == "credit_notes":
        return found.credit_notes()
    if view == "debit_notes":
        return found.debit_notes()
    if view == "all":
        return found
    bills = found.owed().posted()
    if view == "paid":
        return bills.exclude(Exists(still_open))
    if view == "overdue":
        still_open = still_open.filter(due_on__lt=today, amount__gt=0)
    return bills.filter(Exists(still_open))


def sort_of(view: str, text: str | None) -> str:
    """The sort asked for where the view has it, else the view's own: "date" up, "-date" down."""
    name = (text or "").removeprefix("-")
    if name in SORTS and (name != "due" or view in OPEN_VIEWS):
        return text or ""
    return "due" if view == "overdue" else "-date"


def invoice_page(
    company: Company, found: QuerySet[Invoice], *, sort: str, after: str = "", before: str = ""
) -> InvoicePage:
    """A page of `found` in the order of `sort`, beginning after a place or ending before one. Three queries.

    A place is what a page gave; anything else is the first page.
    """
    name = sort.removeprefix("-")
    if name == "due":
        found = _by_due(company, found)
    place = _read_place(name, after) or _read_place(name, before)
    backwards = bool(place and not _read_place(name, after))
    ascending = sort.startswith("-") == backwards
    if place:
        value, pk = place
        beyond = "gt" if ascending else "lt"
        column = SORTS[name]
        found = found.filter(Q(**{f"{column}__{beyond}": value}) | Q(**{column: value, f"pk__{beyond}": pk}))
    mark = "" if ascending else "-"
    rows = list(found.select_related("customer", "document").order_by(f"{mark}{SORTS[name]}", f"{mark}pk")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    has_before, has_after = (more, True) if backwards else (place is not None, more)
    return InvoicePage(
        rows=listed(company, rows),
        before=_place(name, rows[0]) if rows and has_before else "",
        after=_place(name, rows[-1]) if rows and has_after else "",
    )


def _by_due(company: Company, found: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Each invoice with the earliest day on which something open of it falls due, by the index of what is owed."""
    owed = Q(document__items__company=company, document__items__open_amount__gt=0)
    day, item = OuterRef("owed__due_on"), OuterRef("owed__pk")
    earlier = Item.objects.filter(document=OuterRef("document_id"), open_amount__gt=0)
    earlier = earlier.filter(Q(due_on__lt=day) | Q(due_on=day, pk__lt=item))
    return (
        found.annotate(owed=FilteredRelation("document__items", condition=owed))
        .filter(owed__isnull=False)
        .exclude(Exists(earlier))
        .annotate(open_due_on=F("owed__due_on"))
    )


def listed(company: Company, invoices: list[Invoice]) -> list[ListedInvoice]:
    """The invoices with what is open of them and what became of their last message. Two queries."""
    documents = [invoice.document_id for invoice in invoices if invoice.document_id]
    sums = Item.objects.filter(document__in=documents).values("document_id")
    rows = sums.annotate(
        open_sum=Sum("open_amount"), open_due=Min("due_on", filter=~Q(open_amount=0)), first_due=Min("due_on")
    )
    money = {row["document_id"]: (row["open_sum"], row["open_due"] or row["first_due"]) for row in rows.order_by()}
    sent = messages_about_ids(company, Invoice, [invoice.pk for invoice in invoices])
    mails = dict(sent.order_by("about_id", "-pk").distinct("about_id").values_list("about_id", "state"))
    return [
        ListedInvoice(
            invoice,
            *money.get(invoice.document_id or 0, (Decimal(0), None)),
            mail=state_code(mails[invoice.pk]) if invoice.pk in mails else "",
        )
        for invoice in invoices
    ]


def _place(name: str, invoice: Invoice) -> str:
    value = getattr(invoice, SORTS[name])
    return f"{value.isoformat() if isinstance(value, date) else value}{SEPARATOR}{invoice.pk}"


def _read_place(name: str, text: str) -> tuple[date | Decimal, int] | None:
    """The value and id of a place in an address; None for anything that is not one."""
    value, separator, number = text.partition(SEPARATOR)
    if not separator or not (number.isdecimal() and number.isascii() and len(number) <= 18) or len(value) > 30:
        return None
    try:
        read = Decimal(value) if name == "total" else date.fromisoformat(value)
    except (ValueError, InvalidOperation):
        return None
    return (read, int(number)) if isinstance(read, date) or read.is_finite() else None
