"""Recording money in: one receipt or thousands by the same few statements."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core.errors import DomainError, Invalid, MissingRate, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, CompanyBankAccount, User
from arap.core.money import CURRENCIES, is_exact, to_base
from arap.core.queries import rate_histories
from arap.core.rates import rate_from
from arap.ledger.actions import OPEN_STAGING, POST_STAGED, book_transaction
from arap.ledger.chart import accounts
from customers.models import Customer
from receipts.models import ConfirmationLimit, Receipt

CHUNK = 5_000
LENGTHS_MAX = {"number": 60, "payer_name": 200, "payer_account": 60, "remittance": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReceipt:
    """Money received on a day; `amount` is above zero in `currency`. Without a customer its payer is not known yet.

    Without a `rate` (base units for one unit) that of the day counts. `posted_on` is for money that is entered after
    its month was closed; without it the day of receipt counts, and a closed month is refused. One with a `number` was
    numbered elsewhere and keeps that, outside the series.
    """

    amount: Decimal
    currency: str
    received_on: date
    customer_id: int | None = None
    method: str = Receipt.Method.BANK_TRANSFER.value
    bank_account_id: int | None = None
    payer_name: str = ""
    payer_account: str = ""
    remittance: str = ""
    rate: Decimal | None = None
    posted_on: date | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a new receipt: without a number it waits for a second person to confirm it.

    `item_id` is the item in which its money stands, told when it was just recorded.
    """

    receipt_id: int
    document_id: int | None
    number: str | None
    state: str
    item_id: int | None = None


ROWS = """
jsonb_to_recordset(%(rows)s::jsonb) as r (ref int, customer_id bigint, currency text, rate numeric, amount numeric,
  received_on date, posted_on date, method text, bank_account_id bigint, payer_name text, payer_account text,
  remittance text, waits boolean, number text)
"""

STAGE = f"""
insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on, number, reference,
  salt)
select ref, 'receipt', customer_id, currency, rate, -amount, received_on, coalesce(posted_on, received_on),
       nullif(number, ''),
       left(remittance, 140),
       case when remittance <> '' then uuid_send(gen_random_uuid()) end
  from {ROWS} where not waits;

insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select ref, 1, case when customer_id is null then %(unidentified)s else %(receivable)s end, customer_id, total,
       document_on
  from book_document;

insert into book_line (ref, line, account_id, amount) select ref, 1, %(bank)s, -total from book_document
"""  # noqa: S608 - a constant is put together, no value

# The receipts, and in the same statement an audit row for each.
INSERT = f"""
with recorded as (
  insert into receipts_receipt (company_id, customer_id, document_id, state, currency, rate, amount, received_on,
    posted_on, method, bank_account_id, payer_name, payer_account, remittance, needs_confirmation, recorded_by_id,
    confirmed_at)
  select %(company)s, r.customer_id, b.id, case when r.waits then 'recorded' else 'confirmed' end, r.currency, r.rate,
         r.amount, r.received_on, b.posted_on, r.method, r.bank_account_id, r.payer_name, r.payer_account, r.remittance,
         r.waits, %(by)s, case when not r.waits then now() end
    from {ROWS} left join book_document b on b.ref = r.ref order by r.ref
  returning id, document_id, state, amount, currency, received_on
), audited as (
  insert into core_auditentry (company_id, actor_id, verb, object_type, object_id, after)
  select %(company)s, %(by)s, 'receipt.record', 'receipts.receipt', id::text,
         jsonb_build_object('amount', amount::text, 'currency', currency, 'received_on', received_on, 'state', state)
    from recorded
)
select r.id, r.document_id, b.number, r.state, i.id
  from recorded r left join book_document b on b.id = r.document_id left join book_item i on i.ref = b.ref order by r.id
"""  # noqa: S608


def record_receipt(company: Company, receipt: NewReceipt, *, by: User | None, key: str | None = None) -> Recorded:
    """Record one receipt. Raises as record_receipts."""
    return record_receipts(company, [receipt], by=by, key=key)[0]


@book_transaction
def record_receipts(
    company: Company, receipts: Sequence[NewReceipt], *, by: User | None, key: str | None = None
) -> list[Recorded]:
    """Record the receipts, all or none. Each enters the book at once, on the day it was received, unless its amount in
    base is above the company's limit: then it waits for somebody else to confirm it.

    The same `key` with the same receipts gives the same answer again. Raises Invalid (facts: field, receipt = place in
    `receipts`), MissingRate, Refused (period_closed, idempotency_conflict).
    """
    rows = receipt_rows(company, receipts)
    request = {"verb": "receipt.record", "receipts": rows}
    outcome = idempotent(company, key, request, lambda: [asdict(one) for one in record_rows(company, rows, by, key)])
    return [Recorded(**one) for one in outcome.response]


@dataclass(frozen=True, slots=True)
class _Known:
    """What receipts are checked against, read once for all of them."""

    customers: set[int]
    banks: Mapping[int, str]
    histories: Mapping[str, Sequence[tuple[date, Decimal]]]
    limits: Mapping[str, Decimal]


def receipt_rows(company: Company, receipts: Sequence[NewReceipt]) -> list[dict[str, Any]]:
    """What is to be stored, checked, with the rate of each and whether it has to be confirmed."""
    known = _known(company, receipts)
    return [_row(company, receipt, known, at) for at, receipt in enumerate(receipts)]


