"""The book, aging, statements, messages and jobs as programs read them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aging.queries import aging
from arap.core import jobs
from arap.core.models import Company, User
from arap.ledger.models import Entry, Item
from arap.ledger.queries import position_at
from arap.outbox.models import Message
from customers.actions import add_contact
from statements.models import Statement
from tests.api.program import Program
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def test_items(api: Program, story: Story) -> None:
    rows = api.get("items/?customer=C-10482&open=true")["data"]
    assert [(row["document"], row["open_amount"]) for row in rows] == [
        (number_of(story.waiting), "-500.00"), (number_of(story.young), "2000.00"), (number_of(story.late), "600.00"),
    ]  # fmt: skip
    settled = api.get("items/?open=false")["data"]
    assert [row["document"] for row in settled] == [number_of(story.applied)]
    assert settled[0]["settled_on"] == (story.today - timedelta(days=40)).isoformat()
    assert rows[0]["settled_on"] is None
    assert api.get(f"items/{rows[0]['id']}/") == rows[0]
    assert api.get(f"items/?document_id={rows[1]['document_id']}")["data"] == [rows[1]]


def test_applications(api: Program, story: Story) -> None:
    listed = api.get("applications/")["data"]
    assert len(listed) == 1
    whole = api.get(f"applications/{listed[0]['id']}/")
    assert sorted(entry["amount"] for entry in whole["entries"]) == ["-400.00", "400.00"]
    assert {entry["id"] for entry in whole["entries"]} == set(Entry.objects.values_list("pk", flat=True))


def test_aging_is_the_report(api: Program, story: Story, company: Company) -> None:
    said = api.get("aging/")
    position = position_at(company, known_at=None)
    report = aging(company, as_of=story.today, position=position)
    assert (said["as_of"], said["position"], said["ties"]) == (story.today.isoformat(), position, True)
    assert [bucket["label"] for bucket in said["buckets"]] == ["not due", "1-30", "31-60", "61-90", "91+"]
    assert [Decimal(row["total"]) for row in said["data"]] == [row.total for row in report.rows]
    haichen = next(row for row in said["data"] if row["key"] == str(story.haichen.pk))
    assert (haichen["total"], haichen["unapplied"], haichen["buckets"][0]) == ("2100.00", "-500.00", "2000.00")
    before = api.get(f"aging/?as_of={story.today - timedelta(days=41)}&customer=C-10482&basis=document&buckets=10,20")
    assert [row["total"] for row in before["data"]] == ["1000.00"]
    assert (before["ties"], len(before["buckets"]), before["basis"]) == (None, 3, "document")
    first = api.get("aging/?limit=1")
    rest = api.get(f"aging/?limit=1&cursor={first['next']}")
    assert first["data"] + rest["data"] == said["data"][:2]
    assert rest["position"] == first["position"]
    assert api.get("aging/?by=currency&currency=USD")["data"][0]["key"] is None
    assert api.refused("GET", "aging/?buckets=9,3")[2] == ["buckets"]
    assert api.refused("GET", "aging/?customer=?")[2] == ["customer"]


def test_as_it_was_known(api: Program, story: Story) -> None:
    long_ago = "2020-01-01T00:00:00Z"
    assert api.get(f"aging/?known_at={long_ago}")["data"] == []
    assert api.get(f"customers/{story.haichen.pk}/open-items/?known_at={long_ago}")["data"] == []
    for instant in ("yesterday", "2026-13-01T00:00:00Z", "1900-01-01T00:00:00%2B14:00"):
        answer = api.call("GET", f"aging/?known_at={instant}")
        assert answer.status_code in (200, 422), instant


def test_open_items_of_a_customer(api: Program, story: Story) -> None:
    said = api.get(f"customers/{story.haichen.pk}/open-items/")
    assert sorted(Decimal(item["open_amount"]) for item in said["data"]) == [-500, 600, 2000]
    earlier = api.get(f"customers/{story.haichen.pk}/open-items/?as_of={story.today - timedelta(days=41)}")
    assert [(item["number"], item["open_amount"]) for item in earlier["data"]] == [(number_of(story.late), "1000.00")]


def test_a_statement_is_seen_before_it_is_sent(api: Program, story: Story, clerk: User) -> None:
    seen = api.get("statements/preview/?customer=C-10482")
    assert seen["balances"][0]["closing"] == "2100.00"
    assert not Statement.objects.exists()
    assert api.refused("POST", "statements/", {"customer": "C-10482"}) == (409, "no_address", ["to_address"])
    add_contact(story.haichen, name="Wang", email="w@haichen.example", receives=["statement"], by=clerk)
    made = api.post("statements/", {"customer": "C-10482", "language": "both"}, key="s")
    assert api.post("statements/", {"customer": "C-10482", "language": "both"}, key="s") == made
    assert Statement.objects.count() == 1
    assert (made["to_address"], made["language"], made["pdf_state"]) == ("w@haichen.example", "both", "waiting")
    whole = api.get(f"statements/{made['id']}/")
    assert whole["balances"] == seen["balances"]
    assert [line["amount"] for line in whole["lines"]] == [line["amount"] for line in seen["lines"]]
    assert api.get("statements/?customer=C-10482")["data"] == [made]
    assert api.get("statements/?customer=C-10290")["data"] == []
    assert api.refused("GET", f"statements/{made['id']}/pdf/")[:2] == (409, "no_pdf")
    future = (story.today + timedelta(days=1)).isoformat()
    assert api.refused("POST", "statements/", {"customer": "C-10482", "as_of": future})[2] == ["as_of"]


def test_the_paper_of_a_statement_is_the_one_that_was_made(api: Program, story: Story) -> None:
    from statements.actions import render_waiting

    made = api.post("statements/", {"customer": "C-10482", "to_address": "x@y.example"})
    render_waiting(statement_id=made["id"])
    paper = api.call("GET", f"statements/{made['id']}/pdf/")
    statement = Statement.objects.select_related("file").get()
    assert statement.file is not None
    assert paper.content == bytes(statement.file.content)
    messages = api.get("messages/")["data"]
    assert [(row["to_address"], row["about_id"]) for row in messages] == [("x@y.example", made["id"])]


def test_messages(api: Program, story: Story) -> None:
    api.post(f"invoices/{story.late.pk}/send/", {"to": [{"address": "x@y.example"}]}, status=200)
    row = api.get(f"messages/?state=pending&customer_id={story.haichen.pk}")["data"][0]
    assert (row["kind"], row["to_address"], row["about_id"]) == ("invoice", "x@y.example", story.late.pk)
    whole = api.get(f"messages/{row['id']}/")
    assert whole["text"] == Message.objects.get().body_text
    assert whole["tries"] == []
    assert api.get("messages/?state=sent")["data"] == []


def test_jobs(api: Program, company: Company, clerk: User) -> None:
    job = jobs.create(company, "test", task="no.such.task", by=clerk)
    row = api.get("jobs/?state=queued")["data"][0]
    assert (row["id"], row["state"], row["created_by"]) == (job.pk, "queued", "clerk")
    assert api.post(f"jobs/{job.pk}/cancel/", status=200)["state"] == "cancelled"
    assert api.refused("POST", f"jobs/{job.pk}/cancel/")[:2] == (409, "job_ended")
    assert api.get(f"jobs/{job.pk}/")["finished_at"] is not None


def test_what_invoices_refer_to(api: Program, company: Company) -> None:
    from arap.core.models import CompanyBankAccount, TaxCode
    from customers.actions import ensure_terms

    ensure_terms(company, ["n/30"], by=None)
    TaxCode.objects.create(company=company, code="V13", name="VAT", rate=Decimal(13))
    CompanyBankAccount.objects.create(company=company, name="Acme", bank="BOC", account_no="62220000", currency="CNY")
    assert [row["rule"] for row in api.get("payment-terms/")["data"]] == ["n/30"]
    assert [row["code"] for row in api.get("tax-codes/")["data"]] == ["V13"]
    assert [row["account_no"] for row in api.get("bank-accounts/")["data"]] == ["62220000"]


def test_a_page_costs_the_same_however_many_rows(api: Program, story: Story, clerk: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    api.get("token/")
    for path in (
        "invoices/",
        "receipts/",
        "documents/",
        "items/",
        "applications/",
        "messages/",
        "jobs/",
        "statements/",
    ):
        counts = []
        for limit in (1, 50):
            with CaptureQueriesContext(connection) as captured:
                api.get(f"{path}?limit={limit}")
            counts.append(len(captured))
            assert not [query for query in captured if "count(" in query["sql"].lower()], path
            assert not [query for query in captured if " offset " in query["sql"].lower()], path
        assert counts[0] == counts[1] <= 6, path
    assert Item.objects.count() == 6
