"""Made-up requests to every operation: no crash, and no answer that the published schema does not promise.

`FUZZ_EXAMPLES` says how many for each operation; `make api-fuzz` sends a thousand.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as told

from arap.core.models import Company, User
from arap.ledger.models import Application, Document, Item
from tests.api.program import program
from tests.stories import Story

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
CHECKS = [
    checks.not_a_server_error,
    told.status_code_conformance,
    told.content_type_conformance,
    told.response_headers_conformance,
    told.response_schema_conformance,
    told.negative_data_rejection,
    told.ignored_auth,
    told.unsupported_method,
]

published = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@dataclass(frozen=True, slots=True)
class World:
    """What requests may be about: a token that may do everything, and rows that exist."""

    secret: str
    ids: dict[str, int]


@pytest.fixture
def world(company: Company, controller: User, story: Story) -> Iterator[World]:
    """The story, and a controller's program."""
    rows: dict[str, Any] = {"documents": Document, "items": Item, "applications": Application}
    ids = {name: model.objects.values_list("pk", flat=True)[0] for name, model in rows.items()}
    ids |= {"customers": story.haichen.pk, "invoices": story.late.pk, "receipts": story.waiting.pk}
    # As Django's own test client does: the requests of a test share its connection.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield World(program(company, controller).secret, ids)
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@published.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_nothing_breaks(world: World, case: Any) -> None:
    """Every other request is about rows that exist, so that it comes further than their absence."""
    _aim(case, world)
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {world.secret}"}, checks=CHECKS)
        transaction.set_rollback(True)


def _aim(case: Any, world: World) -> None:
    room = case.path.removeprefix("/api/v1/").partition("/")[0]
    pk = case.path_parameters.get("id") if case.path_parameters else None
    if isinstance(pk, int) and 0 < pk < 10**18 and pk % 2 == 0 and room in world.ids:
        case.path_parameters["id"] = world.ids[room]
    body = case.body
    if isinstance(body, dict):
        for part in [body, *(one for one in body.get("invoices") or [] if isinstance(one, dict))]:
            _name(part, world)


def _name(part: dict[str, Any], world: World) -> None:
    """Names that mean something, in place of such as are well formed."""
    if isinstance(part.get("customer"), str) and 0 < len(part["customer"]) <= 60:
        part["customer"] = "C-10482"
    if isinstance(part.get("currency"), str) and len(part["currency"]) == 3 and part["currency"].isupper():
        part["currency"] = "CNY"
    if isinstance(part.get("invoice_id"), int) and part["invoice_id"] > 0:
        part["invoice_id"] = world.ids["invoices"]
