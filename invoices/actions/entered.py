"""A draft as it is entered, before anything is judged or stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arap.core.money import ZERO
from invoices.models import Invoice
from invoices.rules import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line as entered. `unit_price` is with tax when `entry` is "gross".

    `discount_percent` and `tax_rate` are in per cent. Without a `tax_rate` the tax code's counts, without either none.
    """

    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    description: str = ""
    description_local: str = ""
    unit: str = ""
    discount_percent: Decimal = ZERO
    tax_code_id: int | None = None
    tax_rate: Decimal | None = None
    entry: Entry = "net"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invoice, a debit note that adds to a posted one, or a credit note that credits none in particular, as entered.

    Without a `rate` the rate of `issued_on` counts when it is posted. Due dates come from `instalments` (date and
    amount, summing to the total) where given, else from the terms, else from the contract's terms, else from the
    customer's; else it is due on the day of issue. The contract is the one with `contract_number`, or without a number
    the only one in force on the day of issue; its late-payment clause is taken over.
    """

    customer_id: int
    currency: str
    issued_on: date
    lines: Sequence[DraftLine]
    kind: str = Invoice.Kind.INVOICE.value
    terms_id: int | None = None
    instalments: Sequence[tuple[date, Decimal]] = ()
    rate: Decimal | None = None
    reference: str = ""
    order_number: str = ""
    buyer_reference: str = ""
    contract_number: str = ""
    delivered_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    memo: str = ""
    adds_to_id: int | None = None
