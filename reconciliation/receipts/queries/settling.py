"""What must be known of open items to settle them with discounts and tolerances, and what was let off before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from arap.core.models import Company, TaxCode
from arap.core.money import ZERO
from arap.ledger.models import Document, Entry
from customers.rules import TermsError, parse_terms
from receipts.models import Allowance, DiscountPolicy, Receipt, Tolerance
from receipts.rules import Limit, Offer
from receipts.rules.discounts import REDUCES_TAX, most_discount, net_share, percent_at

# `credited`: what credit notes took off the item, and what is still open of those that credit its invoice; `granted`:
# the discounts on it that hold. Both are looked up only where the terms grant a discount at all.
FACTS = """
select i.id, i.document_id, i.customer_id, c.segment, a.role, i.amount, i.open_amount, i.open_base_amount,
       i.document_on, i.posted_on, i.due_on, i.original_due_on, i.aged_from_on, d.number, d.rate,
       t.id, t.rule, v.net_total, v.total, coalesce(w.credited, 0), coalesce(w.granted, 0)
  from unnest(%(items)s::bigint[]) asked (id)
 cross join lateral (select * from ledger_item x where x.id = asked.id offset 0) i
  join ledger_document d on d.id = i.document_id
  join ledger_account a on a.id = i.account_id
  join customers_customer c on c.id = i.customer_id
  left join invoices_invoice v on v.document_id = i.document_id and v.kind <> 'credit_note'
  left join customers_paymentterms t on t.id = v.terms_id and t.rule ~ '^[0-9.]+ *%%? */'
  left join lateral (
    select coalesce(sum(-e.amount) filter (where k.kind = 'credit_note'), 0)
             + coalesce((select sum(-n.open_amount) from invoices_invoice r
                          join ledger_item n on n.document_id = r.document_id
                          where r.credits_id = v.id), 0) as credited,
           coalesce(sum(-e.amount) filter (where k.kind = 'discount'), 0) as granted
      from ledger_entry e
      join ledger_item o on o.id = e.counter_item_id
      join ledger_document k on k.id = o.document_id
     where e.item_id = i.id) w on t.id is not null
 where i.company_id = %(company)s and i.amount > 0
"""

TAXES = """
select l.document_id, l.tax_code, sum(-l.amount)
  from ledger_journalline l join ledger_account a on a.id = l.account_id
 where l.document_id = any(%(documents)s) and a.role = 'output_tax' and l.company_id = %(company)s
 group by l.document_id, l.tax_code order by l.document_id, l.tax_code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debit:
    """An open item that a receipt may settle; amounts in its currency, base in the company's."""

    item_id: int
    document_id: int
    customer_id: int
    segment: str
    account: str
    amount: Decimal
    open_amount: Decimal
    open_base_amount: Decimal
    document_on: date
    posted_on: date
    due_on: date
    original_due_on: date
    aged_from_on: date
    number: str
    rate: Decimal
    terms_id: int | None
    rule: str | None
    net: Decimal | None
    gross: Decimal | None
    credited: Decimal
    granted: Decimal


class Taxes(NamedTuple):
    """The output tax of a document by tax code, and its total with tax."""

    total: Decimal
    by_code: dict[str, Decimal]


