"""Bills of exchange in the browser and through the API: registered, passed on, ended, undone, refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import AuditEntry
from arap.ledger.models import Item, JournalLine
from bills.models import Bill
from bills.queries import last_event
from tests.api.program import Program
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
LIST = "/bills/"


def form(story: Story, **fields: str) -> dict[str, str]:
    told = {
        "customer": "C-10482", "kind": "bank", "number": "5" * 30, "first_cent": "1", "last_cent": "60000",
        "acceptor": "Bank of Ningbo", "issued_on": (story.today - timedelta(days=9)).isoformat(), "currency": "CNY",
        "due_on": (story.today + timedelta(days=90)).isoformat(), "received_on": story.today.isoformat(),
        "amount": "600.00",
    }  # fmt: skip
    return told | fields


def registered(client: Client, story: Story) -> Bill:
    client.post(f"{LIST}new/", form(story))
    return Bill.objects.get()


def late(story: Story) -> Decimal:
    return Item.objects.get(document=story.late.document_id).open_amount


def test_registered_and_paid(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(f"{LIST}new/", form(story), follow=True)
    bill = Bill.objects.get()
    assert "Registered as BE-" in text_of(answer)
    assert late(story) == 0, "the oldest invoice is settled"
    assert "5" * 14 not in text_of(as_clerk.get(LIST))
    assert "Bank of Ningbo" in text_of(as_clerk.get(LIST))
    assert "Dr 1002" in text_of(as_clerk.post(f"{LIST}{bill.pk}/collect/", {"on": "", "preview": "1"}))
    assert Bill.objects.get(item__open_amount=600), "a look changes nothing"
    assert "Paid by receipt" in text_of(as_clerk.post(f"{LIST}{bill.pk}/collect/", {"on": ""}, follow=True))
    assert "Bank of Ningbo" not in text_of(as_clerk.get(LIST))
    assert "Paid" in text_of(as_clerk.get(f"{LIST}?view=all"))
    assert AuditEntry.objects.filter(verb="bill.received").exists()


def test_the_effect_of_a_discount_is_what_happens(as_clerk: Client, as_controller: Client, story: Story) -> None:
    bill = registered(as_clerk, story)
    at = f"{LIST}{bill.pk}/discount/"
    data = {"party": "Bank of Ningbo", "on": "", "rate": "3.6", "interest": "", "with_recourse": "on", "note": ""}
    shown = text_of(as_controller.post(at, {**data, "preview": "1"}))
    assert "594.60" in shown
    assert "5.40" in shown, "600 at 3.6 % for 90 days"
    as_controller.post(at, data)
    event = last_event(bill)
    assert event is not None
    lines = JournalLine.objects.filter(document=event.document_id).values_list("account__role", "amount")
    assert dict(lines) == {
        "bank": Decimal("594.6"), "discount_interest": Decimal("5.4"), "bills_liability": Decimal(-600),
    }  # fmt: skip
    undo = f"{LIST}{bill.pk}/events/{event.pk}/undo/"
    assert "600.00" in text_of(as_controller.get(undo))
    as_controller.post(undo, {"on": "", "reason": "Wrong bank", "key": "k"})
    bill.refresh_from_db()
    assert (bill.state, bill.with_recourse) == ("held", False)


def test_dishonoured(as_clerk: Client, story: Story) -> None:
    bill = registered(as_clerk, story)
    as_clerk.post(f"{LIST}{bill.pk}/dishonour/", {"on": "", "note": "No funds"})
    again = Item.objects.get(origin_item__document=story.late.document_id)
    assert (again.open_amount, again.due_on) == (Decimal(600), Item.objects.get(document=story.late.document_id).due_on)
    assert "No funds" in text_of(as_clerk.get(f"{LIST}{bill.pk}/"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": "x"}, "is not an amount"),
        ({"amount": "600.01"}, "This sub-interval is CNY 600.00."),
        ({"number": ""}, "This is needed."),
        ({"customer": "nobody"}, "nobody"),
        ({"due_on": "2099-01-01"}, "falls due on"),
        ({"received_on": "2099-01-01"}, "lies in the future"),
        ({"first_cent": "-1"}, "1"),
        ({"number": "x\x00"}, "Null characters"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_it(
    as_clerk: Client, story: Story, fields: dict[str, str], words: str
) -> None:
    answer = as_clerk.post(f"{LIST}new/", form(story, **fields))
    assert (answer.status_code, Bill.objects.count()) == (422, 0)
    assert words in text_of(answer)


def test_twice_is_refused(as_clerk: Client, story: Story) -> None:
    registered(as_clerk, story)
    answer = as_clerk.post(f"{LIST}new/", form(story))
    assert (answer.status_code, Bill.objects.count()) == (409, 1)
    assert "registered already" in text_of(answer)


def test_parts_are_named_by_their_line(as_clerk: Client, story: Story) -> None:
    bill = registered(as_clerk, story)
    at = f"{LIST}{bill.pk}/split/"
    assert "Line 2" in text_of(as_clerk.post(at, {"on": "", "amounts": "1\nx"}))
    assert "together are not the bill" in text_of(as_clerk.post(at, {"on": "", "amounts": "1\n2"}))
    as_clerk.post(at, {"on": "", "amounts": "200\n400"})
    assert [part.amount for part in bill.parts.order_by("starts_at")] == [Decimal(200), Decimal(400)]


def test_a_clerk_passes_nothing_on(as_clerk: Client, story: Story) -> None:
    bill = registered(as_clerk, story)
    assert as_clerk.get(f"{LIST}{bill.pk}/endorse/").status_code == 403
    assert "Endorse" not in text_of(as_clerk.get(f"{LIST}{bill.pk}/"))


def test_through_the_api(api: Program, controls: Program, story: Story) -> None:
    new: dict[str, object] = form(story) | {"customer_id": story.haichen.pk}
    new |= {"first_cent": 1, "last_cent": 60_000}
    del new["customer"]
    made = api.post("bills/", new)
    assert (made["state"], made["open"], made["events"][0]["kind"]) == ("held", "600.00", "received")
    at = f"bills/{made['id']}/"
    assert api.refused("POST", f"{at}endorse/", {"party": "X", "with_recourse": True})[0] == 403
    done = controls.post(f"{at}endorse/", {"party": "X", "with_recourse": True}, status=200)
    assert (done["state"], done["with_recourse"]) == ("endorsed", True)
    assert controls.refused("POST", f"{at}collect/", {})[:2] == (409, "bill_state")
    event = done["events"][-1]["id"]
    controls.post(f"{at}undo/", {"event_id": event, "reason": "wrong"}, status=200)
    parts = api.post(f"{at}split/", {"amounts": ["100.00", "500.00"]}, status=200)["parts"]
    paid = api.post(f"bills/{parts[0]['id']}/collect/", {}, status=200)
    assert (paid["bill"]["state"], paid["bill"]["open"]) == ("paid", "0.00")
    assert [each["id"] for each in api.get("bills/?state=split")["data"]] == [made["id"]]
