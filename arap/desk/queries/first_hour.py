"""How far somebody is in their first hour."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from arap.core.models import AuditEntry, Company, Role, User
from arap.desk.first_hour import OPENED, Step, steps_for
from arap.desk.models import Opened


@dataclass(frozen=True, slots=True)
class FirstHour:
    """The steps, each with whether it is done."""

    steps: list[tuple[Step, bool]]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(is_done for _step, is_done in self.steps)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.steps)

    @property
    def next(self) -> Step | None:
        """The first that is not done."""
        return next((step for step, is_done in self.steps if not is_done), None)


def first_hour(practice: Company | None, person: User, roles: AbstractSet[Role]) -> FirstHour:
    """How far `person` is, by what they did in their practice company. Two queries."""
    facts: set[str] = set()
    if practice is not None:
        own = AuditEntry.objects.filter(company=practice, actor=person)
        facts.update(own.order_by().values_list("verb", flat=True).distinct())
        opened = Opened.objects.filter(company=practice, user=person)
        facts.update(OPENED + kind for kind in opened.values_list("kind", flat=True).distinct())
    return FirstHour([(step, not step.facts.isdisjoint(facts)) for step in steps_for(roles)])
