"""The applications of a period: which credit settled which debit, and what was undone."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arap.core.models import Company
from arap.core.sheets import Cells, Column
from arap.desk.reports.frame import CUSTOMER, CUSTOMER_COLUMNS, Asked, Proof, Report, Sql
from arap.ledger.templatetags.book import kind_words

COLUMNS = [
    Column("effective_on", _("Date"), "day", 23),
    Column("act", _("Act"), width_mm=20, is_quiet=True),
    Column("code", _("Code"), width_mm=20, is_quiet=True),
    Column("customer", _("Customer"), width_mm=46),
    Column("number", _("Settled document"), width_mm=30),
    Column("credit_number", _("By document"), width_mm=30),
    Column("credit_kind", _("Kind"), width_mm=24, is_quiet=True, drops=True),
    Column("currency", _("Currency"), width_mm=16, is_quiet=True),
    Column("amount", _("Applied"), "amount", 28, is_summed=True, is_strong=True),
    Column("base_amount", _("In base currency"), "base", 28, is_summed=True, is_quiet=True),
]
_MINE = """e.company_id = %(company)s and e.application_id is not null
         and e.effective_on between %(first)s and %(last)s and e.position <= %(position)s"""


def text(asked: Asked) -> str:
    """An application moves both its items; the side of the debit stands for it."""
    return f"""
      select e.id, e.effective_on, e.currency, -e.amount as amount, -e.base_amount as base_amount,
             case when e.reverses_id is null then 'applied' else 'unapplied' end as act,
             d.id as document_id, d.number, cd.id as credit_id, cd.number as credit_number, cd.kind as credit_kind,
             {CUSTOMER_COLUMNS}
        from ledger_entry e
        join ledger_item i on i.id = e.item_id and i.amount > 0
        join ledger_document d on d.id = i.document_id
        join ledger_item ci on ci.id = e.counter_item_id
        join ledger_document cd on cd.id = ci.document_id
        {CUSTOMER.format(id="e.customer_id")}
       where {_MINE} {asked.narrowed("e")}
    """  # noqa: S608


def dress(cells: dict[str, object]) -> None:
    cells["act"] = kind_words(str(cells["act"]))
    cells["credit_kind"] = kind_words(str(cells["credit_kind"]))


def urls(cells: Cells, asked: Asked) -> Mapping[str, str]:
    found = {
        "number": reverse("desk:document", args=[cells["document_id"]]),
        "credit_number": reverse("desk:document", args=[cells["credit_id"]]),
    }
    if cells["customer_id"]:
        found["customer"] = reverse("desk:customer", args=[cells["customer_id"]])
    return found


def proofs(company: Company, asked: Asked) -> list[Proof]:
    """What the debits lost is what the credits gave, in each currency."""
    if asked.is_narrowed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select e.currency, coalesce(-sum(e.amount) filter (where i.amount > 0), 0),
                   coalesce(sum(e.amount) filter (where i.amount < 0), 0)
              from ledger_entry e join ledger_item i on i.id = e.item_id
             where {_MINE} group by e.currency order by e.currency
            """,  # noqa: S608
            asked.parameters(company),
        )
        rows: list[tuple[str, Decimal, Decimal]] = cursor.fetchall()
    return [Proof(_("Applied to debits"), debit, _("Used of credits"), credit, code) for code, debit, credit in rows]


APPLICATIONS = Report(
    slug="applications",
    title=_("Applications of a period"),
    about=_("Which receipt or credit settled which document, and what was unapplied again."),
    clock="period",
    fields=("customer", "currency", "segment"),
    columns=lambda asked: COLUMNS,
    source=Sql(text, (("effective_on", "day"), ("id", "number")), dress),
    urls=urls,
    verb="ledger.view",
    proofs=proofs,
)
