"""Reads around a receipt: what is left of it, what it could meet, and proposals that say why. All from the book."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from arap.core.errors import NotFound
from arap.core.models import Company
from arap.core.money import ZERO
from arap.core.references import document_reference
from arap.ledger.models import Document, Item
from receipts.models import Receipt
from receipts.queries.settling import debits, offers
from receipts.rules import ChargeOrder, Offer, OpenAmount, Proposal, payable, propose_with_discounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An open item that a receipt of the debtor group could meet; `open_amount` is negative for a credit note.

    `grants`: its terms know an early-payment discount. `charges`: when this payer pays late charges.
    """

    item_id: int
    document_id: int
    customer_id: int
    customer_code: str
    customer_name: str
    kind: str
    number: str
    reference: str
    order_number: str
    document_on: date
    posted_on: date
    due_on: date
    amount: Decimal
    open_amount: Decimal
    open_base_amount: Decimal
    grants: bool
    charges: ChargeOrder = "due"


class Payable(NamedTuple):
    """What settles an item within the window of its early-payment discount, and what it offers."""

    amount: Decimal
    offer: Offer


class Named(NamedTuple):
    """An open item of a document that was named; amounts signed as in the book."""

    item_id: int
    number: str
    posted_on: date
    amount: Decimal
    open_amount: Decimal


# Open items of the payer's whole group in the receipt's currency: debits, and credit notes that could be netted.
CANDIDATES = """
select i.id, d.id, i.customer_id, c.code, c.name, d.kind, d.number, coalesce(t.reference, ''),
       coalesce(v.order_number, ''), i.document_on, i.posted_on, i.due_on, i.amount, i.open_amount,
       i.open_base_amount, m.id is not null,
       coalesce((select o.charges from receipts_applicationorder o
                  where o.company_id = payer.company_id and coalesce(o.customer_id, payer.id) = payer.id
                  order by o.customer_id nulls last limit 1), 'due')
  from customers_customer payer
  join customers_customer c on c.company_id = payer.company_id and c.root_id = payer.root_id
  join ledger_item i on i.company_id = c.company_id and i.customer_id = c.id
  join ledger_document d on d.id = i.document_id
  left join ledger_documenttext t on t.document_id = d.id
  left join invoices_invoice v on v.document_id = d.id
  left join customers_paymentterms m on m.id = v.terms_id and v.kind <> 'credit_note' and m.rule ~ '^[0-9.]+ *%%? */'
 where payer.company_id = %(company)s and payer.id = %(customer)s and i.currency = %(currency)s and i.open_amount <> 0
   and (i.amount > 0 or d.kind = 'credit_note')
 order by i.due_on, i.document_on, i.id
"""

# The same items, by the numbers of their documents and with no more than applying needs: a clerk's everyday path.
NAMED = """
select i.id, d.number, i.posted_on, i.amount, i.open_amount
  from ledger_document d join ledger_item i on i.document_id = d.id
 where d.company_id = %(company)s and d.number = any(%(numbers)s) and i.currency = %(currency)s and i.open_amount <> 0
   and (i.amount > 0 or d.kind = 'credit_note')
   and i.customer_id in (select c.id from customers_customer payer
                           join customers_customer c on c.company_id = payer.company_id and c.root_id = payer.root_id
                          where payer.company_id = %(company)s and payer.id = %(customer)s)
 order by i.due_on, i.document_on, i.id
"""


def receipt_by_number(company: Company, number: str) -> Receipt:
    """The receipt with that number in the book. Raises NotFound."""
    receipt = Receipt.objects.filter(company=company, document__kind="receipt", document__number=number).first()
    if receipt is None:
        raise NotFound("unknown_receipt", _("There is no receipt “%(number)s”.") % {"number": number}, receipt=number)
    return receipt


def credit_items(receipt: Receipt) -> list[Item]:
    """The items in which the receipt's money stands, oldest first: its own, and those that identification opened."""
    if receipt.document_id is None:
        return []
    documents = [receipt.document_id]
    if receipt.customer_id is None:
        documents += receipt.identifications.values_list("document_id", flat=True)
    return list(Item.objects.filter(company=receipt.company_id, document__in=documents, amount__lt=0).order_by("pk"))


