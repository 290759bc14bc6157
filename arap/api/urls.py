"""Addresses of the API, made from the operations, and of the pages around it."""

import re
from collections.abc import Mapping

from django.urls import path, re_path

from arap.api import views
from arap.api.endpoint import view_of
from arap.api.operations import Operation
from arap.api.v1 import OPERATIONS

app_name = "api"


def _addresses() -> dict[str, dict[str, Operation]]:
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.path, {})[operation.method] = operation
    return found


def _pattern(address: str) -> str:
    """The last slash may be left out: a program that does so means the same."""
    return "^v1/" + re.sub(r"{(\w+)}", r"(?P<\1>[0-9]{1,18})", address.rstrip("/")) + "/?$"


def _name(operations: Mapping[str, Operation]) -> str:
    return next(iter(operations.values())).name


urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("docs/", views.docs, name="docs"),
    path("docs/<slug:room>/", views.docs, name="docs_room"),
    path("schema/", views.schema, name="schema"),
    *(re_path(_pattern(address), view_of(found), name=_name(found)) for address, found in _addresses().items()),
    re_path("^.*$", views.no_such_address, name="no_such_address"),
]
