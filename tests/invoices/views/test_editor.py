"""new, edit, effect and delete: what is typed is saved, once; nothing typed is lost; the rest is refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from arap.core.models import AuditEntry, Company, TaxCode, User
from customers.models import PaymentTerms
from invoices.actions import Draft, DraftLine, create_draft
from invoices.models import Invoice
from tests.pages import check_method, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
NEW = "/invoices/new/"


@pytest.fixture
def vat(company: Company) -> TaxCode:
    return TaxCode.objects.create(company=company, code="V13", name="VAT 13 %", rate=Decimal(13))


def row(**changed: Any) -> dict[str, Any]:
    given = {
        "description": "Mould insert",
        "description_local": "模具镶件",
        "quantity": "2",
        "unit": "件",
        "unit_price": "1,000.50",
        "entry": "net",
        "discount_percent": "10%",
        "tax_code": "",
    }
    return {**given, **changed}


def form(*rows: dict[str, Any], **changed: Any) -> dict[str, Any]:
    given = {
        "customer": "C-10482",
        "issued_on": "",
        "currency": "CNY",
        "key": "k1",
        "kind": "invoice",
        "then": "save",
        **changed,
    }
    given["issued_on"] = given["issued_on"] or "+0"
    rows = rows or (row(),)
    return {**given, **{f"line-{name}": [each[name] for each in rows] for name in rows[0]}}


def test_what_is_typed_is_what_is_saved(as_clerk: Client, story: Story, vat: TaxCode) -> None:
    second = row(
        description="", description_local="", quantity="", unit_price="113", entry="gross", discount_percent=""
    )
    blank = row(**dict.fromkeys(("description", "description_local", "quantity", "unit", "unit_price"), ""))
    blank["discount_percent"] = ""
    data = form(
        row(tax_code=vat.pk),
        {**second, "tax_code": vat.pk, "entry": "gross"},
        blank,
        reference="PO-9",
        buyer_reference="B-1",
    )
    answer = as_clerk.post(NEW, data)
    draft = Invoice.objects.drafts().get()
    assert answer["Location"] == f"/invoices/{draft.pk}/"
    first, gross = draft.lines.all()
    assert (first.net, first.tax, first.unit_code, first.description_local) == (
        Decimal("1800.900"),
        Decimal("234.120"),
        "H87",
        "模具镶件",
    )
    assert (gross.quantity, gross.net, gross.tax) == (Decimal(1), Decimal(100), Decimal(13))
    assert (draft.total, draft.reference, draft.buyer_reference) == (Decimal("2148.020"), "PO-9", "B-1")
    page = text_of(as_clerk.get(answer["Location"]))
    assert "The draft is saved." in page
    assert (
        "data-forget"
        in as_clerk.post(f"/invoices/{draft.pk}/edit/", {**data, "version": 1}, follow=True).content.decode()
    )


def test_the_same_form_twice_is_one_draft(as_clerk: Client, story: Story) -> None:
    first, again = (as_clerk.post(NEW, form()) for _click in range(2))
    assert first["Location"] == again["Location"]
    assert Invoice.objects.drafts().count() == 1


def test_the_form_sent_again_with_other_content_leads_to_what_was_saved(as_clerk: Client, story: Story) -> None:
    as_clerk.post(NEW, form())
    answer = as_clerk.post(NEW, form(row(description="Another")))
    draft = Invoice.objects.drafts().get()
    assert answer.status_code == 409
    page = text_of(answer)
    assert f"saved before, as draft {draft.pk}" in page
    assert "Another" in answer.content.decode(), "nothing typed is dropped"


def test_saved_and_posted_at_once(as_clerk: Client, story: Story) -> None:
    for _click in range(2):
        answer = as_clerk.post(NEW, form(then="post"))
    invoice = Invoice.objects.get(lines__description_local="模具镶件")
    assert invoice.state == "posted"
    assert answer["Location"] == f"/invoices/{invoice.pk}/"
    assert AuditEntry.objects.filter(verb="invoice.post", object_id=str(invoice.pk)).count() == 1


def test_what_cannot_be_posted_stays_a_draft(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(NEW, form(then="post", currency="JPY"), follow=True)
    page = text_of(answer)
    assert "The draft is saved." in page
    assert "There is no exchange rate for JPY" in page
    assert Invoice.objects.drafts().count() == 1


@pytest.mark.parametrize(
    "rows, changed, said",
    [
        ([], {"customer": "C-0"}, "There is no customer “C-0”"),
        ([], {"customer": ""}, "Type a customer’s code."),
        ([], {"issued_on": "someday"}, "someday is not a date"),
        ([], {"currency": "XXX"}, "XXX"),
        ([], {"terms": "999999"}, "not one of the available choices"),
        ([], {"rate": "-1"}, "A rate is greater than zero."),
        ([], {"reference": "x" * 141}, "at most 140 characters"),
        ([], {"instalments": "2099-01-31 5"}, "The instalments do not sum to the total."),
        ([], {"instalments": "soon"}, "is not a day and an amount"),
        ([], {"period_from": "2026-02-01", "period_to": "2026-01-01"}, "The period ends before it begins."),
        ([{"unit_price": "much"}], {}, "much is not a number"),
        ([{"unit_price": ""}], {}, "Type a price."),
        ([{"unit_price": "9" * 15}], {}, "is too large"),
        ([{"unit_price": "999999999999.999999", "quantity": "999999999999.999999"}], {}, "of this line is too large."),
        ([{"quantity": "1.1234567"}], {}, "At most 6 decimals."),
        ([{"discount_percent": "101"}], {}, "A discount lies between 0 and 100 per cent."),
        ([{"tax_code": "999999"}], {}, "not one of the available choices"),
        ([{"entry": "maybe"}], {}, "not one of the available choices"),
        ([{"description": "x\x00y"}], {}, "Null characters are not allowed"),
        ([dict.fromkeys(row(), "")], {}, "Type at least one line."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(
    as_clerk: Client, story: Story, rows: list[dict[str, str]], changed: dict[str, str], said: str
) -> None:
    answer = as_clerk.post(NEW, form(*[row(**each) for each in rows], **changed))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Invoice.objects.drafts().exists()


def test_markup_is_text(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(NEW, form(row(description="<script>alert(1)</script>", unit_price="x")))
    assert "<script>alert(1)" not in answer.content.decode()
    assert "&lt;script&gt;alert(1)" in answer.content.decode()


def test_a_draft_is_changed_and_the_history_says_what(as_clerk: Client, story: Story) -> None:
    as_clerk.post(NEW, form())
    draft = Invoice.objects.drafts().get()
    assert "1000.5" in as_clerk.get(f"/invoices/{draft.pk}/edit/").content.decode()
    as_clerk.post(f"/invoices/{draft.pk}/edit/", form(row(unit_price="5"), version=1, reference="PO-2"))
    draft.refresh_from_db()
    assert (draft.total, draft.reference, draft.version) == (Decimal("9.000"), "PO-2", 2)
    page = text_of(as_clerk.get(f"/invoices/{draft.pk}/"))
    assert "reference: was –, is now PO-2" in page
    assert "total incl. tax: was CNY 1,800.90, is now CNY 9.00" in page


def test_two_tabs_see_each_other(as_clerk: Client, story: Story) -> None:
    as_clerk.post(NEW, form())
    draft = Invoice.objects.drafts().get()
    url = f"/invoices/{draft.pk}/edit/"
    as_clerk.post(url, form(version=1, reference="theirs"))
    answer = as_clerk.post(url, form(version=1, reference="mine"))
    assert answer.status_code == 409
    page = text_of(answer)
    assert "while you were typing. Nothing was saved." in page
    assert "is now theirs" in page
    assert 'value="mine"' in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode(), "saving again replaces it, knowingly"
    as_clerk.post(url, form(version=1, then="post"))
    as_clerk.post(f"/invoices/{draft.pk}/post/")
    answer = as_clerk.post(url, form(version=2, reference="mine"))
    assert "What is posted is never edited." in text_of(answer)
    assert "Save mine as a new draft" in text_of(answer)


def test_what_is_posted_is_never_edited(as_clerk: Client, story: Story) -> None:
    url = f"/invoices/{story.late.pk}/edit/"
    assert "What is posted is never edited." in text_of(as_clerk.get(url, follow=True))
    assert as_clerk.post(url, form(version=1)).status_code == 409
    story.late.refresh_from_db()
    assert story.late.reference == "PO-1"


def test_own_instalments_and_terms_survive_an_edit(as_clerk: Client, story: Story, company: Company) -> None:
    PaymentTerms.objects.create(company=company, code="N30", name="Net 30", rule="n/30")
    as_clerk.post(NEW, form(row(discount_percent="", unit_price="50"), instalments="+10 60\n+20\t=20+20"))
    draft = Invoice.objects.drafts().get()
    assert [part.amount for part in draft.instalments.all()] == [60, 40]
    shown = as_clerk.get(f"/invoices/{draft.pk}/edit/").context["entry"].head["instalments"].value()
    assert shown.count("\n") == 1
    terms = PaymentTerms.objects.get(code="N30").pk
    as_clerk.post(f"/invoices/{draft.pk}/edit/", form(version=1, terms=terms))
    assert [part.due_on for part in draft.instalments.all()] == [story.today + timedelta(days=30)]
    assert as_clerk.get(f"/invoices/{draft.pk}/edit/").context["entry"].head["instalments"].value() == ""


def test_another_one_like_it(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.get(f"{NEW}?like={story.late.pk}")
    assert 'value="Mould insert"' in answer.content.decode()
    assert answer.context["entry"].head["issued_on"].value() is not None
    assert answer.context["entry"].head["version"].value() is None
    assert as_clerk.get(f"{NEW}?like=999999999").status_code == 404


def test_a_line_more_without_script(as_clerk: Client, story: Story) -> None:
    answer = as_clerk.post(NEW, form(then="line"))
    assert answer.status_code == 200
    assert answer.content.decode().count("data-line>") == 3
    assert not Invoice.objects.drafts().exists()


def test_the_effect_is_worked_out_by_the_same_rule(as_clerk: Client, story: Story, vat: TaxCode) -> None:
    data = form(row(tax_code=vat.pk), row(unit_price="x"), row(**dict.fromkeys(row(), "")))
    answer = as_clerk.post("/invoices/effect/", data)
    page = text_of(answer)
    assert "1,800.90" in page
    assert "2,035.02" in page
    assert "cannot be read yet: line 2" in page
    assert 'data-line-amounts="2,035.02|–|–"' in answer.content.decode()
    page = text_of(as_clerk.post("/invoices/effect/", form(row(tax_code=vat.pk))))
    assert "due" in page
    assert not Invoice.objects.drafts().exists()


HUGE = {"line-unit_price": ["999999999999.999999"], "line-quantity": ["999999999999.999999"], "line-entry": ["gross"]}


@pytest.mark.parametrize(
    "data",
    [{}, {"line-unit_price": ["1"]}, {"currency": "??", "line-quantity": ["1e9"]}, {"currency": "KWD", **HUGE}],
)
def test_the_effect_of_half_a_form_is_no_mistake(as_clerk: Client, story: Story, data: dict[str, Any]) -> None:
    assert as_clerk.post("/invoices/effect/", data).status_code == 200


def test_the_effect_costs_the_same_for_many_lines(
    as_clerk: Client, story: Story, vat: TaxCode, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(18):
        as_clerk.post("/invoices/effect/", form(*[row(tax_code=vat.pk)] * 50))


def test_a_draft_is_thrown_away_as_it_was_seen(as_clerk: Client, story: Story) -> None:
    as_clerk.post(NEW, form())
    draft = Invoice.objects.drafts().get()
    page = text_of(as_clerk.post(f"/invoices/{draft.pk}/delete/", {"version": 7}, follow=True))
    assert "changed or posted meanwhile" in page
    as_clerk.post(f"/invoices/{draft.pk}/files/", {"file": SimpleUploadedFile("order.pdf", b"%PDF-1.7")})
    as_clerk.post(f"/invoices/{draft.pk}/delete/", {"version": 1})
    assert not Invoice.objects.drafts().exists()
    as_clerk.post(f"/invoices/{story.late.pk}/delete/", {"version": 1})
    assert Invoice.objects.filter(pk=story.late.pk).exists()


def test_two_thousand_lines_are_taken(
    as_clerk: Client, story: Story, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(45):
        assert as_clerk.post(NEW, form(*[row()] * 2_000)).status_code == 302
    assert Invoice.objects.drafts().get().lines.count() == 2_000


def test_another_companys_draft_is_not_found(client: Client, outsider: User, story: Story) -> None:
    lines = [DraftLine(unit_price=Decimal(1))]
    new = Draft(customer_id=story.haichen.pk, currency="CNY", issued_on=story.today, lines=lines)
    draft = create_draft(story.company, new, by=None)
    client.force_login(outsider)
    for path in ("edit/", "delete/", "files/"):
        assert client.post(f"/invoices/{draft.pk}/{path}").status_code == 404
    assert client.get(f"{NEW}?like={draft.pk}").status_code == 404
    assert client.post(NEW, form()).status_code == 422, "the customer is not theirs"


@pytest.mark.parametrize("path", ["effect/", "{pk}/delete/", "{pk}/files/"])
def test_acts_are_posts(as_clerk: Client, story: Story, path: str) -> None:
    check_method(as_clerk, f"/invoices/{path.format(pk=story.late.pk)}", wrong="get")
