"""The shapes of what goes in and comes out: read strictly, and told to the world as JSON Schema from the same words.

Strict means that nothing is guessed: "12" is no number, 12 is no text, and a field nobody knows is refused rather than
left out of account. Amounts are texts, because JSON's numbers are not decimal. The schema is of OpenAPI 3.0.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

REQUIRED: Any = object()
ID_MAX = 2**63 - 1

# What no text holds: control characters but tab and line breaks, and halves of surrogate pairs. The database refuses
# some of them, and the others are for nobody to read.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_DAY = re.compile(r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")


class Wrong(ValueError):
    """One value cannot be taken. The message is one sentence to a person."""


class Shape:
    """One kind of value. `default` makes a field one that may be left out; `null` one that may be null."""

    def __init__(self, *, default: Any = REQUIRED, null: bool = False, about: str | Promise = "") -> None:
        self.default = default
        self.null = null
        self.about = about

    def take(self, value: Any) -> Any:
        """What `value` means. Raises Wrong."""
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """The value that stands in an address as `text`, for `take`."""
        return text

    def kind(self) -> dict[str, Any]:
        """The JSON Schema of the value where it is not null."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the value."""
        schema = self.kind()
        if self.null and "$ref" in schema:
            schema = {"allOf": [schema]}
        if self.null:
            schema["nullable"] = True
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
        if self.default is not REQUIRED and isinstance(self.default, str | int) and self.default != "":
            schema["default"] = self.default
        if self.about and "$ref" not in schema:
            schema["description"] = str(self.about)
        return schema


class Text(Shape):
    """A text of at most `most` characters; with `least` not empty and not only blanks."""

    def __init__(self, most: int, *, least: int = 0, pattern: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.most, self.least, self.pattern = most, least, pattern
        self._matches = re.compile(pattern).fullmatch if pattern else None

    def take(self, value: Any) -> str:
        if type(value) is not str:
            raise Wrong(_("This is a text."))
        if len(value) > self.most:
            raise Wrong(_("This text has at most %(most)s characters.") % {"most": self.most})
        if not value.isprintable() and UNFIT.search(value):
            raise Wrong(_("The text holds a character that nobody can read."))
        if self.least and not value.strip():
            raise Wrong(_("This is not left empty."))
        if self._matches and not self._matches(value):
            raise Wrong(_("This is not in the form that is expected here."))
        return value

    def kind(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": self.most}
        if self.least:
            schema["minLength"] = self.least
        if self.pattern:
            schema["pattern"] = f"^{self.pattern}$"
        return schema


class Email(Text):
    """An e-mail address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(254, **options)

    def take(self, value: Any) -> str:
        text = super().take(value)
        try:
            if text or self.default is REQUIRED:
                validate_email(text)
        except ValidationError:
            raise Wrong(_("This is not an e-mail address.")) from None
        return text

    def kind(self) -> dict[str, Any]:
        # Without "format": what is optional may be empty, and the form of addresses is judged more strictly here.
        return super().kind()


class Whole(Shape):
    """A whole number from `least` to `most`."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def take(self, value: Any) -> int:
        if type(value) is not int or not self.least <= value <= self.most:
            raise Wrong(
                _("This is a whole number from %(least)s to %(most)s.") % {"least": self.least, "most": self.most}
            )
        return value

    def from_text(self, text: str) -> Any:
        return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else text

    def kind(self) -> dict[str, Any]:
        return {"type": "integer", "format": "int64", "minimum": self.least, "maximum": self.most}


class Id(Whole):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(1, ID_MAX, **options)


class Flag(Shape):
    """True or false."""

    def take(self, value: Any) -> bool:
        if type(value) is not bool:
            raise Wrong(_("This is true or false."))
        return value

    def from_text(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text, text)

    def kind(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Number(Shape):
    """A decimal number, written as text with a point: at most `digits` digits before and `places` after it."""

    def __init__(self, digits: int, places: int, *, signed: bool = False, above_zero: bool = False, **options: Any):
        super().__init__(**options)
        sign = "-?" if signed else ""
        fraction = f"(\\.[0-9]{{1,{places}}})?" if places else ""
        self.pattern = f"{sign}[0-9]{{1,{digits}}}{fraction}"
        self.above_zero = above_zero
        self._matches = re.compile(self.pattern).fullmatch

    def take(self, value: Any) -> Decimal:
        if type(value) is not str or not self._matches(value):
            raise Wrong(_("Write the number as text with a point, such as “1234.50”."))
        number = Decimal(value)
        if self.above_zero and not number:
            raise Wrong(_("This is above zero."))
        return number

    def kind(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern}$", "example": "1234.50"}


class Money(Number):
    """An amount. Its currency stands beside it, and knows how many decimals there are."""

    def __init__(self, *, signed: bool = False, above_zero: bool = False, **options: Any) -> None:
        super().__init__(15, 3, signed=signed, above_zero=above_zero, **options)


class Figure(Shape):
    """An amount or number that is only given out, written as text."""

    def kind(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "1234.50"}


class Day(Shape):
    """A date from 1900 to 2999."""

    def take(self, value: Any) -> date:
        if type(value) is str and _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise Wrong(_("This is a date such as 2026-11-20."))

    def kind(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class Instant(Shape):
    """A date and time; without an offset in the company's time zone."""

    def take(self, value: Any) -> datetime:
        if type(value) is str and _DAY.match(value) and len(value) > len("2026-11-20"):
            try:
                at = datetime.fromisoformat(value)
                # near the ends of the calendar no other time zone has it
                return (at if at.tzinfo else timezone.make_aware(at)).astimezone(timezone.get_current_timezone())
            except (ValueError, OverflowError):
                pass
        raise Wrong(_("This is a moment such as 2026-11-20T18:00:00Z."))

    def kind(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class Choice(Shape):
    """One of a few words."""

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.words = list(words)

    def take(self, value: Any) -> str:
        if type(value) is not str or value not in self.words:
            raise Wrong(_("This is one of: %(words)s.") % {"words": ", ".join(self.words)})
        return value

    def kind(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


class Free(Shape):
    """An object of which nothing more is said; only given out."""

    def kind(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": True}
