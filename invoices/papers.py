"""What the paper of an invoice, debit note or credit note says, and the PDF of it.

Everything comes from the posted invoice, which never changes; only letterhead, address and bank account are those of
the moment. What is open of it is not on it: that is for statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from arap.core.models import Company
from arap.core.money import ZERO
from arap.core.pdf import render_pdf
from arap.core.references import document_reference, printed
from arap.core.slips import PaymentSlip, payment_slip
from arap.core.words import in_chinese, in_english
from customers.models import Customer
from customers.rules import DiscountOffer, TermsError, discount_offers, parse_terms, printed_clause
from customers.templatetags.terms import terms_words
from invoices.models import Invoice, InvoiceLine

_terms_words = lazy(terms_words, str)

# What a paper is called at its top and in its e-mail.
TITLES = {
    Invoice.Kind.INVOICE.value: _("Invoice"),
    Invoice.Kind.DEBIT_NOTE.value: _("Debit note"),
    Invoice.Kind.CREDIT_NOTE.value: _("Credit note"),
    Invoice.Kind.CHARGE.value: _("Late charge"),
}


@dataclass(slots=True)
class TaxSum:
    """What was taxed alike: `rate` in per cent, net and tax in the invoice's currency."""

    code: str
    rate: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def invoice_pdf(invoice: Invoice, language: str) -> bytes:
    """The paper of `invoice` as it would be made now. CannotRender where it cannot. Call it outside of locks."""
    return render_pdf(render_to_string("pdf/invoice.html", invoice_context(invoice, language)))


def invoice_context(invoice: Invoice, language: str) -> dict[str, Any]:
    """All that templates/pdf/invoice.html prints; `language` is "en", "zh-hans" or "both"."""
    assert language in ("en", "zh-hans", "both"), "a paper has a language"
    lines = list(invoice.lines.select_related("tax_code"))
    for line in lines:
        line.said = descriptions(line, language)  # type: ignore[attr-defined]
    document = invoice.document
    reference = payment_reference(invoice)
    return {
        "paper_language": language,
        "company": invoice.company,
        "customer": invoice.customer,
        "invoice": invoice,
        "number": document.number if document else "",
        "title": TITLES[invoice.kind],
        "lines": lines,
        "tax_sums": tax_sums(lines),
        "exemptions": list(dict.fromkeys(line.exemption_reason for line in lines if line.exemption_reason)),
        "terms": _terms_words(invoice.terms.rule) if invoice.terms else "",
        "instalments": list(invoice.instalments.all()) if invoice.is_owed else [],
        "offers": _offers(invoice),
        "clause": printed_clause(invoice.late_clause, invoice.late_clause_local, language),
        "credited_number": invoice.credits.document.number if invoice.credits and invoice.credits.document else "",
        "added_number": invoice.adds_to.document.number if invoice.adds_to and invoice.adds_to.document else "",
        "reference": printed(reference) if reference else "",
        "slip": slip(invoice, language),
        "words": in_words(invoice.total, invoice.currency, language),
    }


def in_words(amount: Decimal, currency: str, language: str) -> list[str]:
    """The amount in the words of the paper's languages, Chinese first."""
    chinese = [in_chinese(amount, currency)] if language != "en" else []
    return chinese + ([in_english(amount, currency)] if language != "zh-hans" else [])


def descriptions(line: InvoiceLine, language: str) -> list[str]:
    """What a line is for, in the words of the paper's languages, Chinese first; one serves where the other lacks."""
    english, chinese = line.description, line.description_local
    wanted = {"en": [english], "zh-hans": [chinese], "both": [chinese, english]}[language]
    return [words for words in wanted if words] or [english or chinese or str(line.line)]


def tax_sums(lines: Sequence[InvoiceLine]) -> list[TaxSum]:
    """Net and tax of the lines by tax code and rate, in the order in which they first appear."""
    sums: dict[tuple[str, Decimal], TaxSum] = {}
    for line in lines:
        code = line.tax_code.code if line.tax_code else ""
        found = sums.setdefault((code, line.tax_rate), TaxSum(code, line.tax_rate))
        found.net += line.net
        found.tax += line.tax
    return list(sums.values())


def paper_language(customer: Customer | None, company: Company) -> str:
    """The language of a paper where nobody chose one: the customer's, else the company's."""
    return customer.language if customer else company.language


def first_language(language: str) -> str:
    """The language of what stands beside a paper, such as its e-mail: of one in both, Chinese comes first."""
    return "en" if language == "en" else "zh-hans"


def _offers(invoice: Invoice) -> Sequence[DiscountOffer]:
    """What an early payer may keep, for an invoice with such terms."""
    if not invoice.is_owed or not invoice.terms:
        return []
    try:
        terms = parse_terms(invoice.terms.rule)
    except TermsError:
        return []
    issued: date = invoice.issued_on
    return discount_offers(terms, document_on=issued, amount=invoice.total, currency=invoice.currency)


def payment_reference(invoice: Invoice) -> str:
    """The RF reference (ISO 11649) to pay a posted invoice under; empty for drafts and credit notes."""
    document = invoice.document
    return document_reference(document.number, document.pk) if document and invoice.is_owed else ""


def slip(invoice: Invoice, language: str) -> PaymentSlip | None:
    """How to pay the invoice: account, reference and code; None where it cannot be paid into an account of ours."""
    reference = payment_reference(invoice)
    if not reference:
        return None
    return payment_slip(
        invoice.company,
        [(_("To pay"), invoice.total)],
        currency=invoice.currency,
        reference=reference,
        language=first_language(language),
    )


def file_name(number: str, title: str, language: str) -> str:
    """What the file is called at the customer: "INV-2026-000123.pdf"; drafts by what they are."""
    with override(first_language(language)):
        return f"{number or title}.pdf"
