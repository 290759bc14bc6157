"""A client that a public generator makes of the published schema drives a whole month against a running server."""

import importlib
import inspect
import json
import subprocess
import sys
import typing
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import pytest

from arap.core.models import Company, TaxCode, User
from customers.actions import ensure_terms
from tests.api.program import program

PACKAGE = "arap_month_client"
CONFIG = {
    "content_type_overrides": {
        "application/pdf": "application/octet-stream",
        "application/xml": "application/octet-stream",
    },
    "post_hooks": [],
}


class Generated:
    """The generated package, asked by method and address; what it answers is its own parsed model."""

    def __init__(self, address: str, secret: str, schema: dict[str, Any]) -> None:
        client = importlib.import_module(f"{PACKAGE}.client")
        self.client = client.AuthenticatedClient(base_url=address, token=secret, raise_on_unexpected_status=True)
        self.paths = schema["paths"]

    def call(self, method: str, path: str, body: Any = None, **given: Any) -> Any:
        """Status and the model of the answer. A path's `{id}` is given as `id`."""
        module = self._module(method, path)
        names = inspect.signature(module.sync_detailed).parameters
        options: dict[str, Any] = {"id" if name == "id_" else name: value for name, value in given.items()}
        if "idempotency_key" in names:
            options.setdefault("idempotency_key", uuid4().hex)
        if "id" in options and "id" not in names:
            options["id_"] = options.pop("id")
        if body is not None:
            options["body"] = self._body(module).from_dict(body)
        reply = module.sync_detailed(client=self.client, **options)
        assert reply.parsed is not None, f"{method} {path}: {reply.status_code} {reply.content!r}"
        return int(reply.status_code), reply.parsed

    def _module(self, method: str, path: str) -> ModuleType:
        operation = self.paths[f"/api/v1/{path}"][method.lower()]
        plain = operation["operationId"].replace("-", "_")
        return importlib.import_module(f"{PACKAGE}.api.{operation['tags'][0].replace('-', '_')}.{plain}")

    @staticmethod
    def _body(module: ModuleType) -> Any:
        hint = typing.get_type_hints(module._get_kwargs)["body"]
        return next(each for each in (hint, *typing.get_args(hint)) if hasattr(each, "from_dict"))


@pytest.fixture
def generated(
    live_address: str, company: Company, controller: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Generated]:
    """The client of a controller's token, made from what the running server publishes."""
    TaxCode.objects.create(company=company, code="V13", name="VAT 13 %", rate=Decimal(13))
    ensure_terms(company, ["n/30"], by=None)
    with urlopen(f"{live_address}/api/schema/") as answer:  # noqa: S310 - our own server
        schema = json.load(answer)
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"]
    paths = ["--path", "schema.json", "--config", "config.json", "--output-path", PACKAGE]
    made = subprocess.run([*generator, *paths], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Generated(live_address, program(company, controller).secret, schema)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def line(price: str, **more: str) -> dict[str, str]:
    return {"unit_price": price, "tax_code": "V13", **more}


def test_a_month(generated: Generated) -> None:
    """March 2026 of one customer, to the cent: owed 11,300.00, 2,260.00 and 113.00; paid 12,000.00; credited 226.00."""
    call = generated.call
    new = {"code": "C-1", "name": "Haichen", "currency": "CNY", "terms": "n/30", "emails": ["a@b.example"]}
    status, customer = call("POST", "customers/", new)
    assert (status, customer.code) == (201, "C-1")
    invoice = {"customer": "C-1", "currency": "CNY", "issued_on": "2026-03-03", "lines": [line("10000.00")]}
    _status, first = call("POST", "invoices/", {**invoice, "post": True}, idempotency_key="march-1")
    _status, again = call("POST", "invoices/", {**invoice, "post": True}, idempotency_key="march-1")
    assert (first.total, first.number) == ("11300.00", again.number)
    status, wrong = call("POST", "invoices/", {**invoice, "customer": "?"})
    assert (status, wrong.errors[0].field) == (422, "customer")

    second = {**invoice, "issued_on": "2026-03-05", "lines": [line("1000.00", quantity="2")], "reference": "PO-2"}
    status, draft = call("POST", "invoices/", {**second, "memo": "to be posted"})
    _status, posted = call("POST", "invoices/{id}/post/", {}, id=draft.id)
    assert (posted.total, posted.state.value, posted.lines[0].tax) == ("2260.00", "posted", "260.00")
    _status, many = call("POST", "invoices/bulk/", {"invoices": [{**invoice, "lines": [line("100.00")]}], "post": True})
    assert [one.number for one in many.invoices] == ["INV-2026-000003"]

    money = {"amount": "12000.00", "currency": "CNY", "received_on": "2026-03-20", "customer": "C-1"}
    _status, receipt = call(
        "POST", "receipts/", {**money, "apply_to": [{"number": first.number, "amount": "11300.00"}]}
    )
    assert (receipt.receipt.unapplied, receipt.applied.remaining) == ("700.00", "700.00")
    part = {"line_id": posted.lines[0].id, "amount": "226.00"}
    _status, note = call(
        "POST", "credit-notes/", {"invoice_id": posted.id, "on": "2026-03-25", "parts": [part], "reason": "scratched"}
    )
    assert (note.total, note.open_amount) == ("226.00", "0.00")

    _status, aging = call("GET", "aging/", as_of=date(2026, 3, 31))
    assert (aging.ties, [total.total for total in aging.totals]) == (True, ["1447.00"])
    assert (aging.data[0].unapplied, aging.data[0].total) == ("-700.00", "1447.00")
    items = call("GET", "items/", open_=True)[1].data
    item = next(one for one in items if one.document == posted.number)
    amounts = {"amounts": [{"item_id": item.id, "amount": "700.00"}], "effective_on": "2026-03-31"}
    _status, applied = call("POST", "receipts/{id}/apply/", amounts, id=receipt.receipt.id)
    assert applied.remaining == "0.00"
    _status, undone = call(
        "POST", "receipts/{id}/unapply/", {"numbers": [first.number], "reason": "wrong", "effective_on": "2026-03-31"},
        id=receipt.receipt.id,
    )  # fmt: skip
    assert undone.remaining == "11300.00"
    best = {"auto": True, "effective_on": "2026-03-31"}
    assert call("POST", "receipts/{id}/apply/", best, id=receipt.receipt.id)[1].remaining == "0.00"

    said = call("GET", "statements/preview/", customer="C-1", as_of=date(2026, 3, 31))[1]
    assert said.balances[0].closing == "1447.00"
    documents = call("GET", "documents/")[1].data
    assert [one.kind.value for one in documents] == ["invoice"] * 3 + ["receipt", "credit_note"]
    changed = call("PATCH", "customers/{id}/", {"segment": "A"}, id=customer.id, if_match="*")[1]
    assert changed.segment == "A"
