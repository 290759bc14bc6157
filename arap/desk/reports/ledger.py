"""The customer ledger: one customer's account in a period, from the opening balance to the closing one."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arap.core.models import Company
from arap.core.sheets import Cells, Column
from arap.desk.reports.frame import Asked, Proof, Report, Sql
from arap.ledger.queries import open_items_sql
from arap.ledger.templatetags.book import kind_words

COLUMNS = [
    Column("on_date", _("Date"), "day", 23),
    Column("number", _("Document"), width_mm=34),
    Column("kind", _("Kind"), width_mm=40, is_quiet=True),
    Column("reference", _("Reference"), width_mm=44, is_quiet=True, drops=True),
    Column("currency", _("Currency"), width_mm=16, is_quiet=True),
    Column("debit", _("Debit"), "amount", 30, is_summed=True),
    Column("credit", _("Credit"), "amount", 30, is_summed=True),
    Column("balance", _("Balance"), "amount", 34, is_strong=True),
]
# What moved the account: its items, and entries against items of others. Applications between items of the customer and
# of the duplicates merged into it move nothing.
_MOVEMENTS = """
  movements as (
    select i.posted_on as on_date, i.position, i.document_id, i.currency, i.amount
      from ledger_item i
     where i.company_id = %(company)s and i.customer_id = any(%(customers)s) and i.posted_on <= %(last)s
       and i.position <= %(position)s
    union all
    select e.effective_on, e.position, coalesce(e.document_id, c.document_id), e.currency, e.amount
      from ledger_entry e left join ledger_item c on c.id = e.counter_item_id
     where e.company_id = %(company)s and e.customer_id = any(%(customers)s) and e.effective_on <= %(last)s
       and e.position <= %(position)s and (c.id is null or c.customer_id is null
       or not c.customer_id = any(%(customers)s))
  )"""


def text(asked: Asked) -> str:
    of_currency = "where currency = %(currency)s" if asked.currency else ""
    return f"""
      with {_MOVEMENTS}
      , summed as (
        select on_date, position, document_id, currency, sum(amount) as amount from movements {of_currency}
         group by on_date, position, document_id, currency having sum(amount) <> 0
      ), running as (
        select *, sum(amount) over (partition by currency order by on_date, position, document_id) as balance
          from summed
      ), bounds as (
        select currency, coalesce(sum(amount) filter (where on_date < %(first)s), 0) as opening,
               sum(amount) as closing from summed group by currency
      )
      select 1 as part, r.on_date, r.position, coalesce(r.document_id, 0) as id, r.document_id,
             coalesce(d.number, '') as number, coalesce(d.kind, 'applied') as kind,
             coalesce(t.reference, '') as reference, r.currency,
             case when r.amount > 0 then r.amount end as debit, case when r.amount < 0 then -r.amount end as credit,
             r.balance
        from running r
        left join ledger_document d on d.id = r.document_id
        left join ledger_documenttext t on t.document_id = d.id
       where r.on_date >= %(first)s
      union all
      select 0, %(first)s::date, 0, 0, null, '', 'before', '', currency, null, null, opening from bounds
      union all
      select 2, %(last)s::date, 0, 0, null, '', 'after', '', currency, null, null, closing from bounds
    """  # noqa: S608


def dress(cells: dict[str, object]) -> None:
    ends = {"before": gettext("Opening balance"), "after": gettext("Closing balance")}
    cells["is_end"] = cells["kind"] in ends
    cells["kind"] = ends.get(str(cells["kind"])) or kind_words(str(cells["kind"]))


def urls(cells: Cells, asked: Asked) -> Mapping[str, str]:
    found = {"number": reverse("desk:document", args=[cells["document_id"]])} if cells["document_id"] else {}
    if cells["is_end"] and asked.customer:
        found["balance"] = reverse("desk:customer_balance", args=[asked.customer.pk]) + f"?as_of={asked.last_on}"
    return found if cells["part"] != 0 else {}


def proofs(company: Company, asked: Asked) -> list[Proof]:
    """The closing balance beside the items open on that day."""
    if not asked.customer:
        return []
    where = "and i.customer_id = any(%(customers)s)" + (" and i.currency = %(currency)s" if asked.currency else "")
    of_currency = "where currency = %(currency)s" if asked.currency else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with {_MOVEMENTS}
            , closing as (select currency, sum(amount) as amount from movements {of_currency} group by currency)
            , {open_items_sql(where=where)}
            , items as (select currency, sum(open_amount) as amount from open_items group by currency)
            select coalesce(c.currency, i.currency), coalesce(c.amount, 0), coalesce(i.amount, 0)
              from closing c full join items i on i.currency = c.currency order by 1
            """,  # noqa: S608
            asked.parameters(company),
        )
        rows: list[tuple[str, Decimal, Decimal]] = cursor.fetchall()
    return [Proof(_("Closing balance"), closing, _("Open items"), items, code) for code, closing, items in rows]


LEDGER = Report(
    slug="customer-ledger",
    title=_("Customer ledger"),
    about=_("One customer’s account in a period: opening balance, each movement, closing balance."),
    clock="period",
    fields=("customer", "currency"),
    needs=("customer",),
    columns=lambda asked: COLUMNS,
    source=Sql(
        text,
        (("currency", "text"), ("part", "number"), ("on_date", "day"), ("position", "number"), ("id", "number")),
        dress,
    ),
    urls=urls,
    verb="ledger.view",
    proofs=proofs,
)
