"""import_columns: a file with headings of its own; its columns are chosen, kept, and proposed when they come again."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from arap.core.models import AuditEntry, Company, Role, User
from arap.desk.models import Import, KeptLayout
from arap.ledger.models import Document
from customers.models import Customer
from tests.desk.views.test_import import act, figures
from tests.desk.views.uploads import GOOD, brought
from tests.pages import text_of
from tests.people import hire

pytestmark = pytest.mark.django_db
GERMAN = (
    "Kundennr.;Kunde;Belegnummer;Belegdatum;Fällig am;Betrag;Sachbearbeiter\n"
    "10001;Müller GmbH;4711;03.02.2024;05.03.2024;1.234,56;ab\n"
    "10002;Größe AG;4712;28.02.2024;30.03.2024;-99,00;cd\n"
)
ODD = "Wer,Was,Wann,Wieviel\nA,1,2024-01-10,5.00\n"


@pytest.fixture
def as_controller(client: Client, controller: User) -> Client:
    """Who may take a history on."""
    client.force_login(controller)
    return client


def url(received: Import) -> str:
    return f"/import/{received.pk}/columns/"


def chosen(received: Import, *fields: str, **more: str) -> dict[str, Any]:
    columns = {f"column-{at}": name for at, name in enumerate(fields)}
    return {"dates": "iso", "numbers": "point", "kind": "invoice", "name": "", **columns, **more}


def test_a_german_file_is_understood_from_its_headings(as_controller: Client, company: Company) -> None:
    received = brought(as_controller, GERMAN.encode("cp1252"))
    page = text_of(as_controller.get(f"/import/{received.pk}/"))
    assert "By its own columns" in page
    assert "Müller GmbH" in page
    assert "1234.56" in page
    act(as_controller, received, "try")
    result = figures(act(as_controller, received, "run"))
    assert (result["invoices"], result["credit_notes"], result["rejected"]) == (1, 1, 0)
    totals = {"4711": Decimal("1234.56"), "4712": Decimal(-99)}
    assert dict(Document.objects.values_list("number", "total")) == totals
    assert set(Customer.objects.values_list("name", flat=True)) == {"Müller GmbH", "Größe AG"}


@pytest.mark.parametrize(
    ("days", "expected"), [("03/02/2024,05/03/2024", True), ("03/02/2024,15/03/2024", False), ("05/05/2024,", False)]
)
def test_days_that_can_be_read_in_two_ways_are_pointed_out(as_controller: Client, days: str, expected: bool) -> None:
    header = "Customer No,Invoice No,Amount,Invoice Date,Due Date\n"
    received = brought(as_controller, f"{header}A,1,5.00,{days}\n")
    assert received.layout
    assert received.layout["dates"] == "dmy"
    assert ("day first or month first" in text_of(as_controller.get(f"/import/{received.pk}/"))) is expected


def test_columns_that_nobody_knows_are_asked_for(as_controller: Client, controller: User) -> None:
    received = brought(as_controller, ODD)
    page = text_of(as_controller.get(f"/import/{received.pk}/"))
    assert "Say which column holds: Customer code, Document number, Day of issue, Amount." in page
    assert "Start the dry run" not in page
    page = text_of(as_controller.get(url(received)))
    for words in ("Wieviel", "5.00", "not read", "Customer code"):
        assert words in page
    fields = chosen(received, "customer_code", "number", "issued_on", "amount", name="Wer-Was")
    assert as_controller.post(url(received), fields)["Location"] == f"/import/{received.pk}/"
    assert "Start the dry run" in text_of(as_controller.get(f"/import/{received.pk}/"))
    assert AuditEntry.objects.get(verb="import.map").actor == controller
    act(as_controller, received, "try")
    assert figures(act(as_controller, received, "run"))["invoices"] == 1


def test_the_same_headings_again_are_read_as_they_were_kept(as_controller: Client, other_company: Company) -> None:
    received = brought(as_controller, ODD)
    as_controller.post(url(received), chosen(received, "customer_code", "number", "issued_on", "amount", name="W"))
    again = brought(as_controller, "wieviel,WANN,was,wer\n7.00,2024-01-11,2,B\n")
    assert again.mapping == "own"
    assert again.layout
    assert again.layout["fields"] == ["amount", "issued_on", "number", "customer_code"]
    assert KeptLayout.objects.get().name == "W"
    KeptLayout.objects.update(company=other_company)
    assert brought(as_controller, "wieviel,WANN,was,wer\n8.00,2024-01-11,3,B\n").layout["fields"] == [""] * 4  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (("customer_code", "number", "issued_on", ""), "No column is chosen for: Amount."),
        (("customer_code", "amount", "issued_on", "amount"), "Two columns cannot be the same field."),
        (("customer_code", "nonsense", "issued_on", "amount"), "Select a valid choice."),
    ],
)
def test_a_choice_that_cannot_be_is_said_on_the_page(
    as_controller: Client, fields: tuple[str, ...], sentence: str
) -> None:
    received = brought(as_controller, ODD)
    answer = as_controller.post(url(received), chosen(received, *fields))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    received.refresh_from_db()
    assert received.layout
    assert received.layout["fields"] == [""] * 4


def test_a_standard_file_can_be_read_by_its_columns_too(as_controller: Client) -> None:
    received = brought(as_controller, GOOD)
    as_controller.post(f"/import/{received.pk}/", {"mapping": "own"})
    received.refresh_from_db()
    assert received.mapping == "own"
    assert received.layout
    assert received.layout["fields"][:4] == ["customer_code", "customer_name", "kind", "number"]
    act(as_controller, received, "try")
    assert figures(act(as_controller, received, "run"))["invoices"] == 2
    answer = as_controller.post(url(received), chosen(received, "customer_code"), follow=True)
    assert answer.status_code == 422


def test_in_chinese(as_controller: Client, controller: User) -> None:
    controller.language = "zh-hans"
    controller.save(update_fields=["language"])
    received = brought(as_controller, ODD)
    assert "请指明" in text_of(as_controller.get(f"/import/{received.pk}/"))
    assert "客户编码" in text_of(as_controller.get(url(received)))


def test_another_company_s_file_is_not_found(as_controller: Client, other_company: Company) -> None:
    received = brought(as_controller, ODD)
    stranger = Client()
    stranger.force_login(hire(other_company, "stranger", Role.ADMINISTRATOR))
    assert stranger.get(url(received)).status_code == 404
    assert stranger.post(url(received), chosen(received, "number")).status_code == 404


def kept_by(company: Company, by: User | None) -> KeptLayout:
    layout = {
        "headers": ["Wer", "Was"], "fields": ["customer_code", ""], "dates": "iso", "numbers": "point",
        "kind": "invoice", "name": "Odd",
    }  # fmt: skip
    return KeptLayout.objects.create(company=company, name="Odd", headings="0" * 64, layout=layout, created_by=by)


def test_kept_columns_are_listed_and_forgotten(as_controller: Client, controller: User, company: Company) -> None:
    kept = kept_by(company, controller)
    words = text_of(as_controller.get("/import/"))
    for piece in ("Kept columns", "Odd", "Wer", "Forget"):
        assert piece in words, piece
    answer = as_controller.post(f"/import/columns/{kept.pk}/forget/", follow=True)
    assert "“Odd” are not proposed any more" in text_of(answer)
    assert not KeptLayout.objects.exists()
    entry = AuditEntry.objects.get(verb="import.forget")
    assert entry.before is not None
    assert (entry.actor, entry.before["layout"]["headers"]) == (controller, ["Wer", "Was"])


def test_who_keeps_columns_owns_them(as_controller: Client, controller: User, company: Company) -> None:
    received = brought(as_controller, ODD)
    fields = ("customer_code", "number", "issued_on", "amount")
    as_controller.post(url(received), chosen(received, *fields, name="Odd"))
    assert KeptLayout.objects.get().created_by == controller


@pytest.mark.parametrize("is_administrator", [False, True])
def test_another_s_kept_columns_are_for_an_administrator(
    client: Client, company: Company, controller: User, is_administrator: bool
) -> None:
    kept = kept_by(company, hire(company, "gone", Role.CONTROLLER))
    who = hire(company, "admin", Role.ADMINISTRATOR) if is_administrator else controller
    client.force_login(who)
    assert ("Forget" in text_of(client.get("/import/"))) == is_administrator
    answer = client.post(f"/import/columns/{kept.pk}/forget/")
    assert answer.status_code == (302 if is_administrator else 403)
    assert KeptLayout.objects.exists() != is_administrator


def test_another_company_s_kept_columns_are_not_there(
    as_controller: Client, other_company: Company, company: Company
) -> None:
    kept = kept_by(other_company, None)
    assert "Odd" not in text_of(as_controller.get("/import/"))
    assert as_controller.post(f"/import/columns/{kept.pk}/forget/").status_code == 404
