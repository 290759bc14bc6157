"""Arrangements in the browser: shown first, done as shown, approved by somebody else, undone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import AuditEntry, ExchangeRate, User
from arap.ledger.models import Document, Item
from receipts.actions import NewReceipt, record_receipt
from receipts.models import Arrangement
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
LIST = "/receipts/arrangements/"


def item_of(story: Story) -> Item:
    return Item.objects.get(document=story.late.document_id)


def seen(client: Client, at: str, form: dict[str, object]) -> str:
    """The effect is shown, and nothing is done; returns what stands for it."""
    answer = client.post(at, form)
    assert answer.status_code == 200, text_of(answer)
    assert "Nothing is changed yet." in text_of(answer)
    assert not Arrangement.objects.exists()
    return str(answer.context["form"].data["seen"])


def dollars(story: Story, user: User) -> Item:
    """USD 100.00 of the customer of the late invoice, received today at 7.00."""
    ExchangeRate.objects.create(
        company=story.company, currency="USD", valid_from=story.today - timedelta(days=9), rate=Decimal(7), source="t"
    )
    new = NewReceipt(
        amount=Decimal(100), currency="USD", received_on=story.today, customer_id=item_of(story).customer_id
    )
    made = record_receipt(story.company, new, by=user)
    return Item.objects.get(document=made.document_id)


def test_dollars_pay_the_late_invoice(as_clerk: Client, clerk: User, story: Story) -> None:
    credit = dollars(story, clerk)
    at = f"{LIST}exchange/{credit.pk}/"
    assert at in as_clerk.get(f"/documents/{credit.document_id}/", follow=True).content.decode()
    form: dict[str, object] = {"settles": [str(item_of(story).pk)], "rate": "0.14", "reference": "mail of today"}
    form["seen"] = seen(as_clerk, at, form)
    answer = as_clerk.post(at, form, follow=True)
    # CNY 600.00 at USD 0.14 a yuan take USD 84.00, which stand at 588.00: a loss of 12.00
    assert "Entered in the book as EX-" in text_of(answer)
    assert (item_of(story).open_amount, Item.objects.get(pk=credit.pk).open_amount) == (Decimal(0), Decimal(-16))
    made = Arrangement.objects.get()
    assert "USD 84.00" in text_of(answer)
    undoing = text_of(as_clerk.get(f"{LIST}{made.pk}/undo/"))
    assert "Exchange gain CNY 12.00" in undoing
    assert as_clerk.post(f"{LIST}{made.pk}/undo/", {"reason": ""}).status_code == 422
    as_clerk.post(f"{LIST}{made.pk}/undo/", {"reason": "wrong rate", "key": "a"})
    assert (item_of(story).open_amount, Item.objects.get(pk=credit.pk).open_amount) == (Decimal(600), Decimal(-100))
    assert "There is nothing to undo" in text_of(as_clerk.get(f"{LIST}{made.pk}/undo/"))
    assert as_clerk.post(f"{LIST}{made.pk}/undo/", {"reason": "x", "key": "b"}).status_code == 409


def test_only_what_was_seen_is_done(as_clerk: Client, story: Story) -> None:
    """Another amount than the one whose effect was shown is shown first, too."""
    at = f"{LIST}netting/{item_of(story).pk}/"
    form: dict[str, object] = {"amount": "600.00", "reference": "Set-off 7"}
    form["seen"] = seen(as_clerk, at, form)
    seen(as_clerk, at, {**form, "amount": "599.00"})
    assert as_clerk.post(at, form).status_code == 302


def test_netting_waits_for_somebody_else(as_clerk: Client, controller: User, story: Story) -> None:
    at = f"{LIST}netting/{item_of(story).pk}/"
    assert "Say by which agreement it is netted." in text_of(as_clerk.post(at, {"amount": "600.00"}))
    answer = as_clerk.post(at, {"amount": "600.01", "reference": "A"})
    assert (answer.status_code, "amount" in answer.context["form"].errors) == (409, True)
    form: dict[str, object] = {"amount": "500.00", "reference": "Set-off 7"}
    form["seen"] = seen(as_clerk, at, form)
    assert "Asked for; somebody else approves it." in text_of(as_clerk.post(at, form, follow=True))
    assert item_of(story).open_amount == Decimal(600)
    made = Arrangement.objects.get()
    page = f"{LIST}{made.pk}/"
    assert as_clerk.post(f"{page}approve/").status_code == 403
    as_clerk.force_login(controller)
    assert "To approve" in text_of(as_clerk.get(LIST))
    assert "Dr 2202.99 Payables netted off CNY 500.00" in text_of(as_clerk.get(page))
    assert as_clerk.post(f"{page}reject/", {"reason": ""}).status_code == 422
    assert "Entered in the book as NT-" in text_of(as_clerk.post(f"{page}approve/", follow=True))
    assert item_of(story).open_amount == Decimal(100)
    verbs = AuditEntry.objects.filter(object_type="receipts.arrangement").values_list("verb", flat=True)
    assert set(verbs) == {"arrangement.request", "arrangement.post"}


def test_it_is_rejected_with_a_reason(client: Client, as_clerk: Client, controller: User, story: Story) -> None:
    at = f"{LIST}netting/{item_of(story).pk}/"
    form: dict[str, object] = {"amount": "500.00", "reference": "Set-off 7"}
    as_clerk.post(at, {**form, "seen": seen(as_clerk, at, form)})
    page = f"{LIST}{Arrangement.objects.get().pk}/"
    as_clerk.force_login(controller)
    as_clerk.post(f"{page}reject/", {"reason": "not signed"})
    assert "not signed" in text_of(as_clerk.get(page))
    answer = as_clerk.post(f"{page}approve/")
    assert (answer.status_code, item_of(story).open_amount) == (409, Decimal(600))


def test_a_debt_goes_to_another_customer(as_clerk: Client, story: Story) -> None:
    item = item_of(story)
    at = f"{LIST}transfer/{item.pk}/"
    other = story.qiming if item.customer_id == story.haichen.pk else story.haichen
    assert "Type the code of a customer." in text_of(as_clerk.post(at, {"amount": "600.00", "to_customer": ""}))
    form: dict[str, object] = {"amount": "200.00", "to_customer": other.code}
    form["seen"] = seen(as_clerk, at, form)
    assert "Entered in the book as TR-" in text_of(as_clerk.post(at, form, follow=True))
    moved = Item.objects.get(document=Document.objects.get(kind="transfer", customer=other))
    assert (moved.customer_id, moved.due_on, moved.amount) == (other.pk, item.due_on, Decimal(200))


def test_where_there_is_nothing_to_do(as_clerk: Client, clerk: User, story: Story) -> None:
    assert "Only an open credit" in text_of(as_clerk.get(f"{LIST}exchange/{item_of(story).pk}/"))
    credit = dollars(story, clerk)
    assert "Nothing of it is owed to us." in text_of(as_clerk.get(f"{LIST}netting/{credit.pk}/"))
    assert "Nothing was arranged" in text_of(as_clerk.get(LIST))
    assert as_clerk.post(f"{LIST}exchange/{credit.pk}/", {"rate": "x"}).status_code == 422


def test_instalments_are_agreed_on_and_approved_in_the_inbox(as_clerk: Client, controller: User, story: Story) -> None:
    item = item_of(story)
    at = f"{LIST}plan/{item.pk}/"
    assert at in as_clerk.get(f"/documents/{story.late.document_id}/", follow=True).content.decode()
    form: dict[str, object] = {"settles": [str(item.pk)], "count": "3", "months": "1", "grace_days": "5"}
    assert "Type the day of the first instalment." in text_of(as_clerk.post(at, form))
    wrong = as_clerk.post(at, {**form, "schedule": "soon 5"})
    assert "is no instalment" in text_of(wrong)
    form["first_on"] = (story.today + timedelta(days=30)).isoformat()
    form["seen"] = seen(as_clerk, at, form)
    assert "Asked for; somebody else approves it." in text_of(as_clerk.post(at, form, follow=True))
    made = Arrangement.objects.get()
    as_clerk.force_login(controller)
    inbox = text_of(as_clerk.get("/approvals/"))
    assert "Instalment plan" in inbox
    assert "CNY 600.00" in inbox
    assert "CNY 200.00" in text_of(as_clerk.get(f"/approvals/arrangement/{made.pk}/"))
    answer = as_clerk.post(f"{LIST}{made.pk}/approve/", follow=True)
    assert "Entered in the book as RS-" in text_of(answer)
    opened = Item.objects.filter(document__kind="reschedule")
    assert [each.open_amount for each in opened] == [Decimal(200)] * 3
    assert {each.original_due_on for each in opened} == {item.due_on}
    assert item_of(story).open_amount == 0
