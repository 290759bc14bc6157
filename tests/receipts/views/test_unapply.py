"""unapply: one entry or all of a receipt, shown before it is done; both acts stay in the history."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.models import User
from arap.ledger.models import Entry, Item
from receipts.actions import apply_receipt
from statements.actions.making import make_statement, wanted
from tests.ledger.book import Bookkeeper
from tests.pages import text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(story: Story) -> str:
    return f"/receipts/{story.applied.pk}/unapply/"


FORM = {"reason": "wrong invoice", "key": "k"}


def item_of(story: Story) -> int:
    return Item.objects.get(document=story.late.document_id).pk


def entry_of(story: Story) -> Entry:
    """What the applied receipt paid, from its own side."""
    return Entry.objects.get(item__document=story.applied.document_id)


def late_open(story: Story) -> Decimal:
    return Item.objects.get(document=story.late.document_id).open_amount


def test_what_was_paid_is_open_again(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {**FORM, "entries": str(entry_of(story).pk)}, follow=True)
    assert late_open(story) == Decimal(1000)
    assert "both acts stay in the history" in text_of(answer)
    assert Entry.objects.filter(company=story.company).count() == 4


def test_without_entries_all_of_it(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), FORM)
    assert late_open(story) == Decimal(1000)


def test_a_second_time_there_is_nothing_to_undo(as_clerk: Client, story: Story) -> None:
    as_clerk.post(url(story), FORM)
    answer = as_clerk.post(url(story), {**FORM, "key": "again"})
    assert answer.status_code == 409
    assert "There is no application to undo." in text_of(answer)
    assert "There is nothing to unapply" in text_of(as_clerk.get(url(story)))


def test_not_before_it_was_applied(as_clerk: Client, story: Story) -> None:
    early = (story.today - timedelta(days=60)).isoformat()
    answer = as_clerk.post(url(story), {**FORM, "on": early})
    assert answer.status_code == 409
    assert late_open(story) == Decimal(600)


def test_a_day_that_is_none(as_clerk: Client, story: Story) -> None:
    assert as_clerk.post(url(story), {**FORM, "on": "soon"}).status_code == 422


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(url(story)).status_code == 404
    assert client.post(url(story), FORM).status_code == 404
    assert late_open(story) == Decimal(600)


def test_it_is_shown_before_it_is_done(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story))
    effect = answer.context["effect"]
    assert [(item.number, item.now, item.after) for item in effect.items] == [
        (number_of(story.late), Decimal(600), Decimal(1000))
    ]
    assert (effect.left_now, effect.left_after, effect.postings) == (Decimal(0), Decimal(400), [])
    assert late_open(story) == Decimal(600), "nothing is done by looking"
    assert Entry.objects.filter(company=story.company).count() == 2


def test_what_was_shown_is_what_happens(as_clerk: Client, story: Story) -> None:
    shown = as_clerk.get(url(story)).context["aging"]
    as_clerk.post(url(story), FORM)
    apply_receipt(story.company, story.applied.pk, {item_of(story): Decimal(1)}, effective_on=story.today, by=None)
    now = as_clerk.get(url(story)).context["aging"]
    told, found = {line.head: line.after for line in shown}, {line.head: line.now for line in now}
    assert told.pop("61–90 d") - found.pop("61–90 d") == Decimal(1), "of which 1.00 is applied again"
    assert told.pop("Not applied") - found.pop("Not applied") == Decimal(-1)
    assert told == found


def test_a_reason_is_needed(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(url(story), {**FORM, "reason": ""})
    assert answer.status_code == 422
    assert "Say why it is undone." in text_of(answer)
    assert late_open(story) == Decimal(600)


def test_only_the_entry_named_is_undone(as_clerk: Client, story: Story) -> None:
    young = Item.objects.get(document=story.young.document_id)
    amounts = {item_of(story): Decimal(100), young.pk: Decimal(300)}
    apply_receipt(story.company, story.waiting.pk, amounts, effective_on=story.today, by=None)
    entry = Entry.objects.get(counter_item=young, reverses=None)
    as_clerk.post(f"/receipts/{story.waiting.pk}/unapply/", {**FORM, "entries": str(entry.pk)})
    young.refresh_from_db()
    assert young.open_amount == Decimal(2000)
    assert late_open(story) == Decimal(500), "the other document of the same act stays paid"


def test_an_entry_of_another_receipt_is_not_touched(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(f"/receipts/{story.waiting.pk}/unapply/", {**FORM, "entries": str(entry_of(story).pk)})
    assert answer.status_code == 409
    assert late_open(story) == Decimal(600)


@pytest.mark.parametrize("entries", ["", "1,2,x", "9" * 30, "<b>", "-1"])
def test_an_address_that_names_nothing_is_answered(as_clerk: Client, story: Story, entries: str) -> None:
    assert as_clerk.get(url(story), {"entries": entries}).status_code == 200


def test_reminders_and_statements_that_spoke_of_it_are_named(as_clerk: Client, clerk: User, story: Story) -> None:
    want = wanted(
        story.company,
        kind="activity",
        as_of=story.today,
        from_on=story.today - timedelta(days=100),
        language="en",
        at=timezone.now(),
        today=story.today,
    )
    made = make_statement(story.company, story.haichen, want, by=clerk)
    page = text_of(as_clerk.get(url(story)))
    assert f"Statement {made.number} as of" in page
    assert "spoke of it. It stays as it was made; the next one shows the change." in page


def test_a_credit_note_that_paid_in_the_same_act_is_undone_with_it(as_clerk: Client, clerk: User, story: Story) -> None:
    note = Bookkeeper(company=story.company, by=clerk).credit_note(story.haichen.pk, "100.00", story.today)
    fields = {f"amount-{item_of(story)}": "600", f"amount-{note.item_ids[0]}": "100"}
    answer = as_clerk.post(f"/receipts/{story.waiting.pk}/apply/", fields, follow=True)
    undo = answer.context["undo"]
    as_clerk.post(undo["url"], undo["fields"])
    assert late_open(story) == Decimal(600)
    assert Item.objects.get(pk=note.item_ids[0]).open_amount == Decimal(-100)
