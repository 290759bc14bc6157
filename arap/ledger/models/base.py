"""What every fact of the book shares: amounts, and the date that stands for "not yet"."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

FAR = date(9999, 12, 31)  # "never yet": keeps date comparisons free of nulls


def amount_field(**options: Any) -> "models.DecimalField[Decimal | int, Decimal]":
    """An amount, signed: + the customer owes, - we owe. Wide enough for every minor unit."""
    return models.DecimalField(max_digits=20, decimal_places=3, **options)
