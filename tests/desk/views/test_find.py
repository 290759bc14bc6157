"""find: customers, documents and open amounts; a single exact match opens at once."""

import pytest
from django.test import Client

from arap.core.models import Company, User
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/find/"


def test_a_code_opens_its_customer(as_clerk: Client, story: Story) -> None:
    assert as_clerk.get(URL, {"q": "c-10482"})["Location"] == f"/customers/{story.haichen.pk}/"


def test_a_number_opens_its_document(as_clerk: Client, story: Story) -> None:
    number = number_of(story.late)
    assert as_clerk.get(URL, {"q": number})["Location"] == f"/documents/{story.late.document_id}/"


def test_names_references_and_beginnings_are_listed(as_clerk: Client, story: Story) -> None:
    assert "Ningbo Haichen" in text_of(as_clerk.get(URL, {"q": "haichen"}))
    assert number_of(story.young) in text_of(as_clerk.get(URL, {"q": "PO-2"}))
    beginning = number_of(story.late)[:-1]
    assert number_of(story.late) in text_of(as_clerk.get(URL, {"q": beginning}))


def test_an_amount_finds_what_is_open_of_it(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"q": "2,000"}))
    assert "Open documents of this amount" in page
    assert number_of(story.young) in page
    assert number_of(story.applied) not in text_of(as_clerk.get(URL, {"q": "400.00"})), "it is applied"


@pytest.mark.parametrize("text", ["", "nothing like this", "%", "\x00", "9" * 200])
def test_nothing_found_says_what_can_be_looked_for(as_clerk: Client, story: Story, text: str) -> None:
    answer = as_clerk.get(URL, {"q": text})
    assert answer.status_code == 200
    assert "an amount." in text_of(answer)


def test_what_was_typed_stays_in_the_field_and_is_no_markup(as_clerk: Client, story: Story) -> None:
    page = as_clerk.get(URL, {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_other_companies_are_not_searched(
    as_clerk: Client, other_company: Company, outsider: User, story: Story
) -> None:
    theirs = customers(other_company, "HIDDEN")[0]
    Bookkeeper(company=other_company, by=outsider).invoice(theirs, "9.00", story.today, number="HIDDEN-1")
    assert "HIDDEN-1" not in text_of(as_clerk.get(URL, {"q": "HIDDEN"})).replace("“HIDDEN”", "")


def test_roles(company: Company) -> None:
    check_roles(company, "search.use", URL)


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
