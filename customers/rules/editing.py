"""Two people edit one record: what each of them changed counts, and where they disagree somebody decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that both changed, each to something else: as it was when `mine` was begun, and as it is now."""

    field: str
    was: Any
    theirs: Any
    mine: Any


def reconcile(
    was: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Conflict]]:
    """The values of all fields of `mine` after both changes, and the fields in conflict.

    A field that only one of the two changed takes that change; one that both changed alike is no conflict. Of a
    conflict the value is `theirs` until somebody decides: nothing that is stored is overwritten unseen.
    """
    merged: dict[str, Any] = {}
    conflicts = []
    for field, typed in mine.items():
        touched_by_me, touched_by_them = typed != was[field], theirs[field] != was[field]
        merged[field] = typed if touched_by_me and not touched_by_them else theirs[field]
        if touched_by_me and touched_by_them and typed != theirs[field]:
            conflicts.append(Conflict(field, was[field], theirs[field], typed))
    return merged, conflicts
