"""The audit log of a customer in words: labels of fields, values as a reader knows them, names instead of numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from arap.core import wording
from arap.core.models import AuditEntry, User
from arap.core.wording import HAIRLINE_DASH
from customers.models import Contact, Contract, Customer, CustomField, Note, PaymentTerms
from customers.templatetags.terms import named_terms

# What stands in the log as the number of a row, and of which table.
ROWS: dict[str, type[Model]] = {
    "owner": User,
    "terms": PaymentTerms,
    "parent": Customer,
    "root": Customer,
    "merged_into": Customer,
}
LABELS = {"payer_accounts": gettext_lazy("Accounts they pay from"), "file": gettext_lazy("File")}
HIDDEN = frozenset({"initials", "root", "company", "customer", "sha256", "why"})
MODELS: dict[str, type[Model]] = {model._meta.label_lower: model for model in (Customer, Contact, Contract, Note)}
ACTS: dict[str, str | Promise] = {
    "customer.create": gettext_lazy("Recorded"),
    "customer.record": gettext_lazy("Recorded"),
    "customer.update": pgettext_lazy("history", "Changed"),
    "customer.change": pgettext_lazy("history", "Changed"),
    "customer.regroup": gettext_lazy("Moved to another group"),
    "customer.accounts": pgettext_lazy("history", "Changed"),
    "customer.custom": pgettext_lazy("history", "Changed"),
    "customer.merge": gettext_lazy("Merged"),
    "customer.absorb": gettext_lazy("Stands for a duplicate"),
    "customer.unmerge": gettext_lazy("Merge undone"),
    "contact.add": gettext_lazy("Contact added"),
    "contact.create": gettext_lazy("Contact added"),
    "contact.change": gettext_lazy("Contact changed"),
    "contact.leave": gettext_lazy("Contact left"),
    "contact.return": gettext_lazy("Contact is back"),
    "contact.ask_erasure": gettext_lazy("Asked to be erased"),
    "contact.erase": gettext_lazy("Contact erased"),
    "note.erase": gettext_lazy("Note erased"),
    "contract.add": gettext_lazy("Contract recorded"),
    "contract.change": gettext_lazy("Contract changed"),
    "contract.file": gettext_lazy("File of a contract added"),
    "contract.unfile": gettext_lazy("File of a contract taken off"),
    "note.write": gettext_lazy("Note written"),
    "note.withdraw": gettext_lazy("Note withdrawn"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an act, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the history, in words."""

    at: datetime
    who: str
    what: str
    about: str
    changes: list[Change]


@dataclass(slots=True)
class Words:
    """Labels and values in words. The names of rows are fetched once for all values, see `of`."""

    model: type[Model] = Customer
    names: dict[tuple[str, Any], str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[tuple[str, Any]], model: type[Model] = Customer) -> "Words":
        """For those (field, value) pairs; at most one query for each table among them."""
        values = list(values)
        wanted: dict[str, set[Any]] = {}
        for name, value in values:
            if name in ROWS and value is not None:
                wanted.setdefault(name, set()).add(value)
        names: dict[tuple[str, Any], str] = {}
        for name, keys in wanted.items():
            rows = ROWS[name]._default_manager.filter(pk__in=keys)
            names |= {(name, row.pk): _named(row) for row in rows}
        return cls(model, names | _own_fields(values))

    def label(self, name: str) -> str:
        """How a form calls the field."""
        if name in LABELS:
            return str(LABELS[name])
        if (name, None) in self.names:
            return self.names[name, None]
        try:
            return str(capfirst(str(getattr(self.model._meta.get_field(name), "verbose_name", name))))
        except FieldDoesNotExist:
            return capfirst(name.replace("_", " "))

    def value(self, name: str, value: Any) -> str:
        """How a reader knows the value; a dash where there is none."""
        if value in (None, "", []):
            return HAIRLINE_DASH
        if value == "[erased]":
            return _("erased")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return _(", ").join(self._choice(name, each) for each in value)
        return self.names.get((name, value)) or self._choice(name, value)

    def _choice(self, name: str, value: Any) -> str:
        try:
            column: Any = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return str(value)
        choices = dict(getattr(getattr(column, "base_field", column), "flatchoices", ()))
        return str(choices.get(value, value))


def _own_fields(values: Iterable[tuple[str, Any]]) -> dict[tuple[str, Any], str]:
    """What the company's own fields among those are called; a query only where there are any."""
    ids = {int(name[7:]) for name, _value in values if name.startswith("custom_") and name[7:].isdecimal()}
    fields = CustomField.objects.filter(pk__in=ids) if ids else ()
    return {(f"custom_{each.pk}", None): wording.names(each.name, each.name_local)[0] for each in fields}


def entries_words(entries: Sequence[AuditEntry]) -> list[Act]:
    """The acts in words. A constant number of queries."""
    pairs = [pair for entry in entries for side in (entry.before, entry.after) for pair in (side or {}).items()]
    names = Words.of(pairs).names
    about = _contacts(entries)
    return [_act(entry, names, about) for entry in entries]


def _named(row: Model) -> str:
    return named_terms(row) if isinstance(row, PaymentTerms) else str(row)


def _contacts(entries: Sequence[AuditEntry]) -> dict[str, str]:
    ids = {entry.object_id for entry in entries if entry.object_type == Contact._meta.label_lower}
    return {str(pk): name for pk, name in Contact.objects.filter(pk__in=ids).values_list("pk", "name")} if ids else {}


def _act(entry: AuditEntry, names: dict[tuple[str, Any], str], contacts: dict[str, str]) -> Act:
    words = Words(MODELS.get(entry.object_type, Customer), names)
    before, after = entry.before or {}, entry.after or {}
    fields = [name for name in {**before, **after} if name not in HIDDEN]
    changes = [
        Change(words.label(name), words.value(name, before.get(name)), words.value(name, after.get(name)))
        for name in fields
    ]
    return Act(
        at=entry.at,
        who=entry.actor.get_full_name() if entry.actor else _("System"),
        what=str(ACTS.get(entry.verb, entry.verb)),
        about=contacts.get(entry.object_id, "") if entry.object_type == Contact._meta.label_lower else "",
        changes=[change for change in changes if change.before != change.after],
    )
