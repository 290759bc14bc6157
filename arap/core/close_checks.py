"""What proves that a month can be closed: rooms name their checks by dotted names, resolved when they are run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from arap.core.models import Company, Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a check found: figures and names for its sentence (as JSON has them), and the page that shows them."""

    is_met: bool
    facts: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A claim about a period. `unmet` is filled with the facts; with `must` no explanation helps."""

    key: str
    title: str | Promise
    unmet: Any
    run: Callable[[Company, Period], Outcome]
    must: bool = False

    def sentence(self, facts: Mapping[str, Any]) -> str:
        """What was found, in the language in use."""
        return str(self.unmet % facts)


_checks: list[str] = []


def register(dotted: str) -> None:
    """Name a Check. They are run and shown in the order in which the rooms came up."""
    if dotted not in _checks:
        _checks.append(dotted)


def checks() -> list[Check]:
    """All of them."""
    return [import_string(dotted) for dotted in _checks]
