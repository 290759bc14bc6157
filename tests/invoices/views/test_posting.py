"""post and post_several: the effect is shown first; all or none; twice is once; what cannot be posted is left out."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from arap.core.models import AuditEntry, Period, User
from invoices.actions import Draft, DraftLine, create_draft
from invoices.models import Invoice
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
URL = "/invoices/post/"


def entered(story: Story, price: str = "100.00", **fields: object) -> Invoice:
    given = {"customer_id": story.haichen.pk, "currency": "CNY", "issued_on": story.today, **fields}
    return create_draft(story.company, Draft(lines=[DraftLine(unit_price=Decimal(price))], **given), by=None)  # type: ignore[arg-type]


def test_the_effect_is_shown_and_then_they_are_posted(as_clerk: Client, story: Story) -> None:
    one, two = entered(story), entered(story, "50.00")
    note = entered(story, "30.00", kind="credit_note")
    ids = [one.pk, two.pk, note.pk]
    page = text_of(as_clerk.get(URL, {"invoice": ids}))
    assert "Post 3 invoices" in page
    assert "CNY 120.00 120.00 –" in page
    assert Invoice.objects.drafts().count() == 3
    answer = as_clerk.post(URL, {"invoice": ids, "key": "b1"}, follow=True)
    assert "3 invoices are posted." in text_of(answer)
    assert not Invoice.objects.drafts().exists()


def test_what_cannot_be_posted_is_left_out_with_its_reason(as_clerk: Client, story: Story) -> None:
    good = entered(story)
    bad = [story.late, entered(story, "0"), entered(story, currency="JPY")]
    ids = [each.pk for each in (good, *bad)]
    page = text_of(as_clerk.get(URL, {"invoice": ids}))
    for said in ("posted already", "Only a total above zero", "no exchange rate for JPY", "Post 1 invoice"):
        assert said in page
    as_clerk.post(URL, {"invoice": ids, "key": "b1"})
    good.refresh_from_db()
    assert good.state == "posted"
    assert Invoice.objects.drafts().count() == 2


def test_twice_is_once(as_clerk: Client, story: Story) -> None:
    draft = entered(story)
    for _click in range(2):
        as_clerk.post(URL, {"invoice": [draft.pk], "key": "b1"})
        as_clerk.post(f"/invoices/{draft.pk}/post/", {"key": "p1"})
    assert AuditEntry.objects.filter(verb="invoice.post", object_id=str(draft.pk)).count() == 1


def test_a_late_paper_says_the_day_it_is_posted_on(as_clerk: Client, clerk: User, story: Story) -> None:
    day = story.today.replace(day=1)
    closed = {"state": "closed", "closed_by": clerk, "closed_at": timezone.now()}
    draft = entered(story, issued_on=day - timedelta(days=1))
    Period.objects.filter(company=story.company, ends_on__lt=day).update(**closed)
    page = text_of(as_clerk.get(URL, {"invoice": [draft.pk]}))
    assert "the first open day" in page
    Period.objects.filter(company=story.company).update(**closed)
    assert "No accounting period is open" in text_of(as_clerk.get(URL, {"invoice": [draft.pk]}))
    answer = as_clerk.post(f"/invoices/{draft.pk}/post/", follow=True)
    assert "Nothing was posted." in text_of(answer)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_nothing_ticked_says_what_to_do(as_clerk: Client, story: Story) -> None:
    assert "Tick drafts in the list, then post them." in text_of(as_clerk.get(URL, {"invoice": ["x", "", "²"]}))


def test_another_companys_draft_is_not_posted(client: Client, outsider: User, story: Story) -> None:
    draft = entered(story)
    client.force_login(outsider)
    client.post(URL, {"invoice": [draft.pk]})
    assert client.post(f"/invoices/{draft.pk}/post/").status_code == 404
    assert Invoice.objects.drafts().count() == 1


def test_one_is_posted_by_post_only(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, f"/invoices/{story.late.pk}/post/", wrong="get")
