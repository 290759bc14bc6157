"""Files of customers, invoices, credit notes and receipts through the pages: bring, look, choose, try, load."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arap.core import jobs
from arap.core.models import User
from arap.desk.actions import imports as actions
from arap.desk.models import Import
from invoices.models import Invoice
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
TEXT = """\
number,customer_code,issued_on,description,unit_price
N-1,C-10482,2026-03-01,Insert,5
N-1,C-10482,2026-03-01,Freight,6
N-2,nobody,2026-03-01,Insert,5
"""


@pytest.fixture
def as_loader(client: Client, controller: User) -> Client:
    """Whoever may load."""
    client.force_login(controller)
    return client


def brought(client: Client, target: str, text: str = TEXT) -> Import:
    answer = client.post(
        "/import/", {"key": target, "target": target, "file": SimpleUploadedFile("f.csv", text.encode())}
    )
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.get(pk=answer["Location"].strip("/").split("/")[-1])


def run(client: Client, url: str, work: Any) -> Any:
    answer = client.post(url)
    pk = int(answer["Location"].strip("/").split("/")[-1])
    jobs.run(pk, work)
    return client.get(answer["Location"])


def test_from_the_file_to_the_book(as_loader: Client, story: Story) -> None:
    received = brought(as_loader, "invoices")
    page = text_of(as_loader.get(f"/import/{received.pk}/"))
    assert "Invoices, with their lines" in page
    assert "There is no customer “nobody”." in page, "said before the dry run"
    assert "Freight" in page
    said = text_of(run(as_loader, f"/import/{received.pk}/try/", actions.try_import))
    assert "would leave out 1 row" in said
    received.refresh_from_db()
    lines = text_of(as_loader.get(f"/import/rows/{received.trial_id}/"))
    assert "customer_code" in lines
    assert "nobody" in lines
    run(as_loader, f"/import/{received.pk}/run/", actions.run_import)
    invoice = Invoice.objects.get(document__number="N-1")
    assert [line.description for line in invoice.lines.all()] == ["Insert", "Freight"]


def test_all_or_nothing_is_chosen_on_the_page(as_loader: Client, story: Story) -> None:
    received = brought(as_loader, "invoices")
    as_loader.post(f"/import/{received.pk}/", {"whole": "yes"})
    received.refresh_from_db()
    assert received.is_whole
    said = text_of(run(as_loader, f"/import/{received.pk}/try/", actions.try_import))
    assert "nothing can be imported" in said


def test_columns_with_other_headings_are_chosen(as_loader: Client, story: Story) -> None:
    received = brought(as_loader, "receipts", "Nr,Wer,Wieviel,Tag\nP-1,C-10482,5,2026-03-01\n")
    page = text_of(as_loader.get(f"/import/{received.pk}/"))
    assert "Say which column holds" in page
    answer = as_loader.get(f"/import/{received.pk}/columns/")
    assert "Day of receipt" in text_of(answer)
    chosen = {"dates": "iso", "numbers": "point", "name": "", "column-0": "number", "column-1": "customer_code"}
    url = f"/import/{received.pk}/columns/"
    assert as_loader.post(url, {**chosen, "column-2": "amount"}).status_code == 422
    assert as_loader.post(url, {**chosen, "column-2": "amount", "column-3": "received_on"}).status_code == 302
    assert "P-1" in text_of(as_loader.get(f"/import/{received.pk}/"))


@pytest.mark.parametrize("target", ["customers", "invoices", "credit_notes", "receipts"])
def test_the_columns_are_offered_as_an_empty_file(as_loader: Client, target: str) -> None:
    answer = as_loader.get("/import/example.csv", {"of": target})
    assert "currency" in answer.content.decode()
    assert f"arap-{target}.csv" in answer["Content-Disposition"]


def test_an_unknown_content_is_refused(as_loader: Client) -> None:
    answer = as_loader.post(
        "/import/", {"key": "k", "target": "all", "file": SimpleUploadedFile("f.csv", b"a,b\n1,2\n")}
    )
    assert answer.status_code == 422
