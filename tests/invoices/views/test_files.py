"""add_file, file and remove_file: kept beside the invoice, judged by content, taken off and still kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arap.core.models import Company, StoredFile, User
from invoices.actions import attaching
from invoices.models import InvoiceFile
from tests.pages import check_method, check_roles, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 order"


def add(client: Client, story: Story, name: str = "order.pdf", content: bytes = PDF) -> str:
    brought = SimpleUploadedFile(name, content, content_type="text/html")
    return text_of(client.post(f"/invoices/{story.late.pk}/files/", {"file": brought}, follow=True))


def test_kept_shown_and_taken_off(as_clerk: Client, story: Story) -> None:
    page = add(as_clerk, story)
    assert "order.pdf" in page
    assert "File added order.pdf" in page
    kept = InvoiceFile.objects.get()
    url = f"/invoices/{story.late.pk}/files/{kept.pk}/"
    answer = as_clerk.get(url)
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    for _click in range(2):
        page = text_of(as_clerk.post(f"{url}remove/", follow=True))
    assert page.count("File taken off") == 1
    assert as_clerk.get(url).status_code == 404
    assert StoredFile.objects.count() == 1, "the file itself stays"


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("page.html", b"<script>", "This kind of file is not taken"),
        ("order.pdf", b"<html>", "This kind of file is not taken"),
        ("picture.svg", b"<svg", "This kind of file is not taken"),
        ("table.csv", b"a\x00b", "This kind of file is not taken"),
        ("empty.pdf", b"", "This file is empty."),
    ],
)
def test_what_is_not_taken_says_so(as_clerk: Client, story: Story, name: str, content: bytes, said: str) -> None:
    assert said in add(as_clerk, story, name, content)
    assert not StoredFile.objects.exists()


def test_too_large_too_many_or_none(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("invoices.views.files.BYTES_MAX", 4)
    assert "This file is larger than" in add(as_clerk, story)
    monkeypatch.undo()
    monkeypatch.setattr(attaching, "FILES_MAX", 0)
    assert "at most 0 files" in add(as_clerk, story)
    assert "Choose a file." in text_of(as_clerk.post(f"/invoices/{story.late.pk}/files/", follow=True))


def test_a_file_of_another_invoice_or_company_is_not_found(
    as_clerk: Client, client: Client, outsider: User, story: Story
) -> None:
    add(as_clerk, story)
    kept = InvoiceFile.objects.get()
    assert as_clerk.get(f"/invoices/{story.young.pk}/files/{kept.pk}/").status_code == 404
    assert as_clerk.post(f"/invoices/{story.young.pk}/files/{kept.pk}/remove/").status_code == 404
    stranger = Client()
    stranger.force_login(outsider)
    assert stranger.get(f"/invoices/{story.late.pk}/files/{kept.pk}/").status_code == 404


@pytest.mark.parametrize("verb, path, method", [("invoice.view", "", "get"), ("invoice.draft", "remove/", "post")])
def test_roles(as_clerk: Client, company: Company, story: Story, verb: str, path: str, method: str) -> None:
    add(as_clerk, story)
    url = f"/invoices/{story.late.pk}/files/{InvoiceFile.objects.get().pk}/"
    check_roles(company, verb, url + path, method=method)
    check_method(as_clerk, url + path, wrong={"get": "post", "post": "get"}[method])
