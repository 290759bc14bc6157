"""Customers, invoices, credit notes and receipts out of files: what is made, skipped, changed and left out, and why."""

from dataclasses import replace
from decimal import Decimal

import pytest

from arap.core.errors import Invalid
from arap.core.models import AuditEntry, Company, TaxCode, User
from arap.core.tables import Table, content
from arap.desk.actions.receiving import choose_columns
from arap.desk.exports.customers import customer_table
from arap.desk.exports.invoices import invoice_table
from arap.desk.exports.receipts import receipt_table
from arap.desk.mapping.layouts import Layout
from arap.ledger.models import Document, Posting
from customers.actions import ensure_terms
from customers.models import Customer, CustomField
from invoices.models import Invoice
from receipts.models import Receipt
from tests.desk.takeon.intakes import bring, faults, loaded, tried
from tests.ledger.proofs import assert_holds
from tests.people import found_company
from tests.stories import Story, tell

pytestmark = pytest.mark.django_db

CUSTOMERS = """\
code,name,name_local,currency,address,phone,terms,active,payer_accounts,parent_code,Trade
A-1,Alpha,阿尔法,CNY,"1 Road
宁波",'+86 574,N30,yes,111;222,B-1,Retail
B-1,Beta,,USD,,,,no,,,
"""
INVOICES = """\
number,customer_code,currency,issued_on,due_on,reference,description,quantity,unit_price,tax_code,price_is
R-1,A-1,CNY,2026-03-01,2026-03-31,PO 7,Insert,2,50,V13,net
R-2,A-1,CNY,2026-03-02,,,Work,1,113,V13,gross
R-1,A-1,CNY,2026-03-01,2026-03-31,PO 7,Freight,1,10,,net
"""
RECEIPTS = """\
number,customer_code,amount,currency,received_on,remittance,applied_to
P-1,A-1,150,CNY,2026-04-01,thanks,R-1=100; R-2=50
P-2,A-1,23,CNY,2026-04-02,,R-1
P-3,,9,CNY,2026-04-03,who,
"""


@pytest.fixture
def controller_of(company: Company, controller: User) -> User:
    """Loads; the company has the terms and the tax code that the files name."""
    ensure_terms(company, ["n/30"], by=None)
    company.refresh_from_db()
    TaxCode.objects.create(company=company, code="V13", name="VAT 13 %", rate=Decimal(13))
    CustomField.objects.create(company=company, name="Trade", kind="choice", choices=["Retail", "Export"])
    return controller


def take_on(company: Company, by: User) -> None:
    """The customers and invoices of the files above."""
    from customers.models import PaymentTerms

    code = PaymentTerms.objects.filter(company=company).values_list("code", flat=True).first()
    assert loaded(bring(company, CUSTOMERS.replace("N30", str(code)), "customers", by=by), by=by)["customers"] == 2
    assert loaded(bring(company, INVOICES, "invoices", by=by), by=by)["invoices"] == 2


def test_customers_are_made_changed_and_skipped(company: Company, controller_of: User) -> None:
    take_on(company, controller_of)
    alpha = Customer.objects.get(company=company, code="A-1")
    assert (alpha.name_local, alpha.address, alpha.phone) == ("阿尔法", "1 Road\n宁波", "+86 574")
    assert alpha.terms is not None
    assert alpha.parent is not None
    assert alpha.parent.code == "B-1"
    assert list(alpha.custom.values()) == ["Retail"]
    assert [each.account_no for each in alpha.payer_accounts.all()] == ["111", "222"]
    assert not Customer.objects.get(company=company, code="B-1").is_active
    again = bring(
        company, "code,name,phone,parent_code\nA-1,Alpha Ltd,'+86 574,B-1\nB-1,Beta,,\n", "customers", by=controller_of
    )
    result = loaded(again, by=controller_of)
    assert (result["changed"], result["skipped"], result["customers"]) == (1, 1, 0)
    alpha.refresh_from_db()
    assert (alpha.name, alpha.address) == ("Alpha Ltd", "1 Road\n宁波"), "what has no column stays"
    entry = AuditEntry.objects.filter(verb="customer.update", object_id=str(alpha.pk)).latest("pk")
    assert (entry.before, entry.after) == ({"name": "Alpha"}, {"name": "Alpha Ltd"})


