"""The fields of requests and answers.

DRF's own are generous with input: "12" is a number to them, and 12 a text. These guess nothing. Amounts are texts,
because JSON's numbers are not decimal.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import get_attribute

from arap.core.money import format_amount

ID_MAX = 2**63 - 1
CURRENCY = "^[A-Z]{3}$"

# What no text holds: control characters but tab and line breaks. They are for nobody to read.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAY = re.compile(r"(19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DIGITS = re.compile(r"-?[0-9]{1,19}")


def in_address(field: serializers.Field) -> bool:
    """Whether the value stands in the query of an address, where everything is text."""
    return getattr(field.parent, "is_query", False)


class CharField(serializers.CharField):
    """A text, taken as it is; one of blanks is an empty one."""

    default_error_messages = {
        "invalid": _("This is a text."),
        "unfit": _("The text holds a character that nobody can read."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if type(data) is not str:
            self.fail("invalid")
        if not self.allow_blank and not data.strip():
            self.fail("blank")
        if not data.isprintable() and UNFIT.search(data):
            self.fail("unfit")
        return super().to_internal_value(data)


class EmailField(CharField, serializers.EmailField):
    """An e-mail address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=254, **options)


class CurrencyField(CharField):
    """The code of a currency; whether it is in use is for the actions to say."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=3, **options)
        self.validators.append(RegexValidator(CURRENCY, message=_("This is a code such as CNY.")))


class IntegerField(serializers.IntegerField):
    """A whole number."""

    def to_internal_value(self, data: Any) -> int:
        if in_address(self) and type(data) is str and _DIGITS.fullmatch(data):
            data = int(data)
        if type(data) is not int:
            self.fail("invalid")
        return int(data)


class IdField(IntegerField):
    """The id of a row."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=ID_MAX, **options)


class BooleanField(serializers.BooleanField):
    """True or false, and nothing that is like it."""

    def to_internal_value(self, data: Any) -> bool:
        if in_address(self):
            data = {"true": True, "false": False}.get(data, data)
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class DecimalField(serializers.Field):
    """A decimal number as text: at most `digits` digits before the point and `places` after it.

    Not DRF's, which takes numbers for texts, "1e3" for a number and an empty text for null.
    """

    default_error_messages = {
        "invalid": _("Write the number as text with a point, such as “1234.50”."),
        "above_zero": _("This is above zero."),
    }

    def __init__(
        self, digits: int, places: int, *, signed: bool = False, above_zero: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        self.above_zero = above_zero
        self.pattern = f"{'-?' if signed else ''}[0-9]{{1,{digits}}}(\\.[0-9]{{1,{places}}})?"

    def to_internal_value(self, data: Any) -> Decimal:
        if type(data) is not str or not re.fullmatch(self.pattern, data):
            self.fail("invalid")
        number = Decimal(data)
        if self.above_zero and not number:
            self.fail("above_zero")
        return number

    def to_representation(self, value: Decimal) -> str:
        return f"{value:f}"


class AmountField(DecimalField):
    """An amount that is sent. Its currency stands beside it, and knows how many decimals there are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(15, 3, **options)


class DateField(serializers.DateField):
    """A date from 1900 to 2999, written in one way."""

    def to_internal_value(self, data: Any) -> date:
        if type(data) is not str or not _DAY.fullmatch(data):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class PastDateField(DateField):
    """The day of something that happened: today at the latest, where the company is."""

    default_error_messages = {"future": _("This day lies in the future.")}

    def to_internal_value(self, data: Any) -> date:
        if (day := super().to_internal_value(data)) > timezone.localdate():
            self.fail("future")
        return day


class DateTimeField(serializers.DateTimeField):
    """A moment from 1900 to 2999; without an offset in the company's time zone."""

    def to_internal_value(self, data: Any) -> datetime:
        if type(data) is not str or not _DAY.match(data) or _DAY.fullmatch(data):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss[+HH:MM|Z]")
        return super().to_internal_value(data)


NUMBER: dict[str, Any] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "1234.50"}


@extend_schema_field(NUMBER)
class FigureField(serializers.DecimalField):
    """A number that is given out as text; `short` without zeros that say nothing: 1.000000 is 1."""

    def __init__(self, *, short: bool = False, **options: Any) -> None:
        super().__init__(**{"max_digits": None, "decimal_places": None, "read_only": True, **options})
        self.short = short

    def to_representation(self, value: Any) -> str:
        text = f"{Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if self.short and "." in text else text


@extend_schema_field(NUMBER)
class MoneyField(FigureField):
    """An amount that is given out, with the digits of its currency, which is found at `currency` beside it."""

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        super().__init__(**options)
        self.currency = currency

    def get_attribute(self, instance: Any) -> Any:
        amount = Decimal(get_attribute(instance, self.source_attrs))
        return format_amount(amount, get_attribute(instance, self.currency.split(".")))

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "array", "items": NUMBER})
class MoneyListField(MoneyField):
    """Amounts of one currency, such as those of the buckets of an aging."""

    def get_attribute(self, instance: Any) -> Any:
        currency = get_attribute(instance, self.currency.split("."))
        return [format_amount(amount, currency) for amount in get_attribute(instance, self.source_attrs)]
