"""Writing the audit log: one row per act, in the transaction of the act."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

from arap.core.models import AuditEntry, Company, User


def record(
    *,
    by: User | None,
    verb: str,
    obj: Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    company: Company | None = None,
) -> AuditEntry:
    """Note that `by` (None: the system) did `verb` to `obj`.

    `before` and `after` hold only what changed; dates, decimals and lazy texts may stand in them.
    The company is `obj`'s own where it has one. Call it inside the transaction of the act, so that
    neither can be without the other.
    """
    assert connection.in_atomic_block, "an act and its audit row belong to one transaction"
    return AuditEntry.objects.create(
        company=company or _company_of(obj),
        actor=by,
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
    )


def snapshot(obj: Model, fields: Iterable[str]) -> dict[str, Any]:
    """The values of `fields` as stored on `obj`; a foreign key gives the id it holds."""
    names = {field.name: field.attname for field in obj._meta.concrete_fields}
    return {name: getattr(obj, names[name]) for name in fields}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two sides reduced to the names whose values differ."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _company_of(obj: Model) -> Company | None:
    if isinstance(obj, Company):
        return obj
    company = getattr(obj, "company", None)
    return company if isinstance(company, Company) else None
