"""What happens in the sample: papers (invoices and credit notes), money, and one applied to the other. Pure.

Amounts are positive, in the customer's currency. `item_id` is filled in when the book has given one.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from arap.core.money import ZERO, quantize, quantum
from arap.desk.sample.names import GOODS, SERVICE
from arap.desk.sample.world import Trader
from customers.rules import Terms, instalments
from invoices.rules import NOTHING, Amounts, Entry, credit_part, line_amounts

# Rough worth of one unit in CNY, to bring list prices into other currencies.
WORTH = {"CNY": Decimal(1), "USD": Decimal(7), "EUR": Decimal("7.6"), "JPY": Decimal("0.05"), "KWD": Decimal(23)}
GOODS_TAX, SERVICE_TAX = Decimal(13), Decimal(6)
SERVICE_SHARE = 0.12  # not money: of lines


@dataclass(slots=True)
class Line:
    """A line as invoiced; `tax_rate` in per cent. A credit note's line says which line it credits."""

    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    tax_rate: Decimal
    entry: Entry
    amounts: Amounts
    credits_line: int | None = None


@dataclass(slots=True)
class Part:
    """An item to be: `open` is what no payment has been planned for."""

    due_on: date
    amount: Decimal
    open: Decimal
    item_id: int = 0


@dataclass(slots=True)
class Paper:
    """An invoice or a credit note."""

    trader: Trader
    kind: str
    issued_on: date
    terms: str
    lines: list[Line]
    parts: list[Part]
    reference: str = ""
    order_number: str = ""
    credits: "Paper | None" = None
    invoice_id: int = 0

    @property
    def amounts(self) -> Amounts:
        return sum((line.amounts for line in self.lines), NOTHING)


@dataclass(slots=True)
class Money:
    """A receipt. Without a trader nobody knows yet who paid."""

    trader: Trader | None
    currency: str
    amount: Decimal
    on: date
    payer_name: str = ""
    remittance: str = ""
    item_id: int = 0


@dataclass(slots=True)
class Applied:
    """`amount` of a credit against a part of an invoice, on a day."""

    on: date
    credit: "Money | Part"
    debit: Part
    amount: Decimal
    policy: str


Event = Paper | Money | Applied


@dataclass(slots=True)
class Writer:
    """Writes papers as its seed has it."""

    rnd: Random
    _orders: int = field(default=0)

    def invoice(self, trader: Trader, on: date, rule: str, terms: Terms) -> Paper:
        """An invoice of one to three lines, in instalments as the terms have them."""
        lines = [self._line(trader) for _number in range(self.rnd.choices((1, 2, 3), (60, 30, 10))[0])]
        self._orders += 1
        paper = Paper(
            trader=trader,
            kind="invoice",
            issued_on=on,
            terms=rule,
            lines=lines,
            parts=[],
            reference=f"PO-{self.rnd.randint(10_000, 99_999)}",
            order_number=f"SO-{on:%y}-{self._orders:06d}",
        )
        owed = instalments(terms, document_on=on, amount=paper.amounts.gross, currency=trader.name.currency)
        paper.parts = [Part(part.due_on, part.amount, part.amount) for part in owed]
        return paper

    def _line(self, trader: Trader) -> Line:
        rnd, currency = self.rnd, trader.name.currency
        is_service = rnd.random() < SERVICE_SHARE
        english, chinese, unit, price = SERVICE if is_service else rnd.choice(GOODS)
        worth = (
            Decimal(price) * Decimal(rnd.randint(85, 115)) * Decimal(str(trader.price_level)) / 100 / WORTH[currency]
        )
        unit_price = max(quantize(worth, currency), quantum(currency))
        quantity = Decimal(1 if is_service else rnd.choice((1, 2, 4, 5, 8, 10, 12, 20, 24, 40)))
        tax_rate = ZERO if currency != "CNY" else SERVICE_TAX if is_service else GOODS_TAX
        amounts = line_amounts(
            quantity=quantity,
            unit_price=unit_price,
            discount_percent=ZERO,
            tax_rate=tax_rate,
            entry="net",
            currency=currency,
        )
        description = chinese if trader.name.country == "CN" else english
        return Line(description, quantity, unit, unit_price, tax_rate, "net", amounts)

    def credit_note(self, original: Paper, on: date) -> Paper:
        """Takes back some pieces of the first line, or a tenth of its price when there is only one."""
        line, currency = original.lines[0], original.trader.name.currency
        quantity, unit_price = Decimal(1), line.unit_price
        if line.quantity > 1:
            quantity = Decimal(self.rnd.randint(1, max(1, int(line.quantity) // 3)))
        else:
            unit_price = max(quantize(line.unit_price / 10, currency), quantum(currency))
        amount = min(quantize(quantity * unit_price, currency), line.amounts.net)
        amounts = credit_part(line.amounts, NOTHING, amount=amount, entry="net", currency=currency)
        back = Line(line.description, quantity, line.unit, unit_price, line.tax_rate, "net", amounts, credits_line=1)
        return Paper(
            trader=original.trader,
            kind="credit_note",
            issued_on=on,
            terms="",
            lines=[back],
            parts=[Part(on, amounts.gross, amounts.gross)],
            reference=original.reference,
            credits=original,
        )


def flat(trader: Trader, kind: str, on: date, due_on: date, gross: Decimal, what: str) -> Paper:
    """A paper of one line that comes to exactly `gross`, tax included."""
    amounts = line_amounts(
        quantity=Decimal(1),
        unit_price=gross,
        discount_percent=ZERO,
        tax_rate=GOODS_TAX,
        entry="gross",
        currency=trader.name.currency,
    )
    line = Line(what, Decimal(1), "job", gross, GOODS_TAX, "gross", amounts)
    return Paper(trader, kind, on, "", [line], [Part(due_on, gross, gross)])
