"""pdf, send and send_several: what is shown, what leaves, to whom, and that it stays the same file."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pypdf import PdfReader

from arap.core import jobs
from arap.core.models import AuditEntry, Company, CompanyBankAccount, Job, StoredFile, User
from arap.outbox.models import Message
from customers.models import Contact, Customer
from invoices.models import Invoice, InvoicePaper
from invoices.tasks import send_many
from tests.pages import text_of
from tests.stories import Story, number_of

pytestmark = pytest.mark.django_db


def words_of(answer: Any) -> str:
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())


def contact(customer: Customer, email: str = "ap@haichen.example", **fields: Any) -> Contact:
    given = {"name": "Wang Min", "receives": ["invoice"], **fields}
    return Contact.objects.create(company=customer.company, customer=customer, email=email, **given)


def form(**changed: Any) -> dict[str, Any]:
    return {"key": "k1", "subject": "Invoice", "text": "Here it is.", "lang": "en", **changed}


@pytest.mark.parametrize(
    "language, words",
    [("en", ["Invoice", "In words"]), ("zh-hans", ["销售发票", "大写"]), ("both", ["销售发票", "Invoice"])],
)
def test_a_preview_in_each_language_keeps_nothing(
    as_clerk: Client, story: Story, language: str, words: list[str]
) -> None:
    text = words_of(as_clerk.get(f"/invoices/{story.late.pk}/pdf/?lang={language}"))
    for word in [*words, number_of(story.late), "1,000.00", "Mould insert"]:
        assert word in text
    assert not StoredFile.objects.exists()
    assert not InvoicePaper.objects.exists()


def test_the_customers_language_where_none_is_chosen(as_clerk: Client, story: Story) -> None:
    Customer.objects.filter(pk=story.haichen.pk).update(language="zh-hans")
    assert "销售发票" in words_of(as_clerk.get(f"/invoices/{story.late.pk}/pdf/"))


def test_the_payment_slip_and_markup_as_text(as_clerk: Client, story: Story) -> None:
    name = "<script>alert(1)</script><img src=file:///etc/passwd>"
    CompanyBankAccount.objects.create(
        company=story.company, name=name, bank="ICBC", account_no="1001 2345", currency="CNY", is_default=True
    )
    Customer.objects.filter(pk=story.haichen.pk).update(name=name, name_local="")
    text = words_of(as_clerk.get(f"/invoices/{story.late.pk}/pdf/?lang=en"))
    assert "Payment slip" in text
    assert "1001 2345" in text
    assert text.replace(" ", "").count(name.replace(" ", "")) == 2
    assert "root:" not in text


def test_a_draft_is_marked_and_not_sent(as_clerk: Client, clerk: User, story: Story) -> None:
    draft = Invoice.objects.create(
        company=story.company, customer=story.haichen, currency="CNY", issued_on=story.today, created_by=clerk
    )
    text = words_of(as_clerk.get(f"/invoices/{draft.pk}/pdf/?lang=en"))
    assert "Draft, not an invoice" in text
    assert "Payment slip" not in text
    answer = as_clerk.post(f"/invoices/{draft.pk}/send/", form(address="a@b.example"))
    assert answer.status_code == 302
    assert not Message.objects.exists()


def test_sending_queues_one_message_with_the_file(as_clerk: Client, story: Story) -> None:
    person = contact(story.haichen)
    url = f"/invoices/{story.late.pk}/send/"
    page = text_of(as_clerk.get(url))
    assert "Wang Min <ap@haichen.example>" in page
    assert f"{number_of(story.late)}.pdf" in page
    assert as_clerk.post(url, form(contacts=[person.pk])).status_code == 302
    message = Message.objects.get()
    assert (message.to_address, message.subject, message.body_text) == ("ap@haichen.example", "Invoice", "Here it is.")
    assert (message.about_type, message.about_id) == ("invoices.invoice", story.late.pk)
    kept = message.files.get()
    entry = AuditEntry.objects.get(verb="invoice.send")
    assert entry.after
    assert entry.after["sha256"] == kept.sha256
    page = text_of(as_clerk.get(f"/invoices/{story.late.pk}/"))
    assert "ap@haichen.example" in page
    assert "Waiting" in page


def test_sending_again_is_another_message_with_the_identical_file(as_clerk: Client, story: Story) -> None:
    url = f"/invoices/{story.late.pk}/send/"
    as_clerk.post(url, form(address="a@b.example"))
    as_clerk.post(url, form(address="a@b.example"))
    assert Message.objects.count() == 1, "the same form again is the same act"
    Company.objects.filter(pk=story.company.pk).update(name="Renamed")
    as_clerk.post(url, form(address="a@b.example", key="k2"))
    assert Message.objects.count() == 2
    assert AuditEntry.objects.filter(verb="invoice.send").count() == 2
    kept = StoredFile.objects.get()
    assert {file.pk for message in Message.objects.all() for file in message.files.all()} == {kept.pk}
    assert as_clerk.get(f"/invoices/{story.late.pk}/pdf/?lang=en").content == bytes(kept.content)
    assert "Renamed" in words_of(as_clerk.get(f"/invoices/{story.late.pk}/pdf/?lang=both"))


@pytest.mark.parametrize(
    "typed, said",
    [
        ({}, "Nobody would receive it"),
        ({"address": "nobody"}, "This is not an e-mail address"),
        ({"address": "a@b.example\nBcc: c@d.example"}, "This is not an e-mail address"),
        ({"address": "a@b.example", "subject": ""}, "Type a subject."),
        ({"contacts": ["999999"]}, "999999"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_the_field(
    as_clerk: Client, story: Story, typed: dict[str, Any], said: str
) -> None:
    answer = as_clerk.post(f"/invoices/{story.late.pk}/send/", form(**typed))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Message.objects.exists()
    assert not StoredFile.objects.exists()


def test_several_at_once_one_message_each(as_clerk: Client, story: Story) -> None:
    contact(story.haichen, "second@haichen.example")
    contact(story.haichen, "billing@haichen.example", roles=["billing"])
    ids = [story.late.pk, story.young.pk, story.foreign.pk]
    page = text_of(as_clerk.get("/invoices/send/", {"invoice": ids}))
    assert "No contact of the customer receives invoices by e-mail." in page
    assert "Send 2 invoices" in page
    as_clerk.post("/invoices/send/", {"invoice": ids, "key": "b1"})
    assert [each.to_address for each in Message.objects.all()] == ["billing@haichen.example"] * 2
    as_clerk.post("/invoices/send/", {"invoice": ids, "key": "b2"})
    assert Message.objects.count() == 2, "what was sent is left out of another batch"


def test_many_are_a_job_that_may_run_twice(as_clerk: Client, clerk: User, story: Story) -> None:
    contact(story.haichen)
    job = Job.objects.create(
        company=story.company,
        kind="invoices.send",
        task="invoices.tasks.send_many",
        created_by=clerk,
        params={"invoices": [story.late.pk, story.foreign.pk]},
    )
    send_many(job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert job.result
    assert job.result["messages"] == 1
    assert job.result["skipped"][0]["invoice"] == number_of(story.foreign)
    Job.objects.filter(pk=job.pk).update(state="queued")
    send_many(job.pk)
    job.refresh_from_db()
    assert job.result
    assert job.result["messages"] == 1
    assert Message.objects.count() == 1


def test_two_clicks_make_two_jobs_and_one_message(as_clerk: Client, clerk: User, story: Story) -> None:
    contact(story.haichen)
    for _click in range(2):
        params = {"invoices": [story.late.pk], "key": "b1"}
        job = jobs.create(story.company, "invoices.send", task="invoices.tasks.send_many", by=clerk, params=params)
        send_many(job.pk)
    assert Message.objects.count() == 1


def test_a_paper_never_changes(as_clerk: Client, story: Story) -> None:
    as_clerk.post(f"/invoices/{story.late.pk}/send/", form(address="a@b.example"))
    for change in (
        lambda: InvoicePaper.objects.update(language="both"),
        lambda: InvoicePaper.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("path", ["pdf/", "send/"])
def test_another_companys_invoice_is_not_found(client: Client, outsider: User, story: Story, path: str) -> None:
    client.force_login(outsider)
    assert client.get(f"/invoices/{story.late.pk}/{path}").status_code == 404
    client.post("/invoices/send/", {"invoice": [story.late.pk]})
    assert not Message.objects.exists()


def test_the_amount_is_the_invoices_own(as_clerk: Client, story: Story) -> None:
    """Part of it was paid since; the paper is of the invoice, not of what is open."""
    assert story.late.total == Decimal(1000)
    assert "1,000.00" in words_of(as_clerk.get(f"/invoices/{story.late.pk}/pdf/?lang=en"))
