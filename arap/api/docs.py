"""The pages that explain the API to people, from the declarations that the API works by."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from arap.api.openapi import PREFIX
from arap.api.operations import Operation
from arap.api.records import Many, Record
from arap.api.shapes import REQUIRED, Choice, Day, Figure, Flag, Free, Instant, Number, Shape, Text, Whole
from arap.api.v1 import OPERATIONS


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a request or an answer, with its path in it."""

    path: str
    kind: str
    is_required: bool
    may_be_null: bool
    default: str
    about: str | Promise


@dataclass(frozen=True, slots=True)
class Told:
    """An operation as a page tells of it."""

    operation: Operation
    address: str
    query: list[Field]
    body: list[Field]
    answer: list[Field]


def rooms() -> dict[str, list[Operation]]:
    """The operations by what they are about."""
    found: dict[str, list[Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.room, []).append(operation)
    return found


def told(operation: Operation) -> Told:
    """The operation with its fields laid out."""
    return Told(
        operation=operation,
        address=PREFIX + operation.path,
        query=list(_fields(operation.query)) if operation.query else [],
        body=list(_fields(operation.body)) if operation.body else [],
        answer=list(_fields(operation.answer)) if isinstance(operation.answer, Record) else [],
    )


def _fields(record: Record, at: str = "") -> Iterator[Field]:
    for name, shape in record.fields.items():
        is_required = shape.default is REQUIRED
        yield Field(f"{at}{name}", _kind(shape), is_required, shape.null, _default(shape), shape.about)
        inside, path = (shape.each, f"{at}{name}[].") if isinstance(shape, Many) else (shape, f"{at}{name}.")
        if isinstance(inside, Record):
            yield from _fields(inside, path)


def _default(shape: Shape) -> str:
    """What stands in for a field that is left out, as JSON writes it; nothing where that is nothing."""
    if shape.default is REQUIRED or not isinstance(shape.default, str | int | Decimal):
        return ""
    return str(shape.default).lower() if isinstance(shape.default, bool) else str(shape.default)


def _kind(shape: Shape) -> str:
    if isinstance(shape, Many):
        return _("list of: %(kind)s") % {"kind": _kind(shape.each)}
    if isinstance(shape, Choice):
        return " | ".join(word or "“”" for word in shape.words)
    if isinstance(shape, Text):
        return _("text, at most %(most)s") % {"most": shape.most}
    words: dict[type[Shape], str] = {
        Record: _("object"),
        Whole: _("whole number"),
        Number: _("decimal number as text"),
        Figure: _("decimal number as text"),
        Flag: _("true or false"),
        Day: _("date"),
        Instant: _("moment"),
        Free: _("object"),
    }
    return next(word for kind, word in words.items() if isinstance(shape, kind))


def examples(site: str) -> list[tuple[str, str]]:
    """Requests to try, each with its title."""
    ask = f'curl {site}{PREFIX}token/ -H "Authorization: Bearer $ARAP_TOKEN"'
    invoice = (
        f"curl -X POST {site}{PREFIX}invoices/ \\\n"
        '  -H "Authorization: Bearer $ARAP_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: order-4711" \\\n'
        """  -d '{"customer": "C-1", "currency": "CNY", "issued_on": "2026-11-20",\n"""
        """       "lines": [{"description": "Pump", "quantity": "2", "unit_price": "1130.00", "entry": "gross"}],\n"""
        """       "post": true}'"""
    )
    receipt = (
        f"curl -X POST {site}{PREFIX}receipts/ \\\n"
        '  -H "Authorization: Bearer $ARAP_TOKEN" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        '  -H "Idempotency-Key: bank-2026-11-25-17" \\\n'
        """  -d '{"amount": "2260.00", "currency": "CNY", "received_on": "2026-11-25", "customer": "C-1",\n"""
        """       "remittance": "INV-2026-000123", "auto": true}'"""
    )
    return [
        (_("Ask what the token is"), ask),
        (_("Draft and post an invoice"), invoice),
        (_("Record money in and apply it"), receipt),
    ]
