"""Bad debts through the API: asked for by one, approved by another, recovered and undone; and discounts of receipts."""

from decimal import Decimal

import pytest

from arap.core.models import User
from arap.ledger.models import Item
from customers.models import PaymentTerms
from invoices.actions import Draft, DraftLine, create_draft, post_invoice
from tests.api.program import Program
from tests.stories import Story

pytestmark = pytest.mark.django_db


def item_of(story: Story) -> Item:
    return Item.objects.get(document=story.late.document_id)


def test_from_the_request_to_the_recovery(api: Program, controls: Program, story: Story) -> None:
    item = item_of(story)
    new = {"item_id": item.pk, "amount": "600.00", "reason": "insolvency", "explanation": "Bankrupt."}
    assert api.refused("POST", "write-offs/", {**new, "amount": "600.01"})[:2] == (409, "over_written_off")
    assert api.refused("POST", "write-offs/", {**new, "reason": "whim"})[2] == ["reason"]
    made = api.post("write-offs/", new)
    assert (made["state"], made["required_role"], made["number"]) == ("requested", "controller", None)
    at = f"write-offs/{made['id']}/"
    assert api.get(at) == made
    assert [each["id"] for each in api.get("write-offs/?state=requested")["data"]] == [made["id"]]
    assert api.refused("POST", f"{at}approve/", {})[0] == 403
    assert controls.post(f"{at}approve/", {}, status=200)["state"] == "posted"
    assert item_of(story).open_amount == 0
    again = controls.post(f"{at}recover/", {"amount": "250.00"}, status=200)
    assert (again["write_off"]["recovered"], Item.objects.get(pk=again["item_id"]).open_amount) == (
        "250.00", Decimal(250),
    )  # fmt: skip
    assert controls.refused("POST", f"{at}reverse/", {"reason": "x"})[:2] == (409, "recovered")


def test_rejected_and_undone(api: Program, controls: Program, story: Story) -> None:
    new = {"item_id": item_of(story).pk, "amount": "600.00", "reason": "cost", "explanation": "Small."}
    first = api.post("write-offs/", new)["id"]
    assert controls.post(f"write-offs/{first}/reject/", {"reason": "ask again"}, status=200)["decision"] == "ask again"
    second = api.post("write-offs/", new)["id"]
    controls.post(f"write-offs/{second}/approve/", {}, status=200)
    assert controls.post(f"write-offs/{second}/reverse/", {"reason": "they pay"}, status=200)["state"] == "reversed"
    assert item_of(story).open_amount == Decimal(600)


def test_a_discount_and_a_rest(api: Program, clerk: User, story: Story) -> None:
    terms = PaymentTerms.objects.create(company=story.company, code="2/10", name="2/10", rule="2/10 n/30")
    lines = [DraftLine(unit_price=Decimal(1000))]
    draft = Draft(customer_id=story.haichen.pk, currency="CNY", issued_on=story.today, terms_id=terms.pk, lines=lines)
    posted = post_invoice(story.company, create_draft(story.company, draft, by=clerk).pk, by=clerk)
    quick = Item.objects.get(document=posted.document_id)
    money = {"amount": "980.00", "currency": "CNY", "received_on": story.today.isoformat(), "customer": "C-10482"}
    receipt = api.post("receipts/", money)["receipt"]["id"]
    asked = {"amounts": [{"item_id": quick.pk, "amount": "700.00"}], "with_discount": False}
    beyond = {**asked, "rest": {"kind": "withholding"}}
    assert api.refused("POST", f"receipts/{receipt}/apply/", beyond)[:2] == (409, "above_tolerance")
    done = api.post(
        f"receipts/{receipt}/apply/", {**asked, "rest": {"kind": "residual", "reason": "freight"}}, status=200
    )
    assert (done["allowances"], Item.objects.get(pk=quick.pk).open_amount) == ([], Decimal(0))
    api.post(f"receipts/{receipt}/unapply/", {"reason": "mistake"}, status=200)
    done = api.post(f"receipts/{receipt}/apply/", {"amounts": [{"item_id": quick.pk, "amount": "245.00"}]}, status=200)
    assert [(each["kind"], each["amount"], each["percent"]) for each in done["allowances"]] == [
        ("discount", "5.00", "2")
    ]
    undone = api.post(f"receipts/{receipt}/unapply/", {"reason": "mistake"}, status=200)
    assert [each["kind"] for each in undone["allowances"]] == ["discount"]
