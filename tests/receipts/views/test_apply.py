"""apply: amounts per item; a refusal gives the screen back with everything typed; undo is offered."""

from decimal import Decimal

import pytest
from django.test import Client

from arap.core.models import User
from arap.ledger.models import Entry, Item
from invoices.models import Invoice
from receipts.actions import NewReceipt, apply_receipt, record_receipt, reverse_receipt
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/receipts/{story.waiting.pk}/apply/"


def item_of(invoice: Invoice) -> Item:
    return Item.objects.get(document=invoice.document_id)


def field(invoice: Invoice) -> str:
    return f"amount-{item_of(invoice).pk}"


def test_amounts_are_applied(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {field(story.late): "500.00", "key": "a"})
    assert answer["Location"] == f"/receipts/{story.waiting.pk}/"
    assert item_of(story.late).open_amount == Decimal(100)


def test_part_to_each_and_the_rest_stays_on_account(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), {field(story.late): "100", field(story.young): "=50+50"})
    assert item_of(story.late).open_amount == Decimal(500)
    assert item_of(story.young).open_amount == Decimal(1900)
    assert "Not applied so far 300.00" in text_of(as_clerk.get(f"/receipts/{story.waiting.pk}/"))


def test_a_credit_note_pays_too(as_clerk: Client, clerk: User, story: Story) -> None:
    note = Bookkeeper(company=story.company, by=clerk).credit_note(story.haichen.pk, "100.00", story.today)
    as_clerk.post(url(story), {field(story.late): "600", f"amount-{note.item_ids[0]}": "100"})
    assert item_of(story.late).open_amount == 0
    assert Item.objects.get(pk=note.item_ids[0]).open_amount == 0


def test_sent_twice_it_is_applied_once(as_clerk: Client, story: Story) -> None:
    for _time in range(2):
        as_clerk.post(url(story), {field(story.young): "100", "key": "same"})
    assert item_of(story.young).open_amount == Decimal(1900)


def test_undo_is_offered_once_and_takes_it_back(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {field(story.young): "100"}, follow=True)
    assert "applied to 1 document Undo" in text_of(answer)
    assert "Undo Z" not in text_of(as_clerk.get("/")), "it was offered once"
    undo = answer.context["undo"]
    as_clerk.post(undo["url"], undo["fields"])
    assert item_of(story.young).open_amount == Decimal(2000)


def test_undo_takes_back_this_act_alone(as_clerk: Client, clerk: User, story: Story) -> None:
    item = item_of(story.late)
    apply_receipt(story.company, story.waiting.pk, {item.pk: Decimal(10)}, effective_on=story.today, by=clerk)
    undo = as_clerk.post(url(story), {field(story.late): "20"}, follow=True).context["undo"]
    assert item_of(story.late).open_amount == Decimal(570)
    as_clerk.post(undo["url"], undo["fields"])
    assert item_of(story.late).open_amount == Decimal(590), "what was applied to it before stays"


def test_on_to_the_next_that_waits(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {field(story.late): "500", "then": "next"})
    assert answer["Location"] == f"/receipts/{story.lost.pk}/"


def test_the_last_one_leads_to_the_list(as_clerk: Client, clerk: User, story: Story) -> None:
    reverse_receipt(story.company, story.lost.pk, on=story.today, by=clerk, reason="returned")
    answer = as_clerk.post(url(story), {field(story.late): "500", "then": "next"})
    assert answer["Location"] == "/receipts/"


@pytest.mark.parametrize(
    ("late", "young", "sentence"),
    [
        ("abc", "", "abc is not an amount in CNY."),
        ("600.01", "", "This is more than is open."),
        ("-1", "", "Apply amounts above zero."),
        ("", "", "Choose what the receipt pays."),
        ("300", "300", "100.00 more would be applied than is left of the receipt."),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_changes_nothing(
    as_clerk: Client, story: Story, late: str, young: str, sentence: str
) -> None:
    answer = as_clerk.post(url(story), {field(story.late): late, field(story.young): young, "key": "k"})
    assert answer.status_code in (409, 422)
    assert sentence in text_of(answer)
    typed = [line.typed for line in answer.context["page"].lines]
    assert typed == [late, young]
    assert item_of(story.late).open_amount == Decimal(600)


def test_somebody_was_faster(as_clerk: Client, clerk: User, story: Story) -> None:
    late = field(story.late)
    Bookkeeper(company=story.company, by=clerk).apply(
        Item.objects.get(document=story.waiting.document_id).pk, item_of(story.young).pk, "450.00", story.today
    )
    answer = as_clerk.post(url(story), {late: "100"})
    assert answer.status_code == 409
    assert "50.00 more would be applied than is left" in text_of(answer)


def test_what_somebody_did_meanwhile_is_told_with_what_was_typed(as_clerk: Client, clerk: User, story: Story) -> None:
    other = NewReceipt(amount=Decimal(600), currency="CNY", received_on=story.today, customer_id=story.haichen.pk)
    taken = record_receipt(story.company, other, by=clerk)
    apply_receipt(
        story.company, taken.receipt_id, {item_of(story.late).pk: Decimal(600)}, effective_on=story.today, by=clerk
    )
    typed = {field(story.late): "350", field(story.young): "150", "seen": "0", "key": "k"}
    answer = as_clerk.post(url(story), typed)
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "Changed while you had this page open" in shown
    assert f"{taken.number}: CNY 600.00" in shown
    assert "Nothing of it is open. You had typed 350." in shown
    page = answer.context["page"]
    assert [line.typed for line in page.lines] == ["150"], "the rest of what was typed stays"
    assert item_of(story.young).open_amount == Decimal(2000)
    seen_now = as_clerk.post(url(story), {**typed, "seen": str(page.position)})
    assert seen_now.context["page"].moved == [], "the screen that came back has seen it"


def test_to_keep_it_on_account_leads_on_and_writes_nothing(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {"keep": "yes", "then": "next", "key": "k"})
    assert answer["Location"] == f"/receipts/{story.lost.pk}/"
    assert not Entry.objects.filter(item__document=story.waiting.document_id).exists()
    assert "stays on account" in text_of(as_clerk.get("/receipts/"))


def test_a_day_that_is_none(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {field(story.late): "1", "on": "31/2"})
    assert answer.status_code == 422
    assert "The day cannot be read." in text_of(answer)


def test_an_item_of_somebody_else_is_refused(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {field(story.foreign): "1"})
    assert answer.status_code in (409, 422)
    assert item_of(story.foreign).open_amount == Decimal(300)


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.post(url(story), {field(story.late): "1"}).status_code == 404
    assert item_of(story.late).open_amount == Decimal(600)


def test_get_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story), wrong="get")
