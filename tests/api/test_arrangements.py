"""Arrangements through the API: tried, asked for by one, approved by another, undone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arap.core.models import ExchangeRate
from arap.ledger.models import Item
from tests.api.program import Program
from tests.stories import Story

pytestmark = pytest.mark.django_db


def item_of(story: Story) -> Item:
    return Item.objects.select_related("customer").get(document=story.late.document_id)


def test_an_exchange_and_its_undoing(api: Program, story: Story) -> None:
    ExchangeRate.objects.create(
        company=story.company, currency="USD", valid_from=story.today, rate=Decimal(7), source="test"
    )
    item = item_of(story)
    assert item.customer is not None
    money = {
        "amount": "100.00",
        "currency": "USD",
        "received_on": story.today.isoformat(),
        "customer": item.customer.code,
    }
    number = api.post("receipts/", money)["receipt"]["number"]
    credit = Item.objects.get(document__number=number, document__kind="receipt")
    new = {"kind": "exchange", "item_id": credit.pk, "settles": [{"item_id": item.pk, "amount": "600.00"}]}
    assert api.refused("POST", "arrangements/", new)[2] == ["rate"]
    assert api.refused("POST", "arrangements/", {**new, "rate": "0.2"})[:2] == (409, "over_arranged")
    new["rate"] = "0.14"
    told = api.post("arrangements/preview/", new, status=200)
    assert Decimal(told["difference"]) == 12
    assert [(each["now"], each["after"]) for each in told["changes"]] == [("-100.00", "-16.00"), ("600.00", "0.00")]
    made = api.post("arrangements/", new)
    assert (made["state"], made["amount"], made["number"][:3]) == ("posted", "84.00", "EX-")
    at = f"arrangements/{made['id']}/"
    assert api.get(at) == made
    assert Decimal(api.get(f"{at}undoing/")["difference"]) == -12
    assert api.post(f"{at}reverse/", {"reason": "wrong rate"}, status=200)["state"] == "reversed"
    assert item_of(story).open_amount == Decimal(600)
    assert api.refused("POST", f"{at}reverse/", {"reason": "x"})[:2] == (409, "not_posted")


def test_a_netting_waits(api: Program, controls: Program, story: Story) -> None:
    new = {"kind": "netting", "item_id": item_of(story).pk, "reference": "Set-off 7"}
    made = api.post("arrangements/", new)
    assert (made["state"], made["amount"], made["required_role"]) == ("requested", "600.00", "controller")
    at = f"arrangements/{made['id']}/"
    assert api.refused("POST", f"{at}approve/", {})[0] == 403
    assert controls.post(f"{at}reject/", {"reason": "not signed"}, status=200)["decision"] == "not signed"
    second = api.post("arrangements/", {**new, "amount": "100.00"})["id"]
    assert controls.post(f"arrangements/{second}/approve/", {}, status=200)["state"] == "posted"
    assert [each["id"] for each in api.get("arrangements/?kind=netting&state=posted")["data"]] == [second]
    assert item_of(story).open_amount == Decimal(500)


def test_a_transfer(api: Program, story: Story) -> None:
    item = item_of(story)
    other = story.qiming if item.customer_id == story.haichen.pk else story.haichen
    new = {"kind": "transfer", "item_id": item.pk, "to_customer": other.code}
    assert api.refused("POST", "arrangements/", {**new, "to_customer": "nobody"})[1] == "unknown_customer"
    assert api.post("arrangements/", new)["to_customer"] == other.code
    assert item_of(story).open_amount == 0


def test_a_plan(api: Program, controls: Program, story: Story) -> None:
    item = item_of(story)
    day = (story.today + timedelta(days=30)).isoformat()
    new = {
        "kind": "plan", "item_id": item.pk, "settles": [{"item_id": item.pk, "amount": "600.00"}], "grace_days": 5,
        "instalments": [{"due_on": day, "amount": "599.00"}],
    }  # fmt: skip
    assert api.refused("POST", "arrangements/", new)[:2] == (422, "instalments")
    new["instalments"] = [{"due_on": day, "amount": "600.00"}]
    made = api.post("arrangements/", new)
    assert (made["state"], made["instalments"], made["fallback"]) == ("requested", [[day, "600.00"]], None)
    assert controls.post(f"arrangements/{made['id']}/approve/", {}, status=200)["number"][:3] == "RS-"
    assert item_of(story).open_amount == 0
