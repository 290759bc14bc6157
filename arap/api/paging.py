"""Lists in pages, by keyset: a page starts after a row, so it costs the same everywhere and nothing is counted.

The cursor is signed, and good for its own list only: what a caller makes up is refused and never reaches a query.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.api.errors import invalid
from arap.api.operations import Answer, Call
from arap.api.records import Many, Problem, Record
from arap.api.shapes import Shape, Text, Whole

M = TypeVar("M", bound=Model)

LIMIT, LIMIT_MAX = 50, 200
CURSOR_LENGTH_MAX = 500

PAGING: dict[str, Shape] = {
    "cursor": Text(CURSOR_LENGTH_MAX, default="", about=gettext_lazy("What the page before gave as “next”.")),
    "limit": Whole(1, LIMIT_MAX, default=LIMIT, about=gettext_lazy("How many rows a page has.")),
}


def page_of(row: Record) -> Record:
    """The shape of a page of such rows: `next` is the cursor of the page after, null on the last one."""
    fields = {"data": Many(row, LIMIT_MAX), "next": Text(CURSOR_LENGTH_MAX, null=True)}
    return Record(f"{row.name}Page", fields)


def page(
    call: Call,
    rows: QuerySet[M],
    show: Callable[[Sequence[M]], list[dict[str, Any]]],
    *,
    newest_first: bool = True,
) -> Answer:
    """One page of `rows` in the order of their ids. `show` is given the whole page, so that it can ask once for all."""
    start = read_cursor(call)
    if start is not None:
        rows = rows.filter(**{"pk__lt" if newest_first else "pk__gt": start})
    limit = call.query["limit"]
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return Answer({"data": show(found), "next": write_cursor(call, found[-1].pk) if more else None})


def write_cursor(call: Call, place: Any) -> str:
    """The cursor of the page that begins after `place` (anything JSON can hold)."""
    return signing.dumps(place, salt=_salt(call))


def read_cursor(call: Call) -> Any:
    """The place after which the page begins; None for the first page. Raises ApiError 422."""
    cursor = call.query["cursor"]
    if not cursor:
        return None
    try:
        return signing.loads(cursor, salt=_salt(call))
    except signing.BadSignature:
        raise invalid([Problem(_("This is not a cursor of this list."), "cursor")]) from None


def _salt(call: Call) -> str:
    return f"arap.api:{call.company.pk}:{call.operation.name}"
