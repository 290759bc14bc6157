"""Files beside an invoice: added and taken off at any time, also when it is posted; none is ever destroyed."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound
from arap.core.files import NewFile, store
from arap.core.models import Company, User
from invoices.models import Invoice, InvoiceFile

BYTES_MAX = 10 << 20
FILES_MAX = 50

# What each kind of file begins with: its name alone proves nothing.
BEGINNINGS = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "ofd": ("application/ofd", (b"PK\x03\x04",)),
    "xml": ("application/xml", (b"<?xml", b"\xef\xbb\xbf<?xml")),
    "txt": ("text/plain", (b"",)),
    "csv": ("text/csv", (b"",)),
}


def media_type(name: str, content: bytes) -> str:
    """The media type by ending and beginning of the file. Raises Invalid("file_type") for any other."""
    kind = BEGINNINGS.get(name.rpartition(".")[2].lower())
    is_text = kind is not None and kind[1] == (b"",)
    if kind is None or not content.startswith(kind[1]) or (is_text and b"\x00" in content):
        raise Invalid(
            "file_type", _("This kind of file is not taken: bring a PDF, picture, spreadsheet, OFD, XML or text.")
        )
    return kind[0]


@transaction.atomic
def attach(company: Company, invoice_id: int, *, name: str, content: bytes, by: User | None) -> InvoiceFile:
    """Keep a file beside the invoice. Raises NotFound, Invalid (file_empty, file_large, file_type, files_many)."""
    invoice = _locked(company, invoice_id)
    if not content:
        raise Invalid("file_empty", _("This file is empty."))
    if len(content) > BYTES_MAX:
        raise Invalid("file_large", _("This file is larger than %(most)s MB.") % {"most": BYTES_MAX >> 20})
    kind = media_type(name, content)
    if InvoiceFile.objects.filter(invoice=invoice, removed_at=None).count() >= FILES_MAX:
        raise Invalid("files_many", _("An invoice holds at most %(most)s files.") % {"most": FILES_MAX})
    file = store(company, [NewFile(name=name, media_type=kind, content=content)], by=by)[0]
    kept = InvoiceFile.objects.create(company=company, invoice=invoice, file=file, added_by=by)
    audit.record(by=by, verb="invoice.file", obj=invoice, after={"file": file.name, "sha256": file.sha256})
    return kept


@transaction.atomic
def detach(company: Company, invoice_id: int, file_id: int, *, by: User | None) -> None:
    """Take a file off the invoice; the file stays kept. Raises NotFound. Twice is once."""
    invoice = _locked(company, invoice_id)
    found = (
        InvoiceFile.objects.filter(invoice=invoice, pk=file_id).select_related("file").defer("file__content").first()
    )
    if found is None:
        raise NotFound("not_found", _("There is no such file."))
    if InvoiceFile.objects.filter(pk=found.pk, removed_at=None).update(removed_at=Now()):
        audit.record(by=by, verb="invoice.unfile", obj=invoice, after={"file": found.file.name})


def _locked(company: Company, invoice_id: int) -> Invoice:
    invoice = Invoice.objects.select_for_update(no_key=True).filter(company=company, pk=invoice_id).first()
    if invoice is None:
        raise NotFound("not_found", _("There is no such invoice."))
    return invoice
