"""Refunds through the API: the account and the refund by one, both approved by another, ordered, paid, returned."""

from decimal import Decimal

import pytest

from arap.core.models import CompanyBankAccount
from arap.ledger.models import Item
from tests.api.program import Program
from tests.stories import Story

pytestmark = pytest.mark.django_db
ACCOUNT = {"holder": "Haichen", "bank": "BOC", "account_no": "622200001111", "proof": "call"}


def credit_of(story: Story) -> Item:
    return Item.objects.get(document=story.waiting.document_id)


def account(api: Program, controls: Program, story: Story) -> int:
    made = api.post(f"customers/{story.haichen.pk}/bank-accounts/", ACCOUNT)
    at = f"customer-accounts/{made['id']}/"
    assert api.refused("POST", f"{at}approve/", {})[0] == 403
    assert controls.post(f"{at}approve/", {}, status=200)["state"] == "approved"
    return int(made["id"])


def test_from_the_account_to_the_return(api: Program, controls: Program, story: Story) -> None:
    pk = account(api, controls, story)
    own = CompanyBankAccount.objects.create(
        company=story.company, name="Acme", bank="BOC", account_no="62229999", currency="CNY"
    )
    new = {"item_id": credit_of(story).pk, "amount": "500.00", "account_id": pk, "reason": "Paid twice"}
    assert api.refused("POST", "refunds/", {**new, "amount": "500.01"})[:2] == (409, "over_refunded")
    made = api.post("refunds/", new)
    assert (made["state"], made["required_role"], made["number"]) == ("requested", "controller", None)
    at = f"refunds/{made['id']}/"
    assert api.get(at) == made
    assert api.refused("POST", f"{at}approve/", {})[0] == 403
    assert controls.post(f"{at}approve/", {}, status=200)["state"] == "approved"
    wanted = {"refund_ids": [made["id"]], "bank_account_id": own.pk}
    payout = api.post("pay-outs/", wanted)
    assert (payout["total"], payout["count"]) == ("500.00", 1)
    assert api.refused("POST", "pay-outs/", wanted)[:2] == (409, "not_approved")
    file = api.call("GET", f"pay-outs/{payout['id']}/file/")
    assert b"pain.001.001.09" in file.content
    assert api.get(f"pay-outs/{payout['id']}/") == payout == api.get("pay-outs/")["data"][0]
    api.post(f"pay-outs/{payout['id']}/paid/", {}, status=200)
    assert api.get(at)["number"].startswith("RF-")
    assert api.post(f"{at}return/", {"reason": "closed"}, status=200)["state"] == "returned"
    assert credit_of(story).open_amount == Decimal(-500)


def test_ends_before_it_is_paid(api: Program, controls: Program, story: Story) -> None:
    pk = account(api, controls, story)
    new = {"item_id": credit_of(story).pk, "amount": "500.00", "account_id": pk, "reason": "Paid twice"}
    first = api.post("refunds/", new)["id"]
    assert controls.post(f"refunds/{first}/reject/", {"reason": "no"}, status=200)["decision"] == "no"
    second = api.post("refunds/", new)["id"]
    assert api.post(f"refunds/{second}/cancel/", {"reason": "goods"}, status=200)["outcome"] == "goods"
    assert api.refused("POST", f"refunds/{second}/fail/", {"reason": "x"})[:2] == (409, "not_ordered")
    assert [each["id"] for each in api.get("refunds/?state=cancelled")["data"]] == [second]
    other = api.post(f"customers/{story.haichen.pk}/bank-accounts/", {**ACCOUNT, "account_no": "622200002222"})["id"]
    assert controls.post(f"customer-accounts/{other}/reject/", {"reason": "who?"}, status=200)["state"] == "rejected"
    assert api.post(f"customer-accounts/{pk}/retire/", {"reason": "fraud"}, status=200)["state"] == "retired"
    assert api.refused("POST", "refunds/", new)[:2] == (422, "account")
    assert {each["state"] for each in api.get(f"customers/{story.haichen.pk}/bank-accounts/")["data"]} == {
        "rejected", "retired",
    }  # fmt: skip
    assert api.get(f"customer-accounts/{pk}/")["customer"] == "C-10482"
