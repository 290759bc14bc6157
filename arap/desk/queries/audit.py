"""The audit log of a company: its own acts, and those of its people that belong to no company (signing in)."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from arap.core.models import AuditEntry, Company, CompanyOwned, Membership, User
from arap.desk.audit_words import THINGS, act_name, field_name, field_of, thing_name

USER = "core.user"
_VERBS = """
with recursive step as (
  (select verb from core_auditentry a where {owner} order by verb limit 1)
  union all
  select (select verb from core_auditentry a where {owner} and a.verb > step.verb order by verb limit 1)
    from step where step.verb is not null
)
select verb from step where verb is not null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A filter of the log; what is None or empty is not asked for. Days are the company's own, both included."""

    actor: int | None = None
    verb: str = ""
    thing: str = ""
    number: str = ""
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A row of the log as it is read. `url_name` opens the thing, where it has a page."""

    entry: AuditEntry
    what: str
    thing: str
    label: str
    url_name: str

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Each name with the value before and after, as forms call them; "" where there was none."""
        before, after = self.entry.before or {}, self.entry.after or {}
        found = []
        for name in dict.fromkeys([*before, *after]):
            field = field_of(self.entry.object_type, name)
            found.append((field_name(name, field), shown(before.get(name), field), shown(after.get(name), field)))
        return found


def shown(value: Any, field: Any = None) -> str:
    """A stored value in one line; one of a list of choices by its word."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(shown(each) for each in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    choices = dict(getattr(field, "flatchoices", ()) or ())
    return str(choices.get(value, value))


def acts(company: Company, asked: Asked, *, before: int | None, limit: int) -> tuple[list[Act], bool]:
    """At most `limit` acts, the last first, from before the row `before` on; and whether there are more.

    Two queries for the rows, each along an index, and one for each kind of thing among them.
    """
    found: list[AuditEntry] = []
    for rows in _parts(company, asked):
        older = rows if before is None else rows.filter(pk__lt=before)
        found += older.select_related("actor").order_by("-pk")[: limit + 1]
    found.sort(key=lambda entry: -entry.pk)
    return _named(company, found[:limit]), len(found) > limit


def colleagues(company: Company) -> QuerySet[User]:
    """Who holds a role in the company, or has done something in it that the log may show."""
    return User.objects.filter(pk__in=Membership.objects.filter(company=company).values("user_id"))


def verbs(company: Company) -> list[str]:
    """The verbs of the company's log and of people. Each is found by one step along the index, not by reading rows."""
    with connection.cursor() as cursor:
        cursor.execute(_VERBS.format(owner="a.company_id = %s"), [company.pk, company.pk])
        found = {verb for (verb,) in cursor.fetchall()}
        cursor.execute(_VERBS.format(owner="a.company_id is null"))
        found |= {verb for (verb,) in cursor.fetchall()}
    return sorted(found)


def _parts(company: Company, asked: Asked) -> list[QuerySet[AuditEntry]]:
    ids = colleagues(company).values("pk")
    names = colleagues(company).annotate(name=Cast("pk", CharField())).values("name")
    of_people = Q(actor__in=ids) | Q(object_type=USER, object_id__in=names)
    wanted = _wanted(company, asked)
    of_nobody = AuditEntry.objects.filter(of_people, company__isnull=True)
    return [AuditEntry.objects.filter(wanted, company=company), of_nobody.filter(wanted)]


def _wanted(company: Company, asked: Asked) -> Q:
    wanted = Q()
    if asked.actor is not None:
        wanted &= Q(actor=asked.actor)
    if asked.verb:
        wanted &= Q(verb=asked.verb)
    if asked.thing:
        wanted &= Q(object_type=asked.thing)
    if asked.number:
        wanted &= _called(company, asked.number)
    zone = ZoneInfo(str(company.time_zone))
    if asked.from_on:
        wanted &= Q(at__gte=datetime.combine(asked.from_on, time.min, zone))
    if asked.to_on:
        wanted &= Q(at__lt=datetime.combine(asked.to_on + timedelta(days=1), time.min, zone))
    return wanted


def _called(company: Company, number: str) -> Q:
    """Acts on the things that are called `number`, whatever kind they are: one query for each kind."""
    found = Q(pk__in=())
    for object_type, kind in THINGS.items():
        model = apps.get_model(object_type)
        if kind.label.endswith(("_on", "as_of")) or not kind.label:
            continue
        rows = model._default_manager.filter(**{f"{kind.label}__iexact": number})
        if issubclass(model, CompanyOwned):
            rows = rows.filter(company=company)
        ids = [str(pk) for pk in rows.values_list("pk", flat=True)[:200]]
        if ids:
            found |= Q(object_type=object_type, object_id__in=ids)
    return found


def _named(company: Company, entries: Iterable[AuditEntry]) -> list[Act]:
    entries = list(entries)
    ids: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        ids[entry.object_type].add(entry.object_id)
    labels = {object_type: _labels(company, object_type, wanted) for object_type, wanted in ids.items()}
    return [_act(entry, labels[entry.object_type]) for entry in entries]


def _act(entry: AuditEntry, labels: dict[str, str]) -> Act:
    label = labels.get(entry.object_id)
    kind = THINGS.get(entry.object_type)
    return Act(
        entry,
        act_name(entry.verb),
        thing_name(entry.object_type),
        label or entry.object_id,
        # What has gone, or was never in this company, has no page.
        kind.url_name if kind and label is not None else "",
    )


def _labels(company: Company, object_type: str, ids: set[str]) -> dict[str, str]:
    kind = THINGS.get(object_type)
    if kind is None:
        return {}
    model = apps.get_model(object_type)
    rows = model._default_manager.filter(pk__in=[each for each in ids if each.isdecimal()])
    if issubclass(model, CompanyOwned):
        rows = rows.filter(company=company)
    pairs = rows.values_list("pk", kind.label or "pk")
    return {str(pk): str(label) if label is not None else f"#{pk}" for pk, label in pairs}
