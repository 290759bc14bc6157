"""Who did what to an invoice, as the audit log has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core import wording
from arap.core.models import AuditEntry
from customers.models import Contract, Customer, PaymentTerms
from invoices.models import Invoice

VERBS: Mapping[str, str | Promise] = {
    "invoice.draft": _("Entered"),
    "invoice.update": _("Changed"),
    "invoice.post": _("Posted to the book"),
    "invoice.send": _("Sent by e-mail"),
    "invoice.credit": _("Credited in part or whole"),
    "invoice.file": _("File added"),
    "invoice.unfile": _("File taken off"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """An act: who, when, and the fields it changed as (label, before, after), in words."""

    at: datetime
    actor: str
    act: str | Promise
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    note: str = ""


def changes_of(invoice: Invoice, *, limit: int = 50) -> list[Change]:
    """The latest acts on the invoice, newest first. At most four queries."""
    rows = AuditEntry.objects.filter(object_type=Invoice._meta.label_lower, object_id=str(invoice.pk))
    entries = list(rows.select_related("actor").order_by("-pk")[:limit])
    names = _names(entries)
    return [
        Change(
            at=entry.at,
            actor=entry.actor.get_full_name() if entry.actor else "",
            act=VERBS.get(entry.verb, entry.verb),
            fields=_fields(entry, names, invoice.currency) if entry.verb == "invoice.update" else [],
            note=_note(entry),
        )
        for entry in entries
    ]


def _note(entry: AuditEntry) -> str:
    """What an act says besides: the number it gave, the addresses it went to, the file."""
    after = entry.after or {}
    if entry.verb == "invoice.post":
        return str(after.get("number", ""))
    if entry.verb == "invoice.send":
        return ", ".join(after.get("to", []))
    if entry.verb in ("invoice.file", "invoice.unfile"):
        return str(after.get("file", ""))
    return ""


def _fields(entry: AuditEntry, names: Mapping[tuple[str, Any], str], currency: str) -> list[tuple[str, str, str]]:
    before, after = entry.before or {}, entry.after or {}
    # An amount is in the currency of its side, where the act changed that as well.
    old, new = (side.get("currency") or currency for side in (before, after))
    return [
        (_label(name), _words(name, before.get(name), names, old), _words(name, after[name], names, new))
        for name in after
    ]


def _label(name: str) -> str:
    try:
        return str(Invoice._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _words(name: str, value: Any, names: Mapping[tuple[str, Any], str], currency: str) -> str:
    if value in (None, ""):
        return wording.HAIRLINE_DASH
    if (name, value) in names:
        return names[name, value]
    if name.endswith("_on") or name.startswith("period_"):
        return wording.day(date.fromisoformat(value))
    if name == "total":
        return f"{currency} {wording.amount_text(Decimal(value), currency)}"
    if name == "kind":
        return str(Invoice.Kind(value).label)
    return f"{Decimal(value).normalize():f}" if name == "rate" else str(value)


def _names(entries: list[AuditEntry]) -> dict[tuple[str, Any], str]:
    """(field, id) -> what it is called, for customers, terms and contracts that changes name. At most three queries."""
    values = [side or {} for entry in entries if entry.verb == "invoice.update" for side in (entry.before, entry.after)]
    found: dict[tuple[str, Any], str] = {}
    for name, model, called in (("customer", Customer, "code"), ("terms", PaymentTerms, "code"),
                                ("contract", Contract, "number")):  # fmt: skip
        ids = {side[name] for side in values if side.get(name)}
        for pk, word in model._default_manager.filter(pk__in=ids).values_list("pk", called) if ids else ():
            found[name, pk] = word
    return found
