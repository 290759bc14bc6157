"""What would be charged for late payment, and what was."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from arap.core.models import Company
from arap.core.money import ZERO, quantize
from charges.models import ChargedSpan, ChargePolicy, ChargeRun
from charges.rules import Rate, Stretch, stretches

# Items that were late on a day that was not charged yet, each with its movements. Late from the due date, but not from
# before it was in the book; interest bears no interest; what is on hold waits, with all its days.
LATE = """
select i.id, i.customer_id, c.code, c.segment, i.currency, d.number, greatest(i.due_on, i.posted_on), i.amount,
       coalesce(charged.to_on, greatest(i.due_on, i.posted_on)), charged.to_on is not null,
       array(select e.effective_on from ledger_entry e where e.item_id = i.id order by e.id),
       array(select e.amount from ledger_entry e where e.item_id = i.id order by e.id)
  from ledger_item i
  join ledger_account a on a.id = i.account_id and a.role = 'receivable'
  join ledger_document d on d.id = i.document_id
  join customers_customer c on c.id = i.customer_id
  left join ledger_item o on o.id = i.origin_item_id
  left join ledger_document od on od.id = o.document_id
  left join lateral (select max(s.to_on) as to_on from charges_chargedspan s where s.item_id = i.id) charged on true
 where i.company_id = %(company)s and i.amount > 0 and i.currency = any(%(currencies)s)
   and i.due_on < %(until)s and i.posted_on < %(until)s and i.settled_on > greatest(i.due_on, %(since)s)
   and d.kind <> 'charge' and od.kind is distinct from 'charge'
   and c.is_active and c.merged_into_id is null
   and coalesce(charged.to_on, '-infinity') < least(i.settled_on, %(until)s)
   and not exists (
     select from cases_hold h
      where h.company_id = i.company_id and h.customer_id = i.customer_id and (h.item_id is null or h.item_id = i.id)
        and h.starts_on <= %(until)s and coalesce(h.ends_on, 'infinity') >= %(until)s
        and coalesce(h.released_on, 'infinity') > %(until)s)
 order by c.code, i.currency, i.due_on, i.id
"""


@dataclass(frozen=True, slots=True)
class LateItem:
    """An item and what is to be charged for it."""

    item_id: int
    number: str
    due_on: date
    stretches: Sequence[Stretch]
    fee: Decimal

    @property
    def currency(self) -> str:
        return self.stretches[0].currency

    @property
    def interest(self) -> Decimal:
        return sum((each.interest for each in self.stretches), ZERO)

    @property
    def days(self) -> int:
        return sum(each.days for each in self.stretches)

    @property
    def total(self) -> Decimal:
        return self.interest + self.fee


@dataclass(slots=True)
class DueCharge:
    """What a customer is to be charged in one currency, under `policy`."""

    customer_id: int
    code: str
    currency: str
    policy: ChargePolicy
    items: list[LateItem] = field(default_factory=list)

    @property
    def net(self) -> Decimal:
        return sum((item.total for item in self.items), ZERO)

    @property
    def tax(self) -> Decimal:
        """What is added for tax, rounded line by line as on the document."""
        code = self.policy.tax_code
        rate = code.rate if code else ZERO
        amounts = [amount for item in self.items for amount in (item.interest, item.fee)]
        return sum((quantize(amount * rate / 100, self.currency) for amount in amounts), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


Scope = tuple[str, str, int | None]


def _by_scope(policies: Iterable[ChargePolicy]) -> dict[Scope, list[ChargePolicy]]:
    found: dict[Scope, list[ChargePolicy]] = defaultdict(list)
    for policy in sorted(policies, key=lambda each: each.valid_from):
        found[policy.currency, policy.segment, policy.customer_id].append(policy)
    return found


def due_charges(company: Company, *, until: date) -> list[DueCharge]:
    """What late payment costs for all days before `until` that were not charged yet; by customer code and currency.

    Below a policy's least amount a customer is left out: its days wait. Two queries.
    """
    active = ChargePolicy.objects.filter(company=company, is_active=True, valid_from__lt=until)
    policies = _by_scope(active.select_related("tax_code"))
    if not policies:
        return []
    since = min(each[0].valid_from for each in policies.values())
    asked: dict[str, Any] = {
        "company": company.pk, "until": until, "since": since, "currencies": list({scope[0] for scope in policies}),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LATE, asked)
        rows = cursor.fetchall()
    due: dict[tuple[int, str], DueCharge] = {}
    for pk, customer, code, segment, currency, number, due_on, amount, from_on, was_charged, days, moved in rows:
        scopes: tuple[Scope, ...] = ((currency, "", customer), (currency, segment, None), (currency, "", None))
        theirs = next((policies[scope] for scope in scopes if scope in policies), None)
        if theirs is None:
            continue
        latest = theirs[-1]
        found = stretches(
            [(date.min, amount), *zip(days, moved, strict=True)],
            [Rate(each.valid_from, each.annual_rate, each.day_count) for each in theirs],  # type: ignore[arg-type]
            due_on=due_on,
            grace_days=latest.grace_days,
            from_on=from_on,
            until=until,
            currency=currency,
        )
        if not found:
            continue
        fee = ZERO if was_charged else quantize(latest.fee, currency)
        charge = due.setdefault((customer, currency), DueCharge(customer, code, currency, latest))
        charge.items.append(LateItem(pk, number, due_on, found, fee))
    return [charge for charge in due.values() if charge.net > 0 and charge.net >= charge.policy.minimum]


def charge_runs(company: Company) -> QuerySet[ChargeRun]:
    """The runs, newest first, each with how many documents it made (`charge_count`)."""
    found = ChargeRun.objects.filter(company=company).select_related("created_by")
    return found.annotate(charge_count=Count("spans__charge", distinct=True)).order_by("-pk")


def spans_of(run: ChargeRun) -> QuerySet[ChargedSpan]:
    """The days that a run charged, by document."""
    found = ChargedSpan.objects.filter(run=run).select_related("item__document", "charge__document", "charge__customer")
    return found.order_by("charge_id", "item__due_on", "item_id", "from_on")


def sums_of(run: ChargeRun) -> list[Any]:
    """What a run charged by currency: interest and fixed sums."""
    rows = ChargedSpan.objects.filter(run=run).values("currency").order_by("currency")
    return list(
        rows.annotate(interest_sum=Sum("interest"), fee_sum=Sum("fee"), item_count=Count("item", distinct=True))
    )


def yesterday(day: date) -> date:
    """The last day that is charged where days before `day` are."""
    return day - timedelta(days=1)
