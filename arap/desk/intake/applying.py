"""What rows of a file settle: amounts of documents that are open, held for one row after the other, then applied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _
from psycopg2.extras import execute_values

from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.core.money import ZERO, format_amount, is_exact
from arap.ledger.actions import apply_staged, open_staging
from customers.models import Customer

BATCH = 5000
VERB = "import.apply"
DEBITS = ("invoice", "debit_note", "charge", "opening")

OPEN = """
select d.number, i.id, i.open_amount, i.currency, i.posted_on, c.root_id
  from ledger_document d join ledger_item i on i.document_id = d.id join customers_customer c on c.id = i.customer_id
 where d.company_id = %s and d.kind = any(%s) and d.number = any(%s) and i.amount > 0
 order by d.number, i.due_on, i.id
"""
# The credit item of each document, and the last day on which both sides are in the book.
PAIRS = """
insert into book_pair (ref, seq, credit_item_id, debit_item_id, amount)
select r.ref, r.seq, (select i.id from ledger_item i where i.document_id = r.document_id and i.amount < 0
                       order by i.line limit 1), r.debit, r.amount
  from (values %s) as r (ref, seq, document_id, debit, amount)
"""
ACTS = """
insert into book_application (ref, effective_on, policy)
select r.ref, greatest(r.day, d.posted_on), r.policy
  from (values %s) as r (ref, document_id, day, policy) join ledger_document d on d.id = r.document_id
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """So much of an open item."""

    item_id: int
    amount: Decimal
    posted_on: date


@dataclass(slots=True)
class _Open:
    item_id: int
    left: Decimal
    currency: str
    posted_on: date
    root_id: int


class Claims:
    """What is open of some documents, less what rows before have claimed."""

    def __init__(self, company: Company, numbers: Iterable[str]) -> None:
        self._open: dict[str, list[_Open]] = {}
        wanted = list(dict.fromkeys(numbers))
        with connection.cursor() as cursor:
            for at in range(0, len(wanted), BATCH):
                cursor.execute(OPEN, [company.pk, list(DEBITS), wanted[at : at + BATCH]])
                for number, *figures in cursor.fetchall():
                    self._open.setdefault(number, []).append(_Open(*figures))

    def knows(self, number: str) -> bool:
        """Whether the book has such a document."""
        return number in self._open

    def take(
        self, number: str, amount: Decimal | None, *, customer: Customer, currency: str, most: Decimal
    ) -> list[Claim]:
        """Claim `amount` of the document, the earliest due first; without an amount what is open, at most `most`.

        Raises Invalid(not_open, over_applied).
        """
        suits = [x for x in self._open.get(number, []) if (x.currency, x.root_id) == (currency, customer.root_id)]
        if amount is not None and not suits:
            told = _("%(number)s is not open for this customer's group in %(currency)s.")
            raise Invalid("not_open", told % {"number": number, "currency": currency})
        left = most if amount is None else amount
        if left <= 0 or not is_exact(left, currency):
            raise Invalid("not_open", _("Apply amounts above zero, in the currency's decimals."))
        if amount is not None and amount > (there := sum((each.left for each in suits), ZERO)):
            facts = {"number": number, "currency": currency, "open": format_amount(there, currency)}
            told = _("%(number)s has only %(currency)s %(open)s open, so %(amount)s cannot be applied to it.")
            raise Invalid("over_applied", told % {**facts, "amount": format_amount(amount, currency)})
        claims = []
        for each in suits:
            part = min(left, each.left)
            if part > 0:
                each.left -= part
                left -= part
                claims.append(Claim(each.item_id, part, each.posted_on))
        return claims


def apply_claims(
    company: Company, claims: Sequence[tuple[int, Sequence[Claim]]], *, policy: str, by: User | None
) -> None:
    """Apply the credit of each document (its id) to what it claims. Inside the caller's book transaction."""
    if not claims:
        return
    pairs, acts = [], []
    for ref, (document_id, parts) in enumerate(claims):
        acts.append((ref, document_id, max(part.posted_on for part in parts), policy))
        pairs += [(ref, seq, document_id, part.item_id, part.amount) for seq, part in enumerate(parts)]
    open_staging()
    with connection.cursor() as cursor:
        execute_values(cursor, ACTS, acts, template="(%s, %s, %s::date, %s)", page_size=BATCH)
        execute_values(cursor, PAIRS, pairs, page_size=BATCH)
    apply_staged(company, by=by, verb=VERB)
