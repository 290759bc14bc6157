"""Money in through the API."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arap.core.models import Company, CompanyBankAccount
from arap.ledger.models import Item
from tests.api.program import Program
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def money(story: Story, **more: object) -> dict[str, object]:
    return {
        "amount": "100.00",
        "currency": "CNY",
        "received_on": story.today.isoformat(),
        "customer": "C-10482",
        **more,
    }


def test_money_is_recorded(api: Program, story: Story, company: Company) -> None:
    CompanyBankAccount.objects.create(company=company, name="Acme", bank="BOC", account_no="62220000", currency="CNY")
    said = api.post("receipts/", money(story, bank_account="62220000", remittance="x", payer_name="Haichen"))
    receipt = said["receipt"]
    assert (receipt["state"], receipt["amount"], receipt["unapplied"]) == ("confirmed", "100.00", "100.00")
    assert (receipt["customer"], receipt["payer_name"], receipt["remittance"]) == ("C-10482", "Haichen", "x")
    assert (said["applied"]["entries"], said["applied"]["remaining"]) == ([], "100.00")
    assert api.get(f"receipts/{receipt['id']}/") == receipt
    assert api.refused("POST", "receipts/", money(story, bank_account="?"))[2] == ["bank_account"]
    assert api.refused("POST", "receipts/", money(story, customer="?"))[2] == ["customer"]
    for amount in ("0", "0.00", "-1", "1.001", 5, "1e3", "١"):
        assert api.refused("POST", "receipts/", money(story, amount=amount))[2] == ["amount"], amount


def test_money_is_recorded_and_applied_at_once(api: Program, story: Story) -> None:
    late = number_of(story.late)
    said = api.post("receipts/", money(story, apply_to=[{"number": late, "amount": "60.00"}]))
    assert (said["receipt"]["unapplied"], said["applied"]["remaining"]) == ("40.00", "40.00")
    assert [(one["document"], one["amount"]) for one in said["applied"]["entries"]] == [(late, "60.00")]
    auto = api.post("receipts/", money(story, amount="540.00", remittance=late, auto=True))
    assert auto["applied"]["remaining"] == "0.00"
    refused = api.refused("POST", "receipts/", money(story, apply_to=[{"number": late, "amount": "1.00"}]))
    assert refused[:2] == (409, "not_open")
    both = money(story, auto=True, apply_to=[{"number": late, "amount": "1.00"}])
    assert api.refused("POST", "receipts/", both)[2] == ["auto"]
    twice = money(story, apply_to=[{"number": late, "amount": "1.00"}] * 2)
    assert api.refused("POST", "receipts/", twice)[2] == ["apply_to"]


def test_a_large_amount_waits_for_somebody_else(
    api: Program, controls: Program, story: Story, company: Company
) -> None:
    company.receipt_confirmation_above = Decimal(50)
    company.save(update_fields=["receipt_confirmation_above"])
    receipt = api.post("receipts/", money(story))["receipt"]
    assert (receipt["state"], receipt["number"], receipt["needs_confirmation"]) == ("recorded", None, True)
    path = f"receipts/{receipt['id']}/"
    assert api.refused("POST", f"{path}confirm/")[0] == 403
    assert controls.post(f"{path}confirm/", status=200)["state"] == "confirmed"
    assert controls.refused("POST", f"{path}confirm/")[:2] == (409, "not_recorded")
    own = controls.post("receipts/", money(story))["receipt"]
    assert controls.refused("POST", f"receipts/{own['id']}/confirm/")[:2] == (409, "same_person")
    assert controls.post(f"receipts/{own['id']}/reject/", {"reason": "no"}, status=200)["state"] == "rejected"


def test_applied_undone_and_returned(api: Program, story: Story) -> None:
    receipt, item = story.waiting, Item.objects.get(document=story.young.document)
    path = f"receipts/{receipt.pk}/"
    done = api.post(f"{path}apply/", {"amounts": [{"item_id": item.pk, "amount": "300.00"}]}, status=200)
    assert (done["remaining"], done["entries"][0]["document"]) == ("200.00", number_of(story.young))
    auto = api.post(f"{path}apply/", {"auto": True}, status=200)
    assert auto["remaining"] == "0.00"
    over = api.refused("POST", f"{path}apply/", {"amounts": [{"item_id": item.pk, "amount": "1.00"}]})
    assert over[:2] == (409, "not_enough")
    undone = api.post(f"{path}unapply/", {"numbers": [number_of(story.young)], "reason": "wrong"}, status=200)
    assert undone["remaining"] == "300.00"
    entries = api.get(f"{path}applications/")["data"]
    assert (entries[0]["amount"], entries[0]["is_undone"]) == ("300.00", True)
    gone = api.post(f"{path}reverse/", {"reason": "bounced"}, status=200)
    assert (gone["state"], gone["unapplied"]) == ("reversed", "0.00")
    assert api.refused("POST", f"{path}reverse/", {"reason": "bounced"})[:2] == (409, "not_confirmed")
    for body in ({}, {"auto": True, "amounts": [{"item_id": item.pk, "amount": "1.00"}]}):
        assert api.refused("POST", f"{path}apply/", body)[2] == ["amounts"]


def test_nothing_happens_to_money_in_the_future(api: Program, story: Story) -> None:
    later, item = "2999-12-31", Item.objects.get(document=story.young.document)
    assert api.refused("POST", "receipts/", money(story, received_on=later)) == (422, "invalid", ["received_on"])
    assert api.refused("POST", "receipts/", money(story, posted_on=later)) == (422, "invalid", ["posted_on"])
    path, amounts = f"receipts/{story.waiting.pk}/", [{"item_id": item.pk, "amount": "1.00"}]
    for act, field, body in (
        ("apply", "effective_on", {"amounts": amounts}),
        ("unapply", "effective_on", {"reason": "wrong"}),
        ("reverse", "on", {"reason": "bounced"}),
    ):
        refused = api.refused("POST", f"{path}{act}/", {**body, field: later})
        assert refused == (422, "invalid", [field]), act
    lost = f"receipts/{story.lost.pk}/identify/"
    assert api.refused("POST", lost, {"customer": "C-10482", "on": later}) == (422, "invalid", ["on"])
    tomorrow = money(story, received_on=(story.today + timedelta(days=1)).isoformat())
    assert api.refused("POST", "receipts/", tomorrow)[2] == ["received_on"]


def test_lists_and_filters(api: Program, story: Story) -> None:
    def amounts(query: str) -> list[str]:
        return [row["amount"] for row in api.get(f"receipts/?{query}")["data"]]

    assert amounts("") == ["77.00", "500.00", "400.00"]
    assert amounts("customer=C-10482") == ["500.00", "400.00"]
    assert amounts(f"number={number_of(story.lost)}") == ["77.00"]
    assert amounts("state=reversed") == []
    assert amounts(f"received_from={story.waiting.received_on}") == ["77.00", "500.00"]
    rows = {row["amount"]: row for row in api.get("receipts/")["data"]}
    assert (rows["400.00"]["unapplied"], rows["77.00"]["customer"], rows["77.00"]["unapplied"]) == (
        "0.00",
        None,
        "77.00",
    )


def test_identified_money_is_still_the_receipts(api: Program, story: Story, company: Company) -> None:
    path = f"receipts/{story.lost.pk}/"
    assert api.refused("POST", f"{path}identify/", {"customer": "?"})[2] == ["customer"]
    assert api.refused("POST", f"{path}identify/", {"customer": "C-10482", "amount": "78.00"})[0] == 409
    said = api.post(f"{path}identify/", {"customer": "C-10482"}, status=200)
    assert (said["unapplied"], said["customer"]) == ("77.00", None)
    assert api.post(f"{path}apply/", {"auto": True}, status=200)["remaining"] == "0.00"
    assert api.get(path)["unapplied"] == "0.00"