def test_invoices_of_several_lines_are_posted_under_their_numbers(company: Company, controller_of: User) -> None:
    take_on(company, controller_of)
    first, second = Invoice.objects.filter(company=company).order_by("document__number")
    assert [line.description for line in first.lines.all()] == ["Insert", "Freight"]
    assert (first.net_total, first.tax_total, first.total) == (Decimal(110), Decimal(13), Decimal(123))
    assert (second.net_total, second.total) == (Decimal(100), Decimal(113))
    assert [str(part.due_on) for part in first.instalments.all()] == ["2026-03-31"]
    assert_holds(company)
    position = Posting.objects.filter(company=company).count()
    result = loaded(bring(company, INVOICES, "invoices", by=controller_of), by=controller_of)
    assert (result["skipped"], result["invoices"], result["rejected"]) == (2, 0, 0)
    assert Posting.objects.filter(company=company).count() == position


def test_receipts_are_applied_to_what_their_rows_name(company: Company, controller_of: User) -> None:
    take_on(company, controller_of)
    result = loaded(bring(company, RECEIPTS, "receipts", by=controller_of), by=controller_of)
    assert result["receipts"] == 3
    opened = {
        document.number: sum(item.open_amount for item in document.items.all())
        for document in Document.objects.filter(company=company)
    }
    assert opened == {"R-1": 0, "R-2": 63, "P-1": 0, "P-2": 0, "P-3": -9}
    assert_holds(company)
    again = loaded(bring(company, RECEIPTS, "receipts", by=controller_of), by=controller_of)
    assert (again["skipped"], again["receipts"]) == (3, 0)


def test_a_credit_note_is_applied_to_its_invoice(company: Company, controller_of: User) -> None:
    take_on(company, controller_of)
    text = "number,customer_code,currency,issued_on,unit_price,credits\nG-1,A-1,CNY,2026-03-05,200,R-1\n"
    assert loaded(bring(company, text, "credit_notes", by=controller_of), by=controller_of)["credit_notes"] == 1
    note = Document.objects.get(company=company, kind="credit_note", number="G-1")
    assert [item.open_amount for item in note.items.all()] == [Decimal(-77)], "123 of 200 were open"
    assert_holds(company)


@pytest.mark.parametrize(("target", "text", "fault"), [
    ("customers", "code,currency\nX,CNY\nX,CNY\n", (3, "code", "row 2")),
    ("customers", "code,terms\nX,never\n", (2, "terms", "never")),
    ("customers", "code,parent_code\nX,nobody\n", (2, "parent_code", "nobody")),
    ("customers", "code,country\nX,china!\n", (2, "country", "")),
    ("customers", "code,Trade\nX,Cars\n", (2, "Trade", "choices")),
    ("invoices", "number,customer_code,issued_on,unit_price\nN,nobody,2026-03-01,5\n", (2, "customer_code", "nobody")),
    ("invoices", "number,customer_code,issued_on,unit_price\nN,A-1,2026-03-01,-5\n", (2, "unit_price", "above zero")),
    ("invoices", "number,customer_code,issued_on,unit_price\nN,A-1,2031-03-01,5\n", (2, "issued_on", "period")),
    ("invoices", "number,customer_code,issued_on,unit_price,tax_code\nN,A-1,2026-03-01,5,\nN,A-1,2026-03-01,5,??\n",
     (3, "tax_code", "??")),
    ("invoices", "number,customer_code,issued_on,unit_price\nN,A-1,2026-03-01,5\nN,A-1,2026-03-02,5\n",
     (3, "issued_on", "row 2")),
    ("invoices", "number,customer_code,issued_on,unit_price\nR-2,A-1,2026-03-02,5\n", (2, "unit_price", "113")),
    ("receipts", "number,amount,received_on\nP,5.001,2026-03-01\n", (2, "amount", "decimals")),
    ("receipts", "number,customer_code,amount,received_on,applied_to\nP,A-1,5,2026-03-01,R-9=5\n",
     (2, "applied_to", "R-9")),
    ("receipts", "number,customer_code,amount,received_on,applied_to\nP,A-1,999,2026-03-01,R-1=200\n",
     (2, "applied_to", "123.00 open")),
    ("receipts", "number,customer_code,amount,received_on,applied_to\nP,A-1,5,2026-03-01,R-1=7\n",
     (2, "applied_to", "More")),
])  # fmt: skip
def test_faults_name_row_and_column(
    company: Company, controller_of: User, target: str, text: str, fault: tuple[int, str, str]
) -> None:
    take_on(company, controller_of)
    received = bring(company, text, target, by=controller_of)
    before = Posting.objects.count()
    result = tried(received, by=controller_of)
    received.refresh_from_db()
    assert any((row, field) == fault[:2] and fault[2] in sentence for row, field, sentence in faults(received)), faults(
        received
    )
    assert result["rejected"] >= 1
    assert Posting.objects.count() == before


