"""Values of a company's own fields: each kind has one spelling. Pure, no Django."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

TEXT_LENGTH_MAX = 200
DIGITS_MAX = 15
DECIMALS_MAX = 6


class CustomValueError(ValueError):
    """A value that a field cannot hold. `code` is "text", "number", "date" or "choice"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def spelled(kind: str, typed: str, choices: Sequence[str] = ()) -> str:
    """The one spelling of a typed value; "" for nothing. Raises CustomValueError.

    Numbers are plain ("1234.5", at most 15 digits before and 6 behind the point), dates ISO 8601, a choice is one of
    `choices` as it is written there.
    """
    text = typed.strip()
    if not text:
        return ""
    if kind == "number":
        return _number(text)
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise CustomValueError("date") from None
    if kind == "choice":
        if text not in choices:
            raise CustomValueError("choice")
        return text
    if len(text) > TEXT_LENGTH_MAX or "\x00" in text:
        raise CustomValueError("text")
    return text


def _number(text: str) -> str:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise CustomValueError("number") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** DIGITS_MAX or number != round(number, DECIMALS_MAX):
        raise CustomValueError("number")
    return f"{number.normalize():f}" if number else "0"