def unapplied(receipt: Receipt) -> Decimal:
    """What is not applied of a receipt in the book, unidentified money included; above zero, in its currency."""
    return sum((-item.open_amount for item in credit_items(receipt)), ZERO)


def named(company: Company, *, customer_id: int, currency: str, numbers: Collection[str]) -> list[Named]:
    """The candidates among the documents called `numbers`, by due date. One query."""
    parameters: dict[str, Any] = {
        "company": company.pk,
        "customer": customer_id,
        "currency": currency,
        "numbers": list(numbers),
    }
    with connection.cursor() as cursor:
        cursor.execute(NAMED, parameters)
        return [Named(*row) for row in cursor.fetchall()]


def candidates(company: Company, *, customer_id: int, currency: str) -> list[Candidate]:
    """Open debits and credit notes of the customer's group in `currency`, by due date. One query."""
    parameters: dict[str, Any] = {"company": company.pk, "customer": customer_id, "currency": currency}
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, parameters)
        names = Candidate.__dataclass_fields__
        return [Candidate(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def open_candidates(receipt: Receipt) -> list[Candidate]:
    """What the money left of a receipt could meet; nothing while its payer is unknown."""
    payer = next((item.customer_id for item in credit_items(receipt) if item.open_amount and item.customer_id), None)
    return candidates(receipt.company, customer_id=payer, currency=receipt.currency) if payer else []


def proposals(
    receipt: Receipt, items: Sequence[Item] | None = None, found: Sequence[Candidate] | None = None
) -> list[Proposal]:
    """Proposals for what is left of a receipt, the best reasoned first; none while its payer is unknown.

    The payer's own items come before those of its group. `items` are its credit items and `found` its candidates,
    where the caller has them.
    """
    left = next((item for item in items or credit_items(receipt) if item.open_amount and item.customer_id), None)
    if left is None:
        return []
    return _proposals(
        receipt.company,
        left.customer_id,
        left.pk,
        -left.open_amount,
        receipt.currency,
        receipt.remittance,
        receipt.received_on,
        found,
    )


def best_for(
    company: Company,
    customer_id: int | None,
    receipt_item_id: int,
    amount: Decimal,
    currency: str,
    text: str,
    received_on: date,
) -> Proposal | None:
    """The best proposal for an amount that is about to be received."""
    return next(iter(_proposals(company, customer_id, receipt_item_id, amount, currency, text, received_on)), None)


def _proposals(
    company: Company,
    customer_id: int | None,
    receipt_item_id: int,
    amount: Decimal,
    currency: str,
    text: str,
    received_on: date,
    found: Sequence[Candidate] | None = None,
) -> list[Proposal]:
    if customer_id is None:
        return []
    if found is None:
        found = candidates(company, customer_id=customer_id, currency=currency)
    given = payables(company, found, paid_on=received_on, currency=currency)
    return propose_with_discounts(
        receipt_item_id=receipt_item_id,
        amount=amount,
        currency=currency,
        text=text,
        items=[_open_amount(candidate, customer_id) for candidate in found],
        payable={pk: each.amount for pk, each in given.items()},
        charges=found[0].charges if found else "due",
    )


def payables(company: Company, found: Iterable[Candidate], *, paid_on: date, currency: str) -> dict[int, Payable]:
    """What settles the items whose early-payment discount a payment on `paid_on` earns, by id.

    Three queries, none where no terms grant one.
    """
    granting = [candidate.item_id for candidate in found if candidate.grants and candidate.open_amount > 0]
    if not granting:
        return {}
    known = debits(company, granting)
    return {
        pk: Payable(payable(offer, open_amount=known[pk].open_amount, currency=currency), offer)
        for pk, offer in offers(company, known, paid_on=paid_on, currency=currency).items()
    }


def _open_amount(candidate: Candidate, payer_id: int) -> OpenAmount:
    identifiers = (candidate.number, candidate.reference, candidate.order_number)
    return OpenAmount(
        item_id=candidate.item_id,
        identifiers=tuple(identifier for identifier in identifiers if identifier),
        open_amount=candidate.open_amount,
        due_on=candidate.due_on,
        document_on=candidate.document_on,
        payment_reference=document_reference(candidate.number, candidate.document_id),
        preference=int(candidate.customer_id != payer_id),
        is_charge=candidate.kind == Document.Kind.CHARGE,
    )
