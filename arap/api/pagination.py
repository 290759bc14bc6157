"""Pages of lists by keyset: each begins after the last row of the one before. No row is skipped over, none is counted.

DRF's CursorPagination skips over rows that are alike in the first column of the order, and thousands of documents share
one position in the book. Our cursor names the whole place, is signed, and good for its own list only.
"""

from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response


class KeysetPagination(BasePagination):
    """By the view's `ordering`: columns that tell every two rows apart, all rising or (with minus) all falling."""

    cursor: str | None = None

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        names = [name.lstrip("-") for name in view.ordering]
        way = "lt" if view.ordering[0].startswith("-") else "gt"
        place = read_cursor(view)
        if place is not None:
            queryset = queryset.filter(_beyond(names, way, place))
        limit = view.asked["limit"]
        found = list(queryset.order_by(*view.ordering)[: limit + 1])
        if len(found) > limit:
            found.pop()
            self.cursor = write_cursor(view, [getattr(found[-1], name) for name in names])
        return found

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.cursor})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        cursor = {
            "type": "string",
            "nullable": True,
            "description": _("The cursor of the page after; null on the last."),
        }
        return {"type": "object", "required": ["data", "next"], "properties": {"data": schema, "next": cursor}}


def _beyond(names: Sequence[str], way: str, place: Sequence[Any]) -> Q:
    """The rows after `place`. The first condition is for the index, the others for rows alike in the first columns."""
    after = Q(**{f"{names[0]}__{way}": place[0]})
    if len(names) == 1:
        return after
    return Q(**{f"{names[0]}__{way}e": place[0]}) & (after | _beyond(names[1:], way, place[1:]))


def write_cursor(view: Any, place: Any) -> str:
    """The cursor of the page that begins after `place` (anything JSON can hold)."""
    return signing.dumps(place, salt=_salt(view))


def read_cursor(view: Any) -> Any:
    """The place after which the page begins; None for the first page. Raises ValidationError."""
    cursor = view.asked["cursor"]
    if not cursor:
        return None
    try:
        return signing.loads(cursor, salt=_salt(view))
    except signing.BadSignature:
        raise ValidationError({"cursor": [_("This is not a cursor of this list.")]}) from None


def _salt(view: Any) -> str:
    return f"arap.api:{view.company.pk}:{type(view).__name__}"
