"""Invoices and credit notes through the API."""

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail

from arap.core.models import Company, TaxCode, User
from arap.ledger.models import Item
from arap.outbox.models import Message
from customers.actions import ensure_terms
from invoices.models import Invoice
from tests.api.program import Program, program
from tests.stories import Story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def masters(company: Company) -> None:
    """Thirteen per cent, and thirty days."""
    TaxCode.objects.create(company=company, code="V13", name="VAT 13 %", rate=Decimal(13))
    ensure_terms(company, ["n/30"], by=None)


@pytest.fixture
def body(api: Program) -> dict[str, Any]:
    """An invoice of 1,000.00 and 13 % tax to customer C-1."""
    api.post("customers/", {"code": "C-1", "name": "Haichen", "currency": "CNY", "emails": ["ap@haichen.example"]})
    line = {"description": "Pump", "quantity": "2", "unit_price": "500.00", "tax_code": "V13"}
    return {"customer": "C-1", "currency": "CNY", "issued_on": "2026-01-10", "lines": [line]}


def test_a_draft_is_written_read_and_replaced(api: Program, body: dict[str, Any]) -> None:
    made = api.call("POST", "invoices/", {**body, "terms": "n/30", "reference": "PO-1", "memo": "thanks"})
    assert made.status_code == 201
    said = made.json()
    assert (said["state"], said["number"], said["total"], said["open_amount"]) == ("draft", None, "1130.00", "0.00")
    path = f"invoices/{said['id']}/"
    assert made["Location"] == f"/api/v1/{path}"
    whole = api.get(path)
    assert whole["instalments"] == [{"due_on": "2026-02-09", "amount": "1130.00"}]
    assert (whole["due_on"], whole["terms"], whole["memo"]) == ("2026-02-09", "n/30", "thanks")
    line = whole["lines"][0]
    assert (line["quantity"], line["unit_price"], line["tax_rate"], line["net"], line["tax"]) == (
        "2", "500", "13", "1000.00", "130.00",
    )  # fmt: skip
    changed = api.call("PUT", path, {**body, "issued_on": "2026-01-11"}, headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    stale = api.refused("PUT", path, body, headers={"If-Match": made["ETag"]})
    assert stale[:2] == (412, "changed_meanwhile")
    assert api.refused("DELETE", path, headers={"If-Match": made["ETag"]})[0] == 412
    gone = api.call("DELETE", path, headers={"If-Match": changed["ETag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.refused("GET", path)[0] == 404


def test_a_draft_is_posted_and_then_fixed(api: Program, body: dict[str, Any]) -> None:
    made = api.call("POST", "invoices/", body)
    path = f"invoices/{made.json()['id']}/"
    posted = api.post(f"{path}post/", status=200)
    assert (posted["state"], posted["number"], posted["posted_on"]) == ("posted", "INV-2026-000001", "2026-01-10")
    assert posted["open_amount"] == "1130.00"
    assert "ETag" not in api.call("GET", path)
    for method, what in (("PUT", body), ("DELETE", None)):
        assert api.refused(method, path, what, headers={"If-Match": made["ETag"]})[:2] == (409, "already_posted")
    assert api.refused("POST", f"{path}post/")[:2] == (409, "already_posted")


def test_drafting_and_posting_in_one_request(api: Program, body: dict[str, Any], company: Company, clerk: User) -> None:
    said = api.post("invoices/", {**body, "post": True})
    assert (said["state"], said["number"], said["open_amount"]) == ("posted", "INV-2026-000001", "1130.00")
    assert said["due_on"] == "2026-01-10"
    assert api.get("invoices/")["data"] == [said], "the answer is what is read later"
    drafter = program(company, clerk, "invoice.draft")
    assert drafter.refused("POST", "invoices/", {**body, "post": True})[0] == 403
    assert drafter.refused("POST", "invoices/bulk/", {"invoices": [body], "post": True})[0] == 403
    drafter.post("invoices/", body)
    assert Invoice.objects.count() == 2


def test_what_it_refers_to_must_exist(api: Program, body: dict[str, Any]) -> None:
    assert api.refused("POST", "invoices/", {**body, "customer": "?"}) == (422, "invalid", ["customer"])
    assert api.refused("POST", "invoices/", {**body, "terms": "?"})[2] == ["terms"]
    lines = [body["lines"][0], {"unit_price": "1", "tax_code": "?"}]
    assert api.refused("POST", "invoices/", {**body, "lines": lines})[2] == ["lines.1.tax_code"]
    assert api.refused("POST", "invoices/", {**body, "lines": []})[2] == ["lines"]
    assert api.refused("POST", "invoices/", {**body, "lines": [{"unit_price": 5}]})[2] == ["lines.0.unit_price"]
    wrong = {"instalments": [{"due_on": "2026-03-01", "amount": "1.00"}]}
    assert api.refused("POST", "invoices/", {**body, **wrong}) == (422, "invalid_draft", ["instalments"])
    assert not Invoice.objects.exists()


def test_a_closed_month_is_refused(api: Program, body: dict[str, Any]) -> None:
    """Beyond the last period that was opened."""
    late = {**body, "issued_on": "2028-01-01"}
    made = api.post("invoices/", late)
    assert api.refused("POST", f"invoices/{made['id']}/post/")[:2] == (409, "period_closed")
    assert api.refused("POST", "invoices/", {**late, "post": True})[:2] == (409, "period_closed")
    assert Invoice.objects.count() == 1


def test_many_at_once_all_or_none(api: Program, body: dict[str, Any]) -> None:
    many = {"invoices": [{**body, "reference": f"R-{n}"} for n in range(30)], "post": True}
    said = api.post("invoices/bulk/", many)["invoices"]
    assert [one["number"] for one in said] == [f"INV-2026-{n:06}" for n in range(1, 31)]
    assert sum(item.open_amount for item in Item.objects.all()) == Decimal("33900.00")
    drafts = api.post("invoices/bulk/", {"invoices": [body]})["invoices"]
    assert drafts[0]["number"] is None
    wrong = [body, {**body, "customer": "?"}, {**body, "currency": "12"}]
    answer = api.call("POST", "invoices/bulk/", {"invoices": wrong})
    assert [(one["row"], one["field"]) for one in answer.json()["errors"]] == [(2, "currency")]
    wrong = [body, {**body, "customer": "?"}, {**body, "lines": [{"unit_price": "1", "tax_code": "?"}]}]
    answer = api.call("POST", "invoices/bulk/", {"invoices": wrong})
    assert [(one["row"], one["field"]) for one in answer.json()["errors"]] == [(1, "customer"), (2, "lines.0.tax_code")]
    wrong = [body, {**body, "rate": "0.0000000001", "lines": [{"unit_price": "1", "discount_percent": "101"}]}]
    answer = api.call("POST", "invoices/bulk/", {"invoices": wrong})
    assert [(one["row"], one["field"]) for one in answer.json()["errors"]] == [(1, "discount_percent")]
    assert Invoice.objects.count() == 31


def test_credit_notes(api: Program, body: dict[str, Any]) -> None:
    made = api.post("invoices/", {**body, "post": True})
    line = api.get(f"invoices/{made['id']}/")["lines"][0]
    part = {"line_id": line["id"], "amount": "226.00"}
    note = api.post("credit-notes/", {"invoice_id": made["id"], "on": "2026-01-20", "parts": [part], "reason": "late"})
    assert (note["kind"], note["total"], note["tax_total"], note["credits_id"]) == (
        "credit_note", "226.00", "26.00", made["id"],
    )  # fmt: skip
    assert note["open_amount"] == "0.00"
    assert api.get(f"invoices/{made['id']}/")["open_amount"] == "904.00"
    rest = api.post("credit-notes/", {"invoice_id": made["id"], "on": "2026-01-21"})
    assert rest["total"] == "904.00"
    assert api.get(f"invoices/{made['id']}/")["state"] == "credited"
    again = api.refused("POST", "credit-notes/", {"invoice_id": made["id"], "on": "2026-01-21"})
    assert again[:2] == (409, "nothing_to_credit")
    listed = api.get("credit-notes/?customer=C-1")["data"]
    assert [row["id"] for row in listed] == [rest["id"], note["id"]]
    assert api.refused("GET", f"invoices/{note['id']}/")[0] == 404
    assert api.refused("GET", f"credit-notes/{made['id']}/")[0] == 404


def test_debit_notes(api: Program, body: dict[str, Any]) -> None:
    made = api.post("invoices/", {**body, "post": True})
    line = {"description": "Freight", "unit_price": "50.00", "tax_code": "V13"}
    more = {**body, "lines": [line], "adds_to_id": made["id"], "issued_on": "2026-01-15", "post": True}
    note = api.post("invoices/", more)
    assert (note["kind"], note["total"], note["open_amount"], note["adds_to_id"]) == (
        "debit_note", "56.50", "56.50", made["id"],
    )  # fmt: skip
    assert note["number"].startswith("DN-2026-")
    assert api.get(f"invoices/{made['id']}/")["open_amount"] == "1130.00"
    assert [row["id"] for row in api.get("invoices/")["data"]] == [note["id"], made["id"]]
    credited = api.post("credit-notes/", {"invoice_id": note["id"], "on": "2026-01-20"})
    assert (credited["total"], api.get(f"invoices/{note['id']}/")["state"]) == ("56.50", "credited")
    for wrong, field in ({"adds_to_id": note["id"]}, "adds_to"), ({"currency": "USD"}, "currency"):
        assert api.refused("POST", "invoices/", {**more, **wrong}) == (422, "invalid_draft", [field])


def test_too_much_credit_is_refused(api: Program, body: dict[str, Any]) -> None:
    made = api.post("invoices/", {**body, "post": True})
    line = api.get(f"invoices/{made['id']}/")["lines"][0]
    for part, status, code in [
        ({"line_id": line["id"], "amount": "1130.01"}, 409, "over_credited"),
        ({"line_id": line["id"], "quantity": "3"}, 409, "over_credited"),
        ({"line_id": 1}, 422, "credit_part"),
        ({"line_id": line["id"], "amount": "-1"}, 422, "invalid"),
    ]:
        body = {"invoice_id": made["id"], "on": "2026-01-20", "parts": [part]}
        assert api.refused("POST", "credit-notes/", body)[:2] == (status, code)


def test_the_paper_and_sending_it(api: Program, body: dict[str, Any]) -> None:
    draft = api.post("invoices/", body)
    assert api.refused("POST", f"invoices/{draft['id']}/send/")[:2] == (409, "invoice_is_draft")
    made = api.post("invoices/", {**body, "post": True})
    paper = api.call("GET", f"invoices/{made['id']}/pdf/?language=both")
    assert paper.content.startswith(b"%PDF")
    said = api.post(f"invoices/{made['id']}/send/", status=200, key="send-1")
    again = api.post(f"invoices/{made['id']}/send/", status=200, key="send-1")
    assert said == again
    message = Message.objects.get()
    assert [message.pk] == said["message_ids"]
    assert message.to_address == "ap@haichen.example"
    assert mail.outbox == []
    told = {"to": [{"address": "x@y.example"}], "subject": "Hello", "language": "zh-hans"}
    api.post(f"invoices/{made['id']}/send/", told, status=200)
    second = Message.objects.exclude(pk=message.pk).get()
    assert (second.subject, second.to_address, second.language) == ("Hello", "x@y.example", "zh-hans")


def test_lists_and_filters(api: Program, story: Story) -> None:
    def references(query: str) -> list[str]:
        return [row["reference"] for row in api.get(f"invoices/?{query}")["data"]]

    assert references("") == ["PO-3", "PO-2", "PO-1"]
    assert references("customer=C-10482") == ["PO-2", "PO-1"]
    assert references("reference=PO-3") == ["PO-3"]
    assert story.late.document is not None
    assert references(f"number={story.late.document.number}") == ["PO-1"]
    assert references("state=draft") == []
    assert references(f"issued_from={story.young.issued_on}") == ["PO-2"]
    assert references(f"issued_to={story.late.issued_on}") == ["PO-1"]
    rows = {row["reference"]: row for row in api.get("invoices/")["data"]}
    assert (rows["PO-1"]["total"], rows["PO-1"]["open_amount"]) == ("1000.00", "600.00")
    assert (rows["PO-3"]["currency"], rows["PO-3"]["open_amount"]) == ("USD", "300.00")
