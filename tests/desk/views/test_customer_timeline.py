"""customer_timeline, customer_applications, customer_receipts, customer_messages: the tabs of a customer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from arap.core.models import Company, Role, User
from arap.desk.queries.timeline import read_place
from arap.outbox.models import Message
from cases.actions import set_hold
from cases.models import Hold
from customers.actions import NewCustomer, create_customer, write_note
from tests.ledger.book import Bookkeeper
from tests.pages import check_method, check_roles, signed_in, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
TABS = ["timeline/", "applications/", "receipts/", "messages/"]


def url(story: Story, page: str = "timeline/") -> str:
    return f"/customers/{story.haichen.pk}/{page}"


@pytest.fixture
def eventful(story: Story, collector: User) -> Story:
    """A hold with its reason, a note, and a message that was sent."""
    set_hold(
        story.company, story.haichen, reason=Hold.Reason.PROMISE, starts_on=story.today, note="pays Friday",
        by=collector,
    )  # fmt: skip
    write_note(story.haichen, text="Called Ms Wang", by=collector)
    Message.objects.create(
        company=story.company, kind="reminder", dedupe_key="k", message_id="<k@x>", customer_id=story.haichen.pk,
        to_address="cw@haichen.example", language="en", subject="Reminder", body_text="x", state="sent",
        sent_at=timezone.now(),
    )  # fmt: skip
    return story


def test_everything_newest_first(as_clerk: Client, eventful: Story) -> None:
    events = as_clerk.get(url(eventful)).context["events"]
    assert [event.source for event in events] == [
        "note", "hold", "message", "document", "document", "application", "document", "document",
    ]  # fmt: skip
    page = text_of(as_clerk.get(url(eventful)))
    assert "Reminders on hold Collector Payment promised, pays Friday" in page
    assert "Note Collector Called Ms Wang" in page
    assert "Mail: Reminder" in page
    assert "cw@haichen.example Sent" in page


def test_one_kind_of_event(as_clerk: Client, eventful: Story) -> None:
    assert [event.source for event in as_clerk.get(url(eventful), {"source": "notes"}).context["events"]] == ["note"]
    assert len(as_clerk.get(url(eventful), {"source": "x"}).context["events"]) == 8


def test_pages_meet_across_all_sources(as_clerk: Client, clerk: User, eventful: Story) -> None:
    book = Bookkeeper(company=eventful.company, by=clerk)
    for at in range(20):
        book.invoice(eventful.haichen.pk, "1.00", eventful.today - timedelta(days=at % 4))
        write_note(eventful.haichen, text=f"note {at}", by=clerk)
    seen, query = [], ""
    for _page in range(3):
        answer = as_clerk.get(url(eventful) + query)
        seen += [event.place for event in answer.context["events"]]
        query = "?" + answer.context["next_query"]
    assert len(seen) == len(set(seen)) == 48
    assert query == "?"


@pytest.mark.parametrize("place", ["", "x", "2026-01-01", "2026-01-01~1", "2026-13-01~1~1", "2026-01-01~99~1", "x~1~1"])
def test_a_broken_place_is_the_first_page(place: str) -> None:
    assert read_place(place) is None


def test_applications_and_their_undoing(as_clerk: Client, clerk: User, story: Story) -> None:
    page = text_of(as_clerk.get(url(story, "applications/")))
    assert f"Applied {number_of(story.applied)} {number_of(story.late)} CNY 400.00 Clerk" in page


def test_receipts_with_what_is_left(as_clerk: Client, story: Story) -> None:
    rows = as_clerk.get(url(story, "receipts/")).context["rows"]
    assert [(row.number, int(row.open_amount)) for row in rows] == [
        (number_of(story.waiting), -500),
        (number_of(story.applied), 0),
    ]


def test_documents_of_one_kind(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story, "documents/"), {"kind": "invoice"})
    assert {row.kind for row in answer.context["rows"]} == {"invoice"}
    assert "Show all documents" in text_of(answer)


def test_messages(as_clerk: Client, eventful: Story) -> None:
    assert "Reminder cw@haichen.example Reminder" in text_of(as_clerk.get(url(eventful, "messages/")))


@pytest.mark.parametrize("page", TABS)
def test_empty_tabs_say_what_will_stand_there(as_clerk: Client, company: Company, page: str) -> None:
    new = create_customer(company, NewCustomer(code="N", name="N", currency="CNY"), by=None)
    assert 'class="empty' in as_clerk.get(f"/customers/{new.pk}/{page}").content.decode()


@pytest.mark.parametrize("page", TABS)
def test_few_queries_and_guarded(
    company: Company, as_clerk: Client, eventful: Story, other_company: Company, page: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    with django_assert_max_num_queries(11):
        as_clerk.get(url(eventful, page))
    check_method(as_clerk, url(eventful, page), wrong="post")
    foreign = create_customer(other_company, NewCustomer(code="F", name="F", currency="USD"), by=None)
    assert as_clerk.get(f"/customers/{foreign.pk}/{page}").status_code == 404
    check_roles(company, "customer.view", url(eventful, page))


def test_the_auditor_writes_no_note(company: Company, eventful: Story) -> None:
    assert "quick-note" not in signed_in(company, Role.AUDITOR).get(url(eventful, "")).content.decode()
