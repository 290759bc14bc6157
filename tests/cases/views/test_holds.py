"""holds, new, release: pages of holds."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from arap.core.models import Company, Role, User
from arap.ledger.models import Item
from cases.actions import set_hold
from cases.models import Hold
from tests.pages import check_method, text_of
from tests.people import hire
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def as_collector(client: Client, collector: User) -> Client:
    client.force_login(collector)
    return client


@pytest.fixture
def hold(story: Story, collector: User) -> Hold:
    return set_hold(
        story.company, story.haichen, reason="promise", starts_on=story.today, by=collector, note="by Friday"
    )


def new_url(story: Story) -> str:
    return f"/holds/new/{story.haichen.pk}/"


def test_the_list(as_collector: Client, hold: Hold) -> None:
    words = text_of(as_collector.get("/holds/"))
    for piece in ("Ningbo Haichen", "Payment promised", "by Friday", "All items", "Release"):
        assert piece in words


def test_of_one_customer(as_collector: Client, story: Story, collector: User, hold: Hold) -> None:
    set_hold(story.company, story.qiming, reason="legal", starts_on=story.today, by=collector)
    for text in ("haichen", story.haichen.code):
        words = text_of(as_collector.get("/holds/", {"q": text}))
        assert "Payment promised" in words
        assert "With the lawyer" not in words
    assert "No such customer is on hold" in text_of(as_collector.get("/holds/", {"q": "nobody"}))


def test_an_empty_list_says_what_to_do(as_collector: Client) -> None:
    assert "open the customer and set a hold" in text_of(as_collector.get("/holds/"))


def test_a_clerk_sees_and_cannot_release(as_clerk: Client, hold: Hold) -> None:
    assert "/release/" not in as_clerk.get("/holds/").content.decode()


def test_the_list_comes_in_pages(
    as_collector: Client, story: Story, collector: User, django_assert_max_num_queries: Any
) -> None:
    for _each in range(25):
        set_hold(story.company, story.haichen, reason="other", starts_on=story.today, by=collector)
    with django_assert_max_num_queries(9):
        first = as_collector.get("/holds/")
    assert first.content.decode().count("<tr id=") == 20
    assert as_collector.get(f"/holds/?{first.context['next_query']}").content.decode().count("<tr id=") == 5


def test_a_customer_is_put_on_hold(as_collector: Client, story: Story) -> None:
    until = story.today + timedelta(days=7)
    answer = as_collector.post(
        new_url(story), {"item": "", "reason": "dispute", "ends_on": "+7", "note": "wrong size"}, follow=True
    )
    hold = Hold.objects.get()
    assert (hold.item, hold.ends_on, hold.starts_on) == (None, until, story.today)
    words = text_of(answer)
    assert "On hold: no reminder leaves until it ends." in words
    assert "wrong size" in words
    assert "Disputed" in words


def test_an_item_is_put_on_hold_and_marked(as_collector: Client, story: Story) -> None:
    item = Item.objects.get(document=story.late.document_id)
    page = as_collector.get(f"{new_url(story)}?item={item.pk}")
    assert f'<option value="{item.pk}" selected>' in page.content.decode()
    answer = as_collector.post(new_url(story), {"item": item.pk, "reason": "agreement"}, follow=True)
    assert Hold.objects.get().item == item
    assert "On hold" in text_of(answer)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"reason": "other", "ends_on": "2020-01-01"}, "The last day lies before the first."),
        ({"reason": "other", "ends_on": "soon"}, "is not a date"),
        ({"reason": "whim"}, "whim"),
        ({"reason": "other", "item": "1 or 1=1"}, "1 or 1=1"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    as_collector: Client, story: Story, data: dict[str, str], sentence: str
) -> None:
    answer = as_collector.post(new_url(story), data)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'class="field__error"' in answer.content.decode()
    assert not Hold.objects.exists()


def test_releasing(as_collector: Client, hold: Hold) -> None:
    answer = as_collector.post(f"/holds/{hold.pk}/release/", {"then": "holds"}, follow=True)
    assert "Released" in text_of(answer)
    assert "Nobody is on hold" in text_of(answer)
    again = as_collector.post(f"/holds/{hold.pk}/release/", follow=True)
    assert "released already" in text_of(again)
    assert again.redirect_chain[-1][0] == f"/customers/{hold.customer_id}/"


def test_another_companys_is_not_found(client: Client, story: Story, hold: Hold, other_company: Company) -> None:
    client.force_login(hire(other_company, "stranger", Role.COLLECTOR))
    assert client.get(new_url(story)).status_code == 404
    assert client.post(f"/holds/{hold.pk}/release/").status_code == 404
    assert "Haichen" not in text_of(client.get("/holds/"))


def test_methods(as_collector: Client, hold: Hold) -> None:
    check_method(as_collector, "/holds/", wrong="post")
    check_method(as_collector, f"/holds/{hold.pk}/release/", wrong="get")
