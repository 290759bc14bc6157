"""The open-item list: everything that was open on a day, the oldest first."""

from collections.abc import Mapping
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from arap.core.models import Company
from arap.core.sheets import Cells, Column
from arap.desk.reports.frame import CUSTOMER, CUSTOMER_COLUMNS, Asked, Proof, Report, Sql
from arap.ledger.queries import control_totals, open_items_sql
from arap.ledger.templatetags.book import kind_words

COLUMNS = [
    Column("code", _("Code"), width_mm=20, is_quiet=True),
    Column("customer", _("Customer"), width_mm=46),
    Column("number", _("Document"), width_mm=30),
    Column("kind", _("Kind"), width_mm=20, is_quiet=True, drops=True),
    Column("reference", _("Reference"), width_mm=0, is_quiet=True, drops=True),
    Column("document_on", _("Date"), "day", 23, is_quiet=True, drops=True),
    Column("due_on", _("Due"), "day", 23),
    Column("days", _("Days late"), "count", 15),
    Column("currency", _("Currency"), width_mm=16, is_quiet=True),
    Column("amount", _("Amount"), "amount", 25, is_summed=True),
    Column("open_amount", pgettext_lazy("amount", "Open"), "amount", 25, is_summed=True, is_strong=True),
    Column("open_base", _("In base currency"), "base", 25, is_summed=True, is_quiet=True),
]


def text(asked: Asked) -> str:
    where = asked.narrowed("i")
    late = " where o.amount > 0 and o.aged_from_on < %(as_of)s" if asked.is_overdue else ""
    return f"""
      with {open_items_sql(where=where, base=True)}
      select o.id, d.id as document_id, d.number, d.kind, coalesce(t.reference, '') as reference, o.document_on,
             o.aged_from_on as due_on, greatest(%(as_of)s::date - o.aged_from_on, 0) as days, o.currency, o.amount,
             o.open_amount, o.open_base_amount as open_base, {CUSTOMER_COLUMNS}
        from open_items o
        join ledger_item i on i.id = o.id
        join ledger_document d on d.id = i.document_id
        left join ledger_documenttext t on t.document_id = d.id
        {CUSTOMER.format(id="o.customer_id")}{late}
    """  # noqa: S608


def dress(cells: dict[str, object]) -> None:
    cells["kind"] = kind_words(str(cells["kind"]))
    cells["customer"] = cells["customer"] or gettext("Payer unknown")
    cells["is_late"] = bool(cells["days"]) and isinstance(cells["amount"], Decimal) and cells["amount"] > 0
    if not cells["is_late"]:
        cells["days"] = None


def urls(cells: Cells, asked: Asked) -> Mapping[str, str]:
    found = {"number": reverse("desk:document", args=[cells["document_id"]])}
    if cells["customer_id"]:
        found["customer"] = reverse("desk:customer", args=[cells["customer_id"]])
    return found


def proofs(company: Company, asked: Asked) -> list[Proof]:
    """The list beside the control accounts, in base currency and in each currency."""
    if asked.is_narrowed:
        return []
    listed = {row["currency"]: row["open_amount"] for row in OPEN_ITEMS.source.totals(company, asked, COLUMNS)}
    control: dict[str, Decimal] = {}
    for total in control_totals(company, as_of=asked.last_on, position=asked.position):
        control[total.currency] = control.get(total.currency, Decimal(0)) + total.amount
    return [
        Proof(
            _("Open items"), listed.get(currency, Decimal(0)), _("Control accounts"), control.get(currency, Decimal(0)),
            currency,
        )
        for currency in sorted(control.keys() | listed.keys())
    ]  # fmt: skip


OPEN_ITEMS = Report(
    slug="open-items",
    title=_("Open items"),
    about=_("Everything that was open on a day, the oldest due first; the sum equals the control accounts."),
    clock="day",
    fields=("customer", "currency", "segment", "overdue"),
    columns=lambda asked: COLUMNS,
    source=Sql(text, (("due_on", "day"), ("id", "number")), dress),
    urls=urls,
    verb="aging.view",
    proofs=proofs,
)
