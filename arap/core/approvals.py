"""What needs a second person, of all rooms: each room names a module that tells what waits and carries decisions out.

Such a module has: TITLE, what such an act is called; VERB, who may decide; `waiting(company, limit)`, the oldest first;
`one(company, pk)`, one that waits or None; `effect(company, pk, on)`, what a yes would do; `approve(company, pk, on,
by)` and `reject(company, pk, by, reason)`, which refuse who asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, Protocol, cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from arap.core.errors import NotFound, Refused
from arap.core.models import Company, Role, User
from arap.core.permissions import allows, check, roles_of

LIST_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An act that waits. `role` decides besides the controller, "" where the verb alone says who; without a
    `currency` it has no amount. `url` is the page that tells all about it.
    """

    kind: str
    pk: int
    title: str
    about: str
    url: str
    asked_by_id: int | None
    asked_by: str
    asked_at: datetime
    amount: Decimal | None = None
    currency: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of what a yes would do: an amount (debits above zero) or, without a currency, only words."""

    text: str
    amount: Decimal | None = None
    currency: str = ""


class Room(Protocol):
    """A module that a room names."""

    TITLE: str | Promise
    VERB: str

    def waiting(self, company: Company, limit: int) -> Sequence[Waiting]: ...
    def one(self, company: Company, pk: int) -> Waiting | None: ...
    def effect(self, company: Company, pk: int, on: date) -> Sequence[Line]: ...
    def approve(self, company: Company, pk: int, *, on: date, by: User) -> Any: ...
    def reject(self, company: Company, pk: int, *, by: User, reason: str) -> Any: ...


_rooms: dict[str, str] = {}


def register(kind: str, dotted: str) -> None:
    """Name the module of a kind of act; `kind` stands in addresses. It is imported when it is asked."""
    assert _rooms.get(kind, dotted) == dotted, f"{kind} is named twice"
    _rooms[kind] = dotted


def room(kind: str) -> Room:
    """The module of a kind. Raises NotFound."""
    if kind not in _rooms:
        raise NotFound("not_found", _("There is no such record."))
    return cast(Room, import_module(_rooms[kind]))


def kinds() -> dict[str, Room]:
    """All kinds with their modules, in the order of their names in addresses."""
    return {kind: room(kind) for kind in sorted(_rooms)}


def may_decide(roles: frozenset[Role], verb: str, role: str) -> bool:
    """Whether somebody with `roles` decides what asks for `role`: the controller always, who else has it as well."""
    return allows(roles, verb) and (not role or Role.CONTROLLER in roles or Role(role) in roles)


def waiting_for(company: Company, user: User, *, own: bool = False) -> list[Waiting]:
    """What waits for `user`, the oldest first, of all kinds; with `own` what `user` asked for instead."""
    roles = roles_of(user, company)
    found: list[Waiting] = []
    for each in kinds().values():
        if own or allows(roles, each.VERB):
            rows = each.waiting(company, LIST_MAX)
            found += [row for row in rows if (row.asked_by_id == user.pk) == own and (own or _may(roles, each, row))]
    return sorted(found, key=lambda row: (row.asked_at, row.kind, row.pk))


def get_waiting(company: Company, kind: str, pk: int) -> Waiting:
    """One act that waits. Raises NotFound, also for one that waits no more."""
    found = room(kind).one(company, pk)
    if found is None:
        raise NotFound("not_found", _("This does not wait for approval any more."))
    return found


def approve(company: Company, kind: str, pk: int, *, on: date, by: User) -> None:
    """Say yes as the second person. Raises NotFound, Forbidden, Refused same_person and what the act refuses."""
    _second_person(company, kind, pk, by)
    room(kind).approve(company, pk, on=on, by=by)


def reject(company: Company, kind: str, pk: int, *, by: User, reason: str) -> None:
    """Say no, and why. Raises NotFound, Forbidden, Refused same_person and what the act refuses."""
    _second_person(company, kind, pk, by)
    room(kind).reject(company, pk, by=by, reason=reason)


def _second_person(company: Company, kind: str, pk: int, by: User) -> None:
    check(by, room(kind).VERB, company)
    if get_waiting(company, kind, pk).asked_by_id == by.pk:
        raise Refused("same_person", _("Who asked for something does not decide it."))


def _may(roles: frozenset[Role], each: Room, row: Waiting) -> bool:
    return may_decide(roles, each.VERB, row.role)
