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

from django.db import transaction
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.errors import Forbidden, NotFound, Refused
from arap.core.models import Company, Delegation, Role, User
from arap.core.permissions import allows, roles_of

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


@dataclass(frozen=True, slots=True)
class Power:
    """By which roles somebody decides: their own, and those of whoever handed over their approvals."""

    user_id: int
    own: frozenset[Role]
    lent: Sequence[tuple[Delegation, frozenset[Role]]] = ()

    def of(self, asked_by_id: int | None) -> frozenset[Role]:
        """The roles that count for what this person asked for: what they lent out does not."""
        return self.own.union(*(roles for each, roles in self.lent if each.giver_id != asked_by_id))

    def decides(self, verb: str, role: str, asked_by_id: int | None) -> bool:
        """Whether it is theirs to decide; never what they asked for themselves."""
        return asked_by_id != self.user_id and may_decide(self.of(asked_by_id), verb, role)

    def lender(self, verb: str, role: str, asked_by_id: int | None) -> Delegation | None:
        """Whose approval it is where their own roles do not reach."""
        if may_decide(self.own, verb, role):
            return None
        for each, roles in self.lent:
            if each.giver_id != asked_by_id and may_decide(self.own | roles, verb, role):
                return each
        return None


def power_of(user: User, company: Company) -> Power:
    """By which roles `user` decides now. A delegation counts while its giver still holds the roles."""
    own = roles_of(user, company)
    if not own:
        return Power(user.pk, own)
    lent = Delegation.objects.filter(company=company, taker=user, starts_at__lte=Now(), ends_at__gt=Now())
    rows = lent.select_related("giver").order_by("pk")
    return Power(user.pk, own, [(each, roles_of(each.giver, company)) for each in rows])


def deciding_roles(user: User, company: Company, *, asked_by_id: int | None) -> frozenset[Role]:
    """The roles by which `user` decides what this person asked for."""
    return power_of(user, company).of(asked_by_id)


def waiting_for(company: Company, user: User, *, own: bool = False) -> list[Waiting]:
    """What waits for `user`, the oldest first, of all kinds; with `own` what `user` asked for instead."""
    power = power_of(user, company)
    found: list[Waiting] = []
    for each in kinds().values():
        if own:
            found += [row for row in each.waiting(company, LIST_MAX) if row.asked_by_id == user.pk]
        elif any(allows(roles, each.VERB) for roles in (power.own, *(lent for _each, lent in power.lent))):
            rows = each.waiting(company, LIST_MAX)
            found += [row for row in rows if power.decides(each.VERB, row.role, row.asked_by_id)]
    return sorted(found, key=lambda row: (row.asked_at, row.kind, row.pk))


def get_waiting(company: Company, kind: str, pk: int) -> Waiting:
    """One act that waits. Raises NotFound, also for one that waits no more."""
    found = room(kind).one(company, pk)
    if found is None:
        raise NotFound("not_found", _("This does not wait for approval any more."))
    return found


@transaction.atomic
def approve(company: Company, kind: str, pk: int, *, on: date, by: User) -> None:
    """Say yes as the second person. Raises NotFound, Forbidden, Refused same_person and what the act refuses."""
    lender, waits = _second_person(company, kind, pk, by)
    room(kind).approve(company, pk, on=on, by=by)
    _tell(lender, waits, "yes", by)


@transaction.atomic
def reject(company: Company, kind: str, pk: int, *, by: User, reason: str) -> None:
    """Say no, and why. Raises NotFound, Forbidden, Refused same_person and what the act refuses."""
    lender, waits = _second_person(company, kind, pk, by)
    room(kind).reject(company, pk, by=by, reason=reason)
    _tell(lender, waits, "no", by)


def _second_person(company: Company, kind: str, pk: int, by: User) -> tuple[Delegation | None, Waiting]:
    power, verb = power_of(by, company), room(kind).VERB
    waits = get_waiting(company, kind, pk)
    if waits.asked_by_id == by.pk:
        raise Refused("same_person", _("Who asked for something does not decide it."))
    if not power.decides(verb, waits.role, waits.asked_by_id):
        raise Forbidden("forbidden", _("Your role does not allow this."), verb=verb)
    return power.lender(verb, waits.role, waits.asked_by_id), waits


def _tell(lender: Delegation | None, waits: Waiting, decision: str, by: User) -> None:
    """For whom it was decided, beside what the act itself says."""
    if lender is not None:
        after = {"kind": waits.kind, "id": waits.pk, "what": waits.title, "decision": decision}
        after["for"] = lender.giver.username
        audit.record(by=by, verb="approval.for", obj=lender, after=after)
