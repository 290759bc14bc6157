"""pdf and send of a receipt: what came in, how it is applied, and the file that left."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from arap.core.models import AuditEntry, StoredFile, User
from arap.outbox.models import Message
from receipts.actions import apply_receipt, reverse_receipt
from receipts.models import ReceiptPaper
from tests.pages import text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def words_of(answer: Any) -> str:
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())


def form(**changed: Any) -> dict[str, Any]:
    return {"key": "k1", "subject": "S", "text": "T", "lang": "en", "address": "a@b.example", **changed}


def test_what_was_applied_and_what_is_left(as_clerk: Client, story: Story) -> None:
    text = words_of(as_clerk.get(f"/receipts/{story.applied.pk}/pdf/?lang=en"))
    assert f"{number_of(story.late)}" in text
    assert "Applied 400.00" in text
    assert "Renminbi four hundred yuan only" in text
    both = words_of(as_clerk.get(f"/receipts/{story.waiting.pk}/pdf/?lang=both"))
    assert "人民币伍佰元整" in both
    assert "Nothing yet" in both
    assert not StoredFile.objects.exists()


def test_the_same_file_until_something_is_applied(as_clerk: Client, clerk: User, story: Story) -> None:
    url = f"/receipts/{story.waiting.pk}/send/"
    as_clerk.post(url, form())
    as_clerk.post(url, form(key="k2"))
    first = StoredFile.objects.get()
    assert Message.objects.count() == 2
    assert as_clerk.get(f"/receipts/{story.waiting.pk}/pdf/?lang=en").content == bytes(first.content)
    assert story.young.document
    item = story.young.document.items.get()
    apply_receipt(story.company, story.waiting.pk, {item.pk: Decimal(500)}, effective_on=story.today, by=clerk)
    assert "Applied 500.00" in words_of(as_clerk.get(f"/receipts/{story.waiting.pk}/pdf/?lang=en"))
    as_clerk.post(url, form(key="k3"))
    assert ReceiptPaper.objects.count() == 2
    assert AuditEntry.objects.filter(verb="receipt.send").count() == 3
    assert "a@b.example" in text_of(as_clerk.get(f"/receipts/{story.waiting.pk}/"))


def test_a_returned_receipt_says_so_and_is_not_sent(as_clerk: Client, clerk: User, story: Story) -> None:
    reverse_receipt(
        story.company, story.waiting.pk, on=story.today + timedelta(days=0), by=clerk, reason="bounced", key="r"
    )
    assert "Returned, no longer valid" in words_of(as_clerk.get(f"/receipts/{story.waiting.pk}/pdf/?lang=en"))
    assert as_clerk.post(f"/receipts/{story.waiting.pk}/send/", form()).status_code == 302
    assert not Message.objects.exists()


def test_nobody_to_send_to_is_said(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(f"/receipts/{story.lost.pk}/send/", form(address=""))
    assert answer.status_code == 422
    assert "Nobody would receive it" in text_of(answer)


def test_another_companys_receipt_is_not_found(client: Client, outsider: User, story: Story) -> None:
    client.force_login(outsider)
    assert client.get(f"/receipts/{story.waiting.pk}/pdf/").status_code == 404
    assert client.post(f"/receipts/{story.waiting.pk}/send/", form()).status_code == 404