def debits(company: Company, item_ids: Iterable[int]) -> dict[int, Debit]:
    """What must be known of the debits among the items, by id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"company": company.pk, "items": list(item_ids)})
        names = Debit.__dataclass_fields__
        found = [Debit(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return {debit.item_id: debit for debit in found}


def offers(
    company: Company, found: Mapping[int, Debit], *, paid_on: date, currency: str, netted: Mapping[int, Decimal] = {}
) -> dict[int, Offer]:
    """What the items offer to a payment with the value date `paid_on`, by id. `netted` is what credit notes take off
    them in the same act. One query, none where nothing is offered.
    """
    granting = [debit for debit in found.values() if debit.terms_id is not None]
    if not granting:
        return {}
    rows = DiscountPolicy.objects.filter(company=company)
    policies = {row.terms_id: row for row in rows.filter(Q(terms=None) | Q(terms__in=[d.terms_id for d in granting]))}
    made = {}
    for debit in granting:
        policy = policies.get(debit.terms_id) or policies.get(None) or DiscountPolicy()
        offer = _offer(debit, policy, paid_on, currency, netted.get(debit.item_id, ZERO))
        if offer is not None:
            made[debit.item_id] = offer
    return made


def _offer(debit: Debit, policy: DiscountPolicy, paid_on: date, currency: str, netted: Decimal) -> Offer | None:
    try:
        terms = parse_terms(debit.rule or "")
    except TermsError:
        return None
    tier = percent_at(terms, document_on=debit.document_on, paid_on=paid_on, grace_days=policy.grace_days)
    if tier is None:
        return None
    percent, until_on = tier
    on_net = policy.basis == DiscountPolicy.Basis.NET
    share = net_share(debit.net or ZERO, debit.gross or ZERO) if on_net else Decimal(1)
    most = most_discount(
        percent=percent,
        share=share,
        amount=debit.amount,
        credited=debit.credited + netted,
        granted=debit.granted,
        currency=currency,
    )
    return Offer(percent=percent, until_on=until_on, share=share, most=most) if most else None


def taxes_of(company: Company, document_ids: Collection[int]) -> dict[int, Taxes]:
    """The output tax in each of the documents. Two queries."""
    totals = dict(Document.objects.filter(company=company, pk__in=document_ids).values_list("pk", "total"))
    found = {pk: Taxes(total, {}) for pk, total in totals.items()}
    with connection.cursor() as cursor:
        cursor.execute(TAXES, {"company": company.pk, "documents": list(document_ids)})
        for document_id, code, tax in cursor.fetchall():
            found[document_id].by_code[code] = tax
    return found


def reduced_codes(company: Company) -> dict[str, bool]:
    """Whether the output tax follows a discount, by tax code; as the code says, else as in the company's country."""
    usual = company.country in REDUCES_TAX
    codes = TaxCode.objects.filter(company=company).values_list("code", "on_discount")
    said = {code: on == TaxCode.OnDiscount.REDUCE if on else usual for code, on in codes}
    return {"": usual, **said}


def limit(company: Company, kind: str, currency: str, segment: str) -> Limit | None:
    """The tolerance for customers of `segment`: their class's own, else everybody's. One query."""
    rows = Tolerance.objects.filter(company=company, kind=kind, currency=currency, segment__in={segment, ""})
    found = rows.order_by("-segment").first()
    return Limit(found.amount, found.percent) if found else None


def live_allowances(receipt: Receipt) -> QuerySet[Allowance]:
    """What was let off with the receipt and holds."""
    reversed_by = Document.objects.filter(reverses=OuterRef("document"))
    return Allowance.objects.filter(receipt=receipt).filter(~Exists(reversed_by)).select_related("document")


def allowances_of(receipt: Receipt) -> list[Allowance]:
    """All that was let off with the receipt, each with whether it was reversed (`is_undone`). One query."""
    reversed_by = Document.objects.filter(reverses=OuterRef("document"))
    found = Allowance.objects.filter(receipt=receipt).select_related("document", "item__document")
    return list(found.annotate(is_undone=Exists(reversed_by)).order_by("pk"))


def fallen(receipt: Receipt, entries: Sequence[Entry]) -> list[Allowance]:
    """The allowances that fall when the `entries` are undone: those of an act and item whose cash is taken back, and
    those that are named by their own entries.
    """
    touched = {(entry.application_id, side) for entry in entries for side in (entry.item_id, entry.counter_item_id)}
    acts = {entry.application_id for entry in entries}
    if not acts:
        return []
    found = live_allowances(receipt).filter(application__in=acts)
    return [each for each in found if each.item_id is None or (each.application_id, each.item_id) in touched]
