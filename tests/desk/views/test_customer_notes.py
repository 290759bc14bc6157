"""customer_notes, customer_note_file, customer_note_withdraw."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from customers.actions import NewCustomer, create_customer, write_note
from customers.models import Customer, Note
from tests.pages import check_method, check_roles, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def alpha(company: Company) -> Customer:
    return create_customer(company, NewCustomer(code="A", name="Alpha", currency="CNY"), by=None)


def url(customer: Customer) -> str:
    return f"/customers/{customer.pk}/notes/"


def pdf(name: str = "contract.pdf", content: bytes = b"%PDF-1.7 contract") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_a_note_and_a_file(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    answer = as_clerk.post(url(alpha), {"text": "Pays on <b>Fridays</b>", "file": pdf("../合同.pdf")}, follow=True)
    note = Note.objects.select_related("file").get()
    assert note.file is not None
    assert (note.file.media_type, note.file.name, note.written_by) == ("application/pdf", "合同.pdf", clerk)
    page = answer.content.decode()
    assert "&lt;b&gt;Fridays" in page
    file = as_clerk.get(f"{url(alpha)}{note.pk}/file/")
    assert (file.content, file["Content-Type"]) == (b"%PDF-1.7 contract", "application/pdf")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert AuditEntry.objects.get(verb="note.write").after == {
        "customer": "A", "text": "Pays on <b>Fridays</b>", "file": "合同.pdf",
    }  # fmt: skip
    assert "Fridays" in text_of(as_clerk.get(f"/customers/{alpha.pk}/")), "among the latest events"


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("text", {"text": "  "}),
    ("text", {"text": "x" * 4001}),
    ("file", {"file": pdf("x.pdf", b"MZ\x90\x00 program")}),
    ("file", {"file": pdf("x.pdf", b"")}),
    ("file", {"text": "see file", "file": pdf("x.pdf", b"%PDF-" + b"x" * (10 << 20))}),
]


@pytest.mark.parametrize("field, data", WRONG, ids=["nothing", "long", "program", "empty", "large"])
def test_what_is_not_kept_is_said_at_the_field(
    as_clerk: Client, alpha: Customer, field: str, data: dict[str, Any]
) -> None:
    answer = as_clerk.post(url(alpha), data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Note.objects.exists()


def test_what_the_browser_could_run_is_saved_not_shown(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    as_clerk.post(url(alpha), {"file": pdf("page.html", b"<script>alert(1)</script>")})
    file = as_clerk.get(f"{url(alpha)}{Note.objects.get().pk}/file/")
    assert file["Content-Type"] == "text/plain"
    assert file["Content-Disposition"].startswith("attachment")


def test_withdrawn_is_struck_out_and_its_file_is_not_given_out(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    as_clerk.post(url(alpha), {"text": "wrong customer", "file": pdf()})
    note = Note.objects.get()
    answer = as_clerk.post(f"{url(alpha)}{note.pk}/withdraw/", follow=True)
    assert "Withdrawn by Clerk" in text_of(answer)
    assert "<s>wrong customer" in answer.content.decode()
    assert as_clerk.get(f"{url(alpha)}{note.pk}/file/").status_code == 404
    assert as_clerk.post(f"{url(alpha)}{note.pk}/withdraw/").status_code == 409
    assert "wrong customer" not in text_of(as_clerk.get(f"/customers/{alpha.pk}/timeline/"))


def test_the_database_refuses_to_change_a_note(alpha: Customer, clerk: User) -> None:
    note = write_note(alpha, text="said", by=clerk)
    for act in (
        lambda: Note.objects.filter(pk=note.pk).update(text="never said"),
        lambda: Note.objects.filter(pk=note.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Note.objects.get().text == "said"


def test_of_its_own_customer_only(as_clerk: Client, clerk: User, company: Company, alpha: Customer) -> None:
    beta = create_customer(company, NewCustomer(code="B", name="Beta", currency="CNY"), by=None)
    note = write_note(alpha, text="of Alpha", by=clerk)
    assert as_clerk.get(f"{url(beta)}{note.pk}/file/").status_code == 404
    assert as_clerk.post(f"{url(beta)}{note.pk}/withdraw/").status_code == 404


def test_who_reads_and_who_writes(company: Company, alpha: Customer) -> None:
    check_roles(company, "customer.view", url(alpha))
    auditor = Client()
    auditor.force_login(User.objects.get(username=f"only-{Role.AUDITOR.value}"))
    assert "<textarea" not in auditor.get(url(alpha)).content.decode()
    assert auditor.post(url(alpha), {"text": "x"}).status_code == 403


def test_pages(as_clerk: Client, clerk: User, alpha: Customer) -> None:
    for at in range(25):
        write_note(alpha, text=f"note {at}", by=clerk)
    answer = as_clerk.get(url(alpha))
    assert len(answer.context["rows"]) == 20
    assert len(as_clerk.get(url(alpha) + "?" + answer.context["next_query"]).context["rows"]) == 5


def test_another_company_s_customer_is_not_found(as_clerk: Client, other_company: Company) -> None:
    foreign = create_customer(other_company, NewCustomer(code="F", name="Foreign", currency="USD"), by=None)
    assert as_clerk.get(url(foreign)).status_code == 404
    assert as_clerk.post(url(foreign), {"text": "x"}).status_code == 404


def test_methods(as_clerk: Client, alpha: Customer) -> None:
    check_method(as_clerk, url(alpha), wrong="put")
    check_method(as_clerk, f"{url(alpha)}1/withdraw/", wrong="get")
    check_method(as_clerk, f"{url(alpha)}1/file/", wrong="post")
