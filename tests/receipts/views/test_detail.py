"""detail: what came in, what it could meet, what it met, and only the acts that are open to the reader."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import User
from receipts.actions import NewReceipt, record_receipt, reverse_receipt
from receipts.models import Receipt
from tests.pages import check_method, parsed, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def url(receipt: Receipt) -> str:
    return f"/receipts/{receipt.pk}/"


def forms_of(client: Client, receipt: Receipt) -> set[str]:
    """The last part of the addresses that the page can send to, and of the pages that undo something."""
    page = parsed(client.get(url(receipt)))
    sent = {action for method, action in page.forms if f"/receipts/{receipt.pk}/" in action}
    led = {link.partition("?")[0] for link in page.links}
    undoing = {link for link in led if link in (f"/receipts/{receipt.pk}/{act}/" for act in ("unapply", "return"))}
    return {address.rstrip("/").rsplit("/", 1)[-1] for address in sent | undoing}


def test_the_best_proposal_is_filled_in(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(url(story.waiting))
    page = answer.context["page"]
    assert [(line.candidate.number, line.typed) for line in page.lines] == [
        (number_of(story.late), "500.00"),
        (number_of(story.young), ""),
    ]
    assert "Oldest first, 1 item Oldest due first." in text_of(answer)


def test_the_browser_gets_whole_minor_units(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(url(story.waiting)).content.decode()
    assert 'data-available="50000"' in page
    assert 'data-open="60000"' in page


def test_a_reference_in_the_text_comes_first(as_clerk: Client, clerk: User, story: Story) -> None:
    new = NewReceipt(
        amount=Decimal(2000),
        currency="CNY",
        received_on=story.today,
        customer_id=story.haichen.pk,
        remittance="for PO-2",
    )
    pk = record_receipt(story.company, new, by=clerk).receipt_id
    page = as_clerk.get(f"/receipts/{pk}/").context["page"]
    assert [choice.title for choice in page.choices] == ["Named in the text", "Oldest first", "Keep it on account"]
    assert page.lines[1].typed == "2,000.00"


def test_what_it_met_is_listed(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(url(story.applied)))
    assert f"Applied to {number_of(story.late)} counts from" in page
    assert "400.00 Unapply" in page


def test_previous_and_next_waiting_receipt(as_clerk: Client, story: Story) -> None:
    assert url(story.lost) in parsed(as_clerk.get(url(story.waiting))).links
    assert url(story.waiting) in parsed(as_clerk.get(url(story.lost))).links


def test_only_what_can_be_done_is_offered(as_clerk: Client, clerk: User, story: Story) -> None:
    assert forms_of(as_clerk, story.waiting) == {"apply", "return"}
    assert forms_of(as_clerk, story.lost) == {"identify", "return"}
    assert forms_of(as_clerk, story.applied) == {"unapply", "return"}
    reverse_receipt(story.company, story.applied.pk, on=story.today, by=clerk, reason="bounced")
    assert forms_of(as_clerk, story.applied) == set()


def test_a_reader_sees_everything_and_no_button(client: Client, auditor: User, story: Story) -> None:
    client.force_login(auditor)
    for receipt in (story.waiting, story.lost, story.applied):
        assert forms_of(client, receipt) <= {"apply"}, "the table stands in the form, without fields"
        page = text_of(client.get(url(receipt)))
        assert "Apply and next" not in page
        assert "Unapply" not in page
    assert "A clerk or the controller says whose money this is." in text_of(client.get(url(story.lost)))


def test_money_without_anything_to_meet(as_clerk: Client, clerk: User, story: Story) -> None:
    new = NewReceipt(amount=Decimal(5), currency="CNY", received_on=story.today, customer_id=story.qiming.pk)
    pk = record_receipt(story.company, new, by=clerk).receipt_id
    assert "The customer has no open item in this currency" in text_of(as_clerk.get(f"/receipts/{pk}/"))


def test_a_returned_receipt_leads_to_its_mirror(as_clerk: Client, clerk: User, story: Story) -> None:
    mirror = reverse_receipt(story.company, story.applied.pk, on=story.today, by=clerk, reason="bounced")
    answer = as_clerk.get(url(story.applied))
    assert "Returned" in text_of(answer)
    assert f"/documents/{mirror.document_id}/" in parsed(answer).links


def test_queries_do_not_grow(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert story.waiting.received_on == story.today - timedelta(days=5)
    with django_assert_max_num_queries(24):
        as_clerk.get(url(story.waiting))


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(url(story.waiting)).status_code == 404


def test_post_is_refused(as_clerk: Client, story: Story) -> None:
    check_method(as_clerk, url(story.waiting), wrong="post")
