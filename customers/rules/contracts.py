"""Which contract an invoice is written under, and what late payment costs in words. Pure, no Django."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

# How many days before a contract ends it stands on the list of those that do.
ENDING_DAYS = 60


class Agreed(Protocol):
    """What the rules ask of a contract."""

    @property
    def number(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


C = TypeVar("C", bound=Agreed)


def is_in_force(contract: Agreed, on: date) -> bool:
    """From its first day to its last, both counted; without a last day it runs on."""
    return contract.valid_from <= on and (contract.valid_to is None or on <= contract.valid_to)


def in_force(contracts: Sequence[C], *, on: date, currency: str) -> list[C]:
    """Those of `contracts` that count on a day for what is owed in `currency` (ISO 4217)."""
    return [each for each in contracts if is_in_force(each, on) and each.currency in ("", currency)]


def contract_for(contracts: Sequence[C], *, number: str, on: date, currency: str) -> C | None:
    """The contract an invoice of that day is written under.

    Where a number was typed, that contract and no other, in force or not: whoever typed it knows. Else the only one in
    force; of two nobody but the reader can say which is meant, so neither.
    """
    if number:
        wanted = number.strip().casefold()
        return next((each for each in contracts if each.number.casefold() == wanted), None)
    found = in_force(contracts, on=on, currency=currency)
    return found[0] if len(found) == 1 else None


def usual_clause(rate: Decimal) -> tuple[str, str]:
    """What is written where nobody wrote another wording, in English and in Chinese; `rate` is in per cent a year."""
    said = f"{rate.normalize():f}"
    english = (
        f"Amounts not paid when due bear interest at {said} % a year from the day after the due date until the day of"
        " payment."
    )
    return english, f"逾期未付的款项，自到期日次日起至实际付款日止，按年利率 {said}% 计付逾期利息。"


def printed_clause(english: str, chinese: str, language: str) -> list[str]:
    """The clause as a paper in `language` ("en", "zh-hans", "both") prints it, Chinese first; one serves where the
    other lacks."""
    wanted = {"en": [english], "zh-hans": [chinese], "both": [chinese, english]}[language]
    return [words for words in wanted if words] or [words for words in (chinese, english) if words]
