"""The journal: every line of the book in a period; debits equal credits in the base currency."""

from collections.abc import Mapping
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from arap.core import wording
from arap.core.models import Company
from arap.core.sheets import Cells, Column
from arap.desk.reports.frame import CUSTOMER, CUSTOMER_COLUMNS, Asked, Proof, Report, Sql
from arap.ledger.templatetags.book import kind_words

COLUMNS = [
    Column("posted_on", _("Posting date"), "day", 23),
    Column("number", _("Document"), width_mm=30),
    Column("kind", _("Kind"), width_mm=24, is_quiet=True, drops=True),
    Column("account", _("Account"), width_mm=40),
    Column("code", _("Customer"), width_mm=20, is_quiet=True, drops=True),
    Column("currency", _("Currency"), width_mm=16, is_quiet=True),
    Column("debit", _("Debit"), "amount", 26, is_summed=True),
    Column("credit", _("Credit"), "amount", 26, is_summed=True),
    Column("base_debit", _("Debit in base currency"), "base", 30, is_summed=True, is_quiet=True),
    Column("base_credit", _("Credit in base currency"), "base", 30, is_summed=True, is_quiet=True),
]


def text(asked: Asked) -> str:
    of_account = " and l.account_id = %(account)s" if asked.account_id else ""
    return f"""
      select l.id, l.posted_on, l.position, l.line, d.id as document_id, coalesce(d.number, '') as number,
             coalesce(d.kind, 'applied') as kind, a.code as account_code, a.name as account_name,
             a.name_local as account_local, l.currency, greatest(l.amount, 0) as debit,
             greatest(-l.amount, 0) as credit, greatest(l.base_amount, 0) as base_debit,
             greatest(-l.base_amount, 0) as base_credit, {CUSTOMER_COLUMNS}
        from ledger_journalline l
        join ledger_account a on a.id = l.account_id
        left join ledger_document d on d.id = l.document_id
        {CUSTOMER.format(id="l.customer_id")}
       where l.company_id = %(company)s and l.posted_on between %(first)s and %(last)s
         and l.position <= %(position)s {asked.narrowed("l")}{of_account}
    """  # noqa: S608


def dress(cells: dict[str, object]) -> None:
    cells["kind"] = kind_words(str(cells["kind"]))
    name = wording.names(str(cells["account_name"]), str(cells["account_local"]))[0]
    cells["account"] = f"{cells['account_code']} {name}"


def urls(cells: Cells, asked: Asked) -> Mapping[str, str]:
    found = {"number": reverse("desk:document", args=[cells["document_id"]])} if cells["document_id"] else {}
    if cells["customer_id"]:
        found["code"] = reverse("desk:customer", args=[cells["customer_id"]])
    return found


def proofs(company: Company, asked: Asked) -> list[Proof]:
    """Debits and credits in base currency: a line in two currencies balances there alone."""
    if asked.is_narrowed:
        return []
    totals = JOURNAL.source.totals(company, asked, COLUMNS)
    debit = sum((row["base_debit"] for row in totals), Decimal(0))
    credit = sum((row["base_credit"] for row in totals), Decimal(0))
    return [Proof(_("Debit"), debit, _("Credit"), credit, company.base_currency)]


JOURNAL = Report(
    slug="journal",
    title=_("Journal"),
    about=_("Every line of the book in a period; debits equal credits."),
    clock="period",
    fields=("account", "customer", "currency"),
    columns=lambda asked: COLUMNS,
    source=Sql(text, (("posted_on", "day"), ("position", "number"), ("id", "number")), dress),
    urls=urls,
    verb="ledger.view",
    export_verb="journal.export",
    proofs=proofs,
)
