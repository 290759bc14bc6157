"""Whatever a customer is called, on the real papers: printed as text, nothing fetched, nothing inside."""

from types import SimpleNamespace

from arap.core.models import Company
from customers.models import Contact
from invoices.papers import invoice_pdf
from receipts.papers import applied, receipt_pdf
from tests.core.pdf.conftest import everything_in, page
from tests.papers.conftest import Tells, Writer


def named(company: Company, name: str) -> None:
    """Our own company is called so, too."""
    fields = {"name": name[:100], "name_local": name[:100], "address": name, "website": "", "tax_id": ""}
    Company.objects.filter(pk=company.pk).update(**fields)
    company.refresh_from_db()


def test_on_a_statement(writer: Writer, company: Company, hostile: str, harmless: Tells) -> None:
    customer = writer.customer("C-1", hostile, name_local=f"{hostile} 2", address=hostile)
    Contact.objects.create(
        company=company, customer=customer, name=hostile, email="a@b.example", receives=["statement"]
    )
    writer.invoices(customer, ["100.00"], reference=hostile[:60])
    named(company, hostile)
    for kind in ("open", "activity"):
        harmless(writer.statement(customer, "both", kind=kind), hostile)


def test_on_an_invoice(writer: Writer, company: Company, hostile: str, harmless: Tells) -> None:
    customer = writer.customer("C-1", hostile, name_local=f"{hostile} 2", address=hostile)
    named(company, hostile)
    invoice = writer.invoices(customer, ["100.00"], reference=hostile[:60], memo=hostile)[0]
    invoice.company.refresh_from_db()
    harmless(invoice_pdf(invoice, "both"), hostile)


def test_on_a_receipt(writer: Writer, company: Company, hostile: str, harmless: Tells) -> None:
    known = writer.customer("C-1", hostile, name_local=f"{hostile} 2", address=hostile)
    named(company, hostile)
    for customer in (known, None):
        receipt = writer.receipt(customer, "100.00", payer_name=hostile, remittance=hostile)
        harmless(receipt_pdf(receipt, "both", applied(receipt)), hostile)


def test_the_trap_and_the_canary_would_tell(trap: SimpleNamespace, canary: SimpleNamespace) -> None:
    """A plain call falls for both, so the tests above can fail."""
    from weasyprint import HTML

    attack = f'<img src="{trap.url}/x.png"><a rel="attachment" href="{canary.uri}">here</a>'
    pdf = HTML(string=page(attack)).write_pdf()
    assert trap.visits
    assert canary.content in everything_in(pdf)
