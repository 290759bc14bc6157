"""find_box: what stands below the search box while one types, and with nothing typed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from arap.core.models import Company, Role, User
from arap.desk import recent
from arap.desk.models import Opened
from tests.ledger.book import Bookkeeper, customers
from tests.pages import check_method, parsed, signed_in, text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db
URL = "/find/box/"


def links(client: Client, text: str = "") -> list[str]:
    return parsed(client.get(URL, {"q": text})).links


def test_records_and_pages_stand_together(as_clerk: Client, story: Story) -> None:
    page = text_of(as_clerk.get(URL, {"q": "haichen"}))
    assert "Customers Ningbo Haichen" in page
    assert f"/customers/{story.haichen.pk}/" in links(as_clerk, "haichen")
    assert "/invoices/" in links(as_clerk, "inv")
    assert number_of(story.young) in text_of(as_clerk.get(URL, {"q": "2,000.00"}))


@pytest.mark.parametrize(("text", "url"), [("客户", "/customers/"), ("cust", "/customers/"), ("收款", "/receipts/")])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_by_name_in_both_languages(
    as_clerk: Client, clerk: User, story: Story, language: str, text: str, url: str
) -> None:
    User.objects.filter(pk=clerk.pk).update(language=language)
    assert url in links(as_clerk, text)


@pytest.mark.parametrize("text", ["statement haich", "Statement for C-10482", "对账单海辰", "对账单 给 C-10482"])
def test_a_statement_is_begun_for_whom_follows(as_clerk: Client, story: Story, text: str) -> None:
    assert links(as_clerk, text)[0] == f"/statements/for/{story.haichen.pk}/"


def test_a_receipt_and_an_invoice_are_begun_for_whom_follows(as_clerk: Client, story: Story) -> None:
    assert links(as_clerk, "new receipt haichen") == ["/receipts/new/?customer=C-10482"]
    assert links(as_clerk, "invoice qiming") == ["/invoices/new/?customer=C-10290"]


def test_no_page_or_act_that_the_role_may_not_use(company: Company, story: Story) -> None:
    auditor = signed_in(company, Role.AUDITOR)
    assert "/receipts/new/" not in links(auditor) + links(auditor, "new") + links(auditor, "receipt haichen")
    assert "/audit/" in links(auditor, "audit")
    assert "/audit/" not in links(signed_in(company, Role.CLERK), "audit")


def test_every_place_leads_somewhere(company: Company, story: Story) -> None:
    """Each of the pages and acts opens for somebody who may do everything."""
    from arap.desk.palette import ACTS, OTHERS
    from tests.desk.rows import browser_of, everybody

    client = browser_of(everybody(company))
    for place in (*ACTS, *OTHERS):
        assert client.get(reverse(place.url_name)).status_code == 200, place.url_name


def test_what_was_opened_last_comes_first(as_clerk: Client, story: Story) -> None:
    assert "Opened last" not in text_of(as_clerk.get(URL))
    as_clerk.get(f"/customers/{story.haichen.pk}/")
    as_clerk.get(f"/invoices/{story.late.pk}/")
    as_clerk.get(f"/receipts/{story.waiting.pk}/")
    as_clerk.get(f"/customers/{story.haichen.pk}/")
    as_clerk.get("/customers/999999/")
    assert links(as_clerk)[-3:] == [
        f"/customers/{story.haichen.pk}/",
        f"/receipts/{story.waiting.pk}/",
        f"/invoices/{story.late.pk}/",
    ]


def test_opened_is_kept_for_each_person_and_company_and_no_longer_than_twenty(
    company: Company, clerk: User, controller: User, other_company: Company, story: Story
) -> None:
    for pk in range(1, 31):
        recent.put(company, clerk, Opened.Kind.CUSTOMER, pk)
    kept = Opened.objects.filter(company=company, user=clerk)
    assert sorted(kept.values_list("object_id", flat=True)) == list(range(11, 31))
    recent.put(company, controller, Opened.Kind.CUSTOMER, 1)
    recent.put(other_company, clerk, Opened.Kind.CUSTOMER, 1)
    assert kept.count() == 20


def test_what_was_opened_and_is_another_companys_is_not_shown(
    as_clerk: Client, company: Company, clerk: User, other_company: Company, outsider: User, story: Story
) -> None:
    theirs = customers(other_company, "HIDDEN")[0]
    recent.put(company, clerk, Opened.Kind.CUSTOMER, theirs)
    assert "HIDDEN" not in text_of(as_clerk.get(URL))


def test_a_part_of_a_page_is_no_opening(as_clerk: Client, clerk: User, story: Story) -> None:
    as_clerk.get(f"/customers/{story.haichen.pk}/", headers={"HX-Request": "true"})
    assert not Opened.objects.filter(user=clerk).exists()


@pytest.mark.parametrize("text", ["", "x", "haichen", "2,000", "po-", "statement haichen", "%", "\x00", "😀" * 200])
def test_few_queries_whatever_is_typed(
    as_clerk: Client, company: Company, clerk: User, story: Story, text: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(13):
        assert as_clerk.get(URL, {"q": text}).status_code == 200
    keeper = Bookkeeper(company=company, by=clerk)
    for at in range(8):
        keeper.invoice(story.haichen.pk, "2000.00", story.today - timedelta(days=at), number=f"PO-X{at}")
    with django_assert_max_num_queries(13):
        as_clerk.get(URL, {"q": text})


def test_text_is_no_markup(as_clerk: Client, story: Story) -> None:
    assert "<b>" not in as_clerk.get(URL, {"q": "<b>x"}).content.decode()


def test_other_companies_are_not_searched(
    as_clerk: Client, other_company: Company, outsider: User, story: Story
) -> None:
    theirs = customers(other_company, "HIDDEN")[0]
    Bookkeeper(company=other_company, by=outsider).invoice(theirs, "9.00", timezone.localdate(), number="HIDDEN-1")
    assert links(as_clerk, "HIDDEN") == links(as_clerk, "hidden-1") == []


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")


GROWING = re.compile(
    r"Seq Scan on (customers_\w+|ledger_\w+|receipts_receipt\b|invoices_invoice\b|statements_statement\b|desk_opened)"
)


@pytest.mark.parametrize(
    "text", ["x", "宁波", "ab", "haichen", "2,000.00", "INV-2026-000017", "po-", "statement haichen", "622202", ""]
)
def test_no_growing_table_is_read_whole(as_clerk: Client, story: Story, text: str) -> None:
    """Whatever is typed, each question has an index: with sequential scans ruled out, none is left in any plan."""
    as_clerk.get(f"/customers/{story.haichen.pk}/")
    with CaptureQueriesContext(connection) as asked:
        as_clerk.get(URL, {"q": text})
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        for query in asked.captured_queries:
            if not query["sql"].lstrip("( ").upper().startswith("SELECT"):
                continue
            cursor.execute("explain " + query["sql"].replace("%", "%%"), ())
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not GROWING.search(plan), f"{query['sql']}\n{plan}"
    assert any("desk_opened" in query["sql"] or text for query in asked.captured_queries)
