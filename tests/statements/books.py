"""A book with something of everything: five currencies, instalments, credits, groups whose members pay for each other,
transfers, differences of exchange, what was undone, money of unknown payers, and what came later."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from arap.core.models import Company
from arap.ledger.actions import NewDocument, NewItem, NewLine, post_documents
from customers.models import Contact, Customer
from statements.actions import begin_run
from statements.models import StatementRun
from tests.ledger.book import Bookkeeper, customers

# The rate at which is invoiced and the one at which is paid.
RATES = {
    "CNY": ("1", "1"), "USD": ("7.10", "7.05"), "EUR": ("7.80", "7.95"), "JPY": ("0.048", "0.047"),
    "KWD": ("23.10", "22.90"),
}  # fmt: skip
ENDINGS = {"JPY": "00", "KWD": ".125"}
FROM = date(2026, 1, 1)
AS_OF, TODAY = date(2026, 3, 31), date(2026, 4, 20)
AT = datetime(2026, 4, 20, 3, tzinfo=UTC)


def money(currency: str, units: int) -> str:
    """An amount with the decimals of its currency."""
    return f"{units}{ENDINGS.get(currency, '.40')}"


def begin(company: Company, kind: str = "open", *, segment: str = "", releases_itself: bool = False) -> StatementRun:
    """The run at the end of March, begun in April."""
    return begin_run(
        company, as_of=AS_OF, kind=kind, language="own", segment=segment, releases_itself=releases_itself, at=AT,
        today=TODAY, by=None, from_on=FROM if kind == "activity" else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Varied:
    """Customers V00, V01, ...; of four in a row the second is a child of the first, and the fourth has no address."""

    company: Company
    ids: list[int]

    @property
    def keeper(self) -> Bookkeeper:
        return Bookkeeper(company=self.company)

    def currency(self, nth: int) -> str:
        return list(RATES)[nth % len(RATES)]

    def write(self) -> None:
        """Three months of all customers, and a little of April."""
        for nth, customer in enumerate(self.ids):
            self._write_one(nth, customer)
        for parent, child in zip(self.ids[::4], self.ids[1::4], strict=False):
            self._pay_for(parent, child, self.currency(self.ids.index(child)))
        for code in ("CNY", "USD"):
            self.keeper.receipt(None, money(code, 9), date(2026, 3, 20), currency=code, rate=RATES[code][1])
        self._revalue()

    def _write_one(self, nth: int, customer: int) -> None:
        code, keeper = self.currency(nth), self.keeper
        billed, paid = RATES[code]
        parts = [(money(code, 40 + nth), date(2026, 2, 10)), (money(code, 60), date(2026, 4, 10))]
        two = keeper.invoice(customer, "", date(2026, 1, 10), currency=code, rate=billed, parts=parts)
        one = keeper.invoice(
            customer, money(code, 100), date(2026, 2, 1), currency=code, rate=billed, due_on=date(2026, 3, 1)
        )
        receipt = keeper.receipt(customer, money(code, 90), date(2026, 2, 15), currency=code, rate=paid).item_ids[0]
        keeper.apply(receipt, two.item_ids[0], money(code, 30), date(2026, 2, 15))
        done = keeper.apply(receipt, one.item_ids[0], money(code, 20), date(2026, 2, 20))
        if nth % 3 == 0:
            keeper.unapply(done.application_id, date(2026, 3, 2))
        keeper.credit_note(customer, money(code, 7), date(2026, 3, 5), currency=code, rate=billed)
        if nth % 3 == 1:
            keeper.invoice(customer, money("EUR", 11), date(2026, 3, 8), currency="EUR", rate="7.80")
        keeper.apply(receipt, two.item_ids[1], money(code, 5), date(2026, 4, 5))

    def _pay_for(self, parent: int, child: int, code: str) -> None:
        billed, paid = RATES[code]
        keeper = self.keeper
        owed = keeper.invoice(child, money(code, 70), date(2026, 2, 3), currency=code, rate=billed)
        receipt = keeper.receipt(parent, money(code, 50), date(2026, 3, 10), currency=code, rate=paid)
        keeper.apply(receipt.item_ids[0], owed.item_ids[0], money(code, 25), date(2026, 3, 10))
        amount = Decimal(money(code, 10))
        moved = NewItem(
            account="receivable", amount=amount, due_on=date(2026, 3, 31), customer_id=parent,
            origin_item_id=owed.item_ids[0],
        )  # fmt: skip
        keeper.replace("transfer", [(owed.item_ids[0], str(amount))], [moved], date(2026, 3, 12), currency=code)

    def _revalue(self) -> None:
        """A difference of exchange at the end of the month, beside the control accounts."""
        amount = Decimal("12.34")
        roles = {"receivable_adjustment": amount, "fx_gain_loss": -amount}
        lines = [NewLine(account=role, amount=each) for role, each in roles.items()]
        document = NewDocument(
            kind="fx", customer_id=None, currency="CNY", rate=Decimal(1), document_on=AS_OF, posted_on=AS_OF, items=[],
            lines=lines,
        )  # fmt: skip
        post_documents(self.company, [document], by=None, verb="fx.post")

    def write_later(self) -> None:
        """What is recorded after a run was begun, dated before its day."""
        for nth, customer in enumerate(self.ids):
            code = self.currency(nth)
            self.keeper.invoice(customer, money(code, 33), date(2026, 3, 3), currency=code, rate=RATES[code][0])


def varied(company: Company, *, count: int = 12, writes: bool = True) -> Varied:
    """The book with `count` customers, of whom all but every fourth have somebody who receives statements."""
    codes = [f"V{nth:02d}" + (f"<V{nth - 1:02d}" if nth % 4 == 1 else "") for nth in range(count)]
    made = Varied(company, customers(company, *codes))
    Contact.objects.bulk_create(
        Contact(company=company, customer=row, name="Accounts", email=f"{row.code}@x.example", receives=["statement"])
        for nth, row in enumerate(Customer.objects.filter(pk__in=made.ids).order_by("pk"))
        if nth % 4 != 3
    )
    if writes:
        made.write()
    return made
