"""Write-offs in the browser: asked for from the document, decided by somebody else, recovered and undone."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arap.core.models import AuditEntry, User
from arap.ledger.models import Item
from invoices.actions.attaching import BYTES_MAX
from receipts.models import Recovery, WriteOff
from tests.pages import text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
LIST = "/receipts/write-offs/"


def item_of(story: Story) -> Item:
    return Item.objects.get(document=story.late.document_id)


def new(story: Story) -> str:
    return f"{LIST}new/{item_of(story).pk}/"


FORM = {"amount": "600.00", "reason": "insolvency", "explanation": "Bankrupt since May."}


def asked(client: Client, story: Story) -> str:
    """Ask for all that is open of the late invoice; returns the address of the write-off."""
    return str(client.post(new(story), FORM)["Location"])


def test_from_the_document_to_the_request(as_clerk: Client, story: Story) -> None:
    assert new(story) in as_clerk.get(f"/documents/{story.late.document_id}/", follow=True).content.decode()
    assert 'value="600.00"' in as_clerk.get(new(story)).content.decode(), "what is open is filled in"
    file = SimpleUploadedFile("ruling.pdf", b"%PDF-1.4 ruling")
    answer = as_clerk.post(new(story), {**FORM, "evidence": file}, follow=True)
    assert "Asked for; somebody else approves it." in text_of(answer)
    assert "ruling.pdf" in text_of(answer)
    assert item_of(story).open_amount == Decimal(600)
    made = WriteOff.objects.get()
    sent = as_clerk.get(f"{LIST}{made.pk}/evidence/")
    assert (sent.content, "attachment" in sent["Content-Disposition"]) == (b"%PDF-1.4 ruling", True)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("ruling.pdf", b"MZ a program", "This kind of file is not taken"),
        ("ruling.pdf", b"", "empty"),
        ("ruling.pdf", b"%PDF-1.4" + b"\0" * BYTES_MAX, "larger than"),
    ],
)
def test_evidence_is_judged_before_it_is_kept(
    as_clerk: Client, story: Story, name: str, content: bytes, words: str
) -> None:
    answer = as_clerk.post(new(story), {**FORM, "evidence": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not WriteOff.objects.exists()


def test_errors_stand_beside_their_fields(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(new(story), {"amount": "600.01", "reason": "", "explanation": ""})
    assert answer.status_code == 422
    for sentence in ("Choose a reason.", "Say in a sentence why it cannot be collected."):
        assert sentence in text_of(answer)
    answer = as_clerk.post(new(story), {**FORM, "amount": "600.01"})
    assert (answer.status_code, answer.context["form"].errors["amount"]) == (409, ["Only 600.00 of it is open."])


def test_somebody_else_approves(as_clerk: Client, client: Client, controller: User, story: Story) -> None:
    at = asked(as_clerk, story)
    assert as_clerk.post(f"{at}approve/").status_code == 403
    as_clerk.force_login(controller)
    assert "To approve" in text_of(as_clerk.get(LIST))
    assert "Dr 6702 Credit loss 600.00 Cr 1122 Accounts receivable 600.00" in text_of(as_clerk.get(at))
    answer = as_clerk.post(f"{at}approve/", follow=True)
    assert "Written off by WO-" in text_of(answer)
    assert item_of(story).open_amount == 0
    assert set(AuditEntry.objects.filter(object_type="receipts.writeoff").values_list("verb", flat=True)) == {
        "write_off.request", "write_off.approve",
    }  # fmt: skip


def test_nobody_approves_their_own(client: Client, controller: User, story: Story) -> None:
    client.force_login(controller)
    at = asked(client, story)
    assert "You asked for it, so somebody else approves it." in text_of(client.get(at))
    answer = client.post(f"{at}approve/")
    assert (answer.status_code, item_of(story).open_amount) == (409, Decimal(600))


def test_it_is_rejected_with_a_reason(as_clerk: Client, controller: User, story: Story) -> None:
    at = asked(as_clerk, story)
    as_clerk.force_login(controller)
    assert as_clerk.post(f"{at}reject/", {"reason": ""}).status_code == 422
    as_clerk.post(f"{at}reject/", {"reason": "ask the court first"})
    assert "ask the court first" in text_of(as_clerk.get(at))
    assert item_of(story).open_amount == Decimal(600)


def test_recovered_and_all_undone(as_clerk: Client, controller: User, story: Story) -> None:
    at = asked(as_clerk, story)
    as_clerk.force_login(controller)
    as_clerk.post(f"{at}approve/")
    assert as_clerk.post(f"{at}recover/", {"amount": "600.01"}).status_code == 409
    answer = as_clerk.post(f"{at}recover/", {"amount": "250"}, follow=True)
    assert "It is owed again; apply the receipt to it." in text_of(answer)
    recovery = Recovery.objects.get()
    assert Item.objects.get(document=recovery.document_id).open_amount == Decimal(250)
    answer = as_clerk.post(f"{at}undo/", {"reason": "x", "key": "a"})
    assert (answer.status_code, "Part of it was recovered" in text_of(answer)) == (409, True)
    back = f"{at}recoveries/{recovery.pk}/undo/"
    assert "Postings this makes" in text_of(as_clerk.get(back))
    as_clerk.post(back, {"reason": "not paid after all", "key": "b"})
    assert "There is nothing to undo" in text_of(as_clerk.get(back))
    assert as_clerk.post(f"{at}undo/", {"reason": ""}).status_code == 422
    as_clerk.post(f"{at}undo/", {"reason": "they pay", "key": "c"})
    assert item_of(story).open_amount == Decimal(600)
    assert "There is nothing to undo" in text_of(as_clerk.get(f"{at}undo/"))
    assert "Nothing of it is written off" in text_of(as_clerk.get(f"{at}recover/"))


def test_the_empty_list_says_what_to_do(as_clerk: Client, story: Story) -> None:
    assert "Open the invoice that cannot be collected" in text_of(as_clerk.get(LIST))