def judge_receipts(company: Company, receipts: Sequence[NewReceipt]) -> list[DomainError | None]:
    """For each receipt why it cannot enter the book at once, by the checks of recording it; None where it can."""
    known = _known(company, receipts)
    faults: list[DomainError | None] = []
    for at, receipt in enumerate(receipts):
        try:
            waits = _row(company, receipt, known, at)["waits"]
        except DomainError as fault:
            faults.append(fault)
            continue
        told = _("An amount this large is confirmed by a second person. Record it by hand.")
        faults.append(Refused("needs_confirmation", told, field="amount") if waits else None)
    return faults


def _known(company: Company, receipts: Sequence[NewReceipt]) -> _Known:
    wanted = {receipt.customer_id for receipt in receipts if receipt.customer_id is not None}
    theirs = Customer.objects.filter(company=company, pk__in=wanted).order_by()
    ours = {receipt.bank_account_id for receipt in receipts if receipt.bank_account_id is not None}
    banks = CompanyBankAccount.objects.filter(company=company, pk__in=ours).order_by()
    foreign = any(receipt.rate is None and receipt.currency != company.base_currency for receipt in receipts)
    return _Known(
        customers=set(theirs.values_list("pk", flat=True)) if wanted else set(),
        banks=dict(banks.values_list("pk", "currency")) if ours else {},
        histories=rate_histories(company) if foreign else {},
        limits=_limits(company),
    )


def _row(company: Company, receipt: NewReceipt, known: _Known, at: int) -> dict[str, Any]:
    _check(receipt, known.customers, known.banks, at)
    rate = receipt.rate or _rate(company, receipt, known.histories)
    waits = _is_above(receipt, rate, company, known.limits)
    return {**asdict(receipt), "ref": at, "rate": rate, "waits": waits}


def _limits(company: Company) -> dict[str, Decimal]:
    """The limits above which a second person confirms, by currency; "" is the company's own, in base currency."""
    limits = dict(ConfirmationLimit.objects.filter(company=company).order_by().values_list("currency", "above"))
    if company.receipt_confirmation_above is not None:
        limits[""] = company.receipt_confirmation_above
    return limits


def _is_above(receipt: NewReceipt, rate: Decimal, company: Company, limits: Mapping[str, Decimal]) -> bool:
    if receipt.currency in limits:
        return receipt.amount > limits[receipt.currency]
    return "" in limits and to_base(receipt.amount, rate, company.base_currency) > limits[""]


def _check(receipt: NewReceipt, customers: set[int], banks: Mapping[int, str], at: int) -> None:
    if receipt.currency not in CURRENCIES:
        raise _invalid(at, "currency", _("This is not a currency."))
    if receipt.amount <= 0:
        raise _invalid(at, "amount", _("A receipt has an amount above zero."))
    if not is_exact(receipt.amount, receipt.currency):
        raise _invalid(at, "amount", _("The amount has more decimals than the currency."))
    if receipt.posted_on is not None and receipt.posted_on < receipt.received_on:
        raise _invalid(at, "posted_on", _("Money cannot be posted before it came in."))
    if receipt.customer_id is not None and receipt.customer_id not in customers:
        raise _invalid(at, "customer", _("There is no such customer."))
    if receipt.bank_account_id is not None and banks.get(receipt.bank_account_id) != receipt.currency:
        raise _invalid(at, "bank_account", _("We have no such account in this currency."))
    if receipt.method not in Receipt.Method.values:
        raise _invalid(at, "method", _("This is not a method of payment."))
    if receipt.rate is not None and receipt.rate <= 0:
        raise _invalid(at, "rate", _("A rate is greater than zero."))
    for field, length_max in LENGTHS_MAX.items():
        if len(getattr(receipt, field)) > length_max or "\x00" in getattr(receipt, field):
            raise _invalid(at, field, _("The text is too long."))


def _rate(company: Company, receipt: NewReceipt, histories: Mapping[str, Sequence[tuple[date, Decimal]]]) -> Decimal:
    if receipt.currency == company.base_currency:
        return Decimal(1)
    rate = rate_from(histories.get(receipt.currency, ()), receipt.received_on)
    if rate is None:
        raise MissingRate(
            "missing_rate",
            _("There is no exchange rate for %(currency)s on %(on)s.")
            % {"currency": receipt.currency, "on": receipt.received_on.isoformat()},
            currency=receipt.currency,
            on=receipt.received_on.isoformat(),
        )
    return rate


def record_rows(company: Company, rows: Sequence[dict[str, Any]], by: User | None, key: str | None) -> list[Recorded]:
    """Store what `receipt_rows` has checked, in chunks, inside the caller's transaction."""
    recorded: list[Recorded] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        roles = accounts(company)
        parameters = {
            "company": company.pk,
            "by": by.pk if by else None,
            "verb": "receipt.record",
            "key": key,
            "rows": json.dumps(chunk, cls=DjangoJSONEncoder, ensure_ascii=False),
            **{role: roles[role] for role in ("receivable", "unidentified", "bank")},
        }
        with connection.cursor() as cursor:
            posts = not all(row["waits"] for row in chunk)
            # one round trip: staged, posted, stored and audited
            steps = (OPEN_STAGING, STAGE, POST_STAGED, INSERT) if posts else (OPEN_STAGING, INSERT)
            cursor.execute("; ".join(steps), parameters)
            names = Recorded.__dataclass_fields__
            recorded += [Recorded(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return recorded


def _invalid(at: int, field: str, message: str | Promise) -> Invalid:
    return Invalid("invalid_receipt", message, field=field, receipt=at)
