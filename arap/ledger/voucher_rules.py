"""How vouchers are numbered, grouped and written for the general ledger. Pure.

A voucher balances in the base currency. As text for beancount each line is in the base currency, with the amount in its
own currency beside it, because a document may balance in base only.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
# The first part of an account's name in beancount, by the role of the account.
ROOTS = {
    "advances": "Liabilities",
    "unidentified": "Liabilities",
    "unidentified_adjustment": "Liabilities",
    "output_tax": "Liabilities",
    "revenue": "Income",
    "rounding": "Income",
    "fx_gain_loss": "Expenses",
    "unrealised_fx": "Expenses",
    "discount": "Expenses",
    "write_off": "Expenses",
    "bank_charge": "Expenses",
    "opening": "Equity",
}
_UNFIT = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A journal line, or several of one account: a debit above zero, a credit below."""

    voucher: tuple[object, ...]
    posted_on: date
    account_id: int
    customer: str
    currency: str
    amount: Decimal
    base_amount: Decimal
    tax_code: str
    said: str

    @property
    def is_debit(self) -> bool:
        return (self.base_amount or self.amount) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One voucher of a month: its lines sum to zero in the base currency."""

    word: str
    month: str
    number: int
    posted_on: date
    lines: Sequence[Line]

    @property
    def name(self) -> str:
        return f"{self.word}-{self.number:04d}"

    @property
    def total(self) -> Decimal:
        """Its debits, which are its credits."""
        return sum((line.base_amount for line in self.lines if line.base_amount > 0), ZERO)


def summed(lines: Iterable[Line], *, by_customer: bool) -> list[Line]:
    """One line for each account, customer, currency, tax code and side: debits are never netted with credits."""
    sums: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        customer = line.customer if by_customer else ""
        key = (line.account_id, customer, line.currency, line.tax_code, not line.is_debit)
        sums.setdefault(key, []).append(line)
    return [
        Line(
            voucher=some[0].voucher,
            posted_on=max(each.posted_on for each in some),
            account_id=some[0].account_id,
            customer=some[0].customer if by_customer else "",
            currency=some[0].currency,
            amount=sum((each.amount for each in some), ZERO),
            base_amount=sum((each.base_amount for each in some), ZERO),
            tax_code=some[0].tax_code,
            said="",
        )
        for _key, some in sorted(sums.items(), key=lambda item: (item[0][4], *map(str, item[0][:4])))
    ]


def month_of(on: date) -> str:
    """The month whose numbers a voucher of that day takes."""
    return f"{on:%Y-%m}"


def vouchers(
    lines: Iterable[Line], *, word: str, first_numbers: Mapping[str, int], is_summary: bool, by_customer: bool
) -> Iterator[Voucher]:
    """The vouchers of lines that stand in the order of their vouchers; numbers go on from the first of each month."""
    taken: dict[str, int] = {}
    for some in _together(lines):
        on = max(each.posted_on for each in some)
        month = month_of(on)
        number = first_numbers.get(month, 1) + taken.get(month, 0)
        taken[month] = taken.get(month, 0) + 1
        written = summed(some, by_customer=by_customer) if is_summary else some
        yield Voucher(word=word, month=month, number=number, posted_on=on, lines=written)


def _together(lines: Iterable[Line]) -> Iterator[list[Line]]:
    some: list[Line] = []
    for line in lines:
        if some and line.voucher != some[0].voucher:
            yield some
            some = []
        some.append(line)
    if some:
        yield some


def beancount_account(role: str, code: str) -> str:
    """A name that beancount takes: "1122.99" of receivables is Assets:1122-99."""
    part = _UNFIT.sub("-", code).strip("-") or "X"
    return f"{ROOTS.get(role, 'Assets')}:{part[:1].upper()}{part[1:]}"


def quoted(text: str) -> str:
    """A text as beancount reads it."""
    plain = " ".join(text.replace("\\", "\\\\").replace('"', '\\"').split())
    return f'"{plain}"'
