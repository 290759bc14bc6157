"""Registers of a period: all documents, and receipts with what was applied of them."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arap.core.sheets import Cells, Column
from arap.desk.reports.frame import CUSTOMER, CUSTOMER_COLUMNS, Asked, KeyKind, Report, Sql
from arap.ledger.templatetags.book import kind_words

_HEAD = [
    Column("posted_on", _("Posting date"), "day", 23),
    Column("number", _("Document"), width_mm=30),
    Column("kind", _("Kind"), width_mm=24, is_quiet=True),
    Column("code", _("Code"), width_mm=20, is_quiet=True),
    Column("customer", _("Customer"), width_mm=44),
    Column("reference", _("Reference"), width_mm=30, is_quiet=True, drops=True),
]
COLUMNS = [
    *_HEAD[:1],
    Column("document_on", _("Document date"), "day", 23, is_quiet=True, drops=True),
    *_HEAD[1:],
    Column("currency", _("Currency"), width_mm=16, is_quiet=True),
    Column("total", _("Amount"), "amount", 28, is_summed=True, is_strong=True),
    Column("base_total", _("In base currency"), "base", 28, is_summed=True, is_quiet=True),
]
RECEIPT_COLUMNS = [
    *[column for column in _HEAD if column.name != "kind"],
    Column("currency", _("Currency"), width_mm=16, is_quiet=True),
    Column("amount", _("Received"), "amount", 28, is_summed=True, is_strong=True),
    Column("applied", _("Applied"), "amount", 28, is_summed=True),
    Column("unapplied", _("Not applied"), "amount", 28, is_summed=True),
]
_DOCUMENT = f"""d.id, d.posted_on, d.document_on, d.number, d.kind, coalesce(t.reference, '') as reference, d.currency,
             {CUSTOMER_COLUMNS}"""
_FROM = f"""from ledger_document d
        left join ledger_documenttext t on t.document_id = d.id
        {CUSTOMER.format(id="d.customer_id")}"""
_WHERE = """where d.company_id = %(company)s and d.posted_on between %(first)s and %(last)s
         and d.position <= %(position)s"""


def text(asked: Asked) -> str:
    of_kind = " and d.kind = %(kind)s" if asked.kind else ""
    return f"""
      select {_DOCUMENT}, d.total, d.base_total {_FROM} {_WHERE} {asked.narrowed("d")}{of_kind}
    """


def receipts_text(asked: Asked) -> str:
    """A receipt's items are what came in; what moved them by the last day was applied, refunded or identified."""
    return f"""
      select *, amount - unapplied as applied from (
        select {_DOCUMENT}, -d.total as amount,
               -(d.total + (select coalesce(sum(e.amount), 0) from ledger_entry e
                              join ledger_item i on i.id = e.item_id
                             where i.document_id = d.id and e.effective_on <= %(last)s
                               and e.position <= %(position)s)) as unapplied
          {_FROM} {_WHERE} and d.kind = 'receipt' {asked.narrowed("d")}) receipts
    """  # noqa: S608


def dress(cells: dict[str, object]) -> None:
    cells["kind"] = kind_words(str(cells["kind"]))
    cells["customer"] = cells["customer"] or gettext("Payer unknown")


def urls(cells: Cells, asked: Asked) -> Mapping[str, str]:
    found = {"number": reverse("desk:document", args=[cells["id"]])}
    if cells["customer_id"]:
        found["customer"] = reverse("desk:customer", args=[cells["customer_id"]])
    return found


KEY: Sequence[tuple[str, KeyKind]] = (("posted_on", "day"), ("id", "number"))

DOCUMENTS = Report(
    slug="documents",
    title=_("Document register"),
    about=_("Every document posted in a period, of all kinds or of one."),
    clock="period",
    fields=("customer", "currency", "segment", "kind"),
    columns=lambda asked: COLUMNS,
    source=Sql(text, KEY, dress),
    urls=urls,
)
RECEIPTS = Report(
    slug="receipts",
    title=_("Receipts of a period"),
    about=_("The money that came in during a period, and how much of it was applied by its last day."),
    clock="period",
    fields=("customer", "currency", "segment"),
    columns=lambda asked: RECEIPT_COLUMNS,
    source=Sql(receipts_text, KEY, dress),
    urls=urls,
)
