"""The API as a program uses it: whole requests through middleware, token, key and JSON, in this process."""

import json
from typing import Any

from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from arap.api.actions import issue_token
from arap.api.models import ApiToken
from arap.core.actions.people import grant_role
from arap.core.models import Company, Role, User
from arap.ledger.actions import refresh_statistics
from bench.measure import Sheet
from bench.scratch import scratch_database
from bench.work import prepare

SINGLES = 400
BULK = 5_000
BULKS_MAX = 4


def run(size: int) -> Sheet:
    """Create-and-post one by one, and in bulk, with `size` / 10 customers."""
    sheet = Sheet(size)
    with scratch_database(), override_settings(ALLOWED_HOSTS=["testserver"]):
        company = prepare(size, "API").company
        send = _sender(company)
        for number in range(20):
            send("invoices/", {**_invoice(number, size), "post": True}, f"warm-{number}")
        refresh_statistics()
        with sheet.timed("API: create and post", SINGLES):
            for number in range(SINGLES):
                send("invoices/", {**_invoice(number, size), "post": True}, f"one-{number}")
        with sheet.timed("API: bulk, drafts", BULK):
            send("invoices/bulk/", {"invoices": [_invoice(n, size) for n in range(BULK)]}, "drafts")
        for nth in range(BULKS_MAX):
            body = {"invoices": [_invoice(n, size) for n in range(BULK)], "post": True}
            with sheet.timed("API: bulk, create and post", BULK):
                send("invoices/bulk/", body, f"bulk-{nth}")
    return sheet


def _invoice(number: int, size: int) -> dict[str, Any]:
    return {
        "customer": f"B{number % max(size // 10, 1) + 1:07}",
        "currency": "CNY",
        "issued_on": f"2026-{number % 6 + 1:02}-{number % 28 + 1:02}",
        "reference": f"PO-{number}",
        "lines": [{"description": "Mould insert", "quantity": "2", "unit_price": f"{number % 900 + 100}.50"}],
    }


def _sender(company: Company) -> Any:
    user = User.objects.create(username="bench-api", last_company=company)
    grant_role(company, user, Role.CLERK, by=None)
    new = issue_token(company, user, name="bench", scopes=["invoice.draft", "invoice.post"], days=1, at=timezone.now())
    ApiToken.objects.filter(pk=new.token.pk).update(requests_per_minute=1_000_000)
    client = Client()

    def send(path: str, body: dict[str, Any], key: str) -> None:
        headers = {"Authorization": f"Bearer {new.secret}", "Idempotency-Key": key}
        data = json.dumps(body)
        answer = client.generic("POST", f"/api/v1/{path}", data, content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content[:2000]

    return send