def test_a_document_of_which_a_row_cannot_be_read_is_left_out_whole(company: Company, controller_of: User) -> None:
    take_on(company, controller_of)
    head = "number,customer_code,issued_on,unit_price\n"
    text = head + "N-1,A-1,2026-03-01,5\nN-1,A-1,2026-03-01,five\nN-2,A-1,2026-03-01,5\n"
    received = bring(company, text, "invoices", by=controller_of)
    result = loaded(received, by=controller_of)
    assert (result["invoices"], result["rejected"]) == (1, 2)
    assert not Document.objects.filter(company=company, number="N-1").exists()


def test_all_or_nothing_writes_nothing_for_one_fault(company: Company, controller_of: User) -> None:
    take_on(company, controller_of)
    text = "number,customer_code,issued_on,unit_price\nN-1,A-1,2026-03-01,5\nN-2,nobody,2026-03-01,5\n"
    result = loaded(bring(company, text, "invoices", by=controller_of, is_whole=True), by=controller_of)
    assert result["state"] == "failed"
    assert "nothing was" in result["message"]
    assert not Document.objects.filter(company=company, number="N-1").exists()
    good = bring(company, text.replace("nobody", "A-1"), "invoices", by=controller_of, is_whole=True)
    assert loaded(good, by=controller_of)["invoices"] == 2


def test_kept_columns_are_proposed_for_the_same_content_one_s_own_first(
    company: Company, controller_of: User, administrator: User
) -> None:
    text = "Nr;Wer;Tag;Preis\nN;A-1;01.03.2026;1,50\n"
    layouts = []
    for by, field in ((controller_of, "unit_price"), (administrator, "tax_rate")):
        received = bring(company, text, "invoices", by=by)
        chosen = replace(
            Layout.from_json(received.layout or {}), fields=("number", "customer_code", "issued_on", field),
            dates="german", numbers="comma", name=f"{by.username}",
        )  # fmt: skip
        if field == "unit_price":
            choose_columns(received, chosen, by=by)
        else:
            with pytest.raises(Invalid, match="No column"):
                choose_columns(received, chosen, by=by)
        layouts.append(bring(company, text, "invoices", by=by).layout)
    assert [layout["fields"][3] for layout in layouts if layout] == ["unit_price", "unit_price"]
    assert "unit_price" not in (bring(company, text, "receipts", by=controller_of).layout or {})["fields"]


def tables(company: Company) -> dict[str, Table]:
    """What the lists of the company export."""
    customers = Customer.objects.filter(company=company).order_by("code")
    found = Invoice.objects.filter(company=company)
    return {
        "customers": customer_table(company, lambda: list(customers.values_list("pk", flat=True)), customers.count),
        "invoices": invoice_table(company, found.filter(kind="invoice"), name="invoices", kind="invoice"),
        "receipts": receipt_table(company, Receipt.objects.filter(company=company)),
    }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing_and_makes_the_same_elsewhere(
    company: Company, clerk: User, controller: User, kind: str
) -> None:
    story: Story = tell(company, clerk)
    twin = found_company("twin", "Twin")
    assert story.company == company
    before = Posting.objects.filter(company=company).count()
    for target, table in tables(company).items():
        file = b"".join(content(table, kind))
        here = loaded(bring(company, file, target, by=controller, name=f"f.{kind}"), by=controller)
        assert (here[target], here["changed"], here["rejected"]) == (0, 0, 0), target
        there = loaded(bring(twin, file, target, by=controller, name=f"f.{kind}"), by=controller)
        assert (there[target], there["rejected"]) == (here["skipped"], 0), target
    assert Posting.objects.filter(company=company).count() == before
    theirs = tables(twin)
    for target, table in tables(company).items():
        assert sorted(map(str, table.rows())) == sorted(map(str, theirs[target].rows())), target
    assert_holds(company)
