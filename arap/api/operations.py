"""What the API can do: one operation is a method at an address, with its verb, what it takes and what it answers.

The rooms of v1/ declare them beside the function that does the work. Addresses, rights, validation, idempotency and the
schema all come from these declarations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from arap.api.models import ApiToken
from arap.api.records import Record
from arap.api.shapes import Shape
from arap.core.models import Company, User
from arap.core.permissions import PERMISSIONS, get_for

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers. `location` is the address of what was made, `etag` names this state of it.

    `file` (name, content) takes the place of `data` where a paper is asked for.
    """

    data: Any = None
    status: int = 200
    location: str = ""
    etag: str = ""
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read and allowed: who asks, for which company, and what for.

    `body` is what the request means, `sent` its JSON as it came. `act_key` names this act for what must not happen
    twice although the transaction is tried again.
    """

    operation: "Operation"
    token: ApiToken
    verbs: frozenset[str]
    ids: Mapping[str, int]
    query: Mapping[str, Any]
    body: Any
    sent: Any
    today: date
    if_match: str = ""
    act_key: str = field(default_factory=lambda: uuid4().hex)

    @property
    def company(self) -> Company:
        return self.token.company

    @property
    def user(self) -> User:
        return self.token.user

    def row(self, found: type[M] | QuerySet[M], name: str = "id") -> M:
        """The row that the address names, of this company. Raises NotFound."""
        return get_for(self.user, self.operation.verb, found, self.ids[name], self.company)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`path` stands below /api/v1/. `rows` is the field of the body that brings many of a kind.

    With `matches` the caller names the state that it has seen (If-Match). `is_paper`: the answer is a PDF.
    """

    name: str
    method: str
    path: str
    verb: str
    summary: str | Promise
    about: str | Promise
    run: Callable[[Call], Answer]
    query: Record | None = None
    body: Record | None = None
    answer: Shape | None = None
    status: int = 200
    rows: str = ""
    matches: bool = False
    may_be_empty: bool = False
    is_paper: bool = False

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def room(self) -> str:
        """The first part of the address: what the operation is about."""
        return self.path.partition("/")[0]


OPERATIONS: list[Operation] = []


def operation(
    method: str, path: str, verb: str, *, summary: str | Promise, about: str | Promise = "", **options: Any
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Declare that the function below answers `method` at `path` (ids in braces) for those who may do `verb`."""
    assert verb in PERMISSIONS, f"undeclared verb {verb}"

    def declare(run: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        OPERATIONS.append(
            Operation(
                name=run.__name__, method=method, path=path, verb=verb, summary=summary, about=about, run=run, **options
            )
        )
        return run

    return declare
