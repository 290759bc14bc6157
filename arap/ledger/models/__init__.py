"""The book: append-only facts on two clocks.

Every row here is a fact that is never edited or deleted (the database refuses it for every role). A mistake is
corrected by a new fact that refers to the old one. Two clocks stand on each fact: *effective* (a date, end of that
day) and *recorded* (the posting's position, whose ``recorded_at`` is the instant we learned it).

Signs: ``+`` the customer owes us, ``-`` we owe the customer. ``base_amount`` is in the company's base currency.
Real foreign keys are composite (company first) and stand in the migrations; the ORM's carry no constraint of their own.
"""

from arap.ledger.models.applications import Application, Entry
from arap.ledger.models.base import FAR
from arap.ledger.models.chart import Account, Book
from arap.ledger.models.documents import Document, DocumentText, Posting
from arap.ledger.models.items import Item
from arap.ledger.models.journal import JournalLine, Seal
from arap.ledger.models.late import LatePosting
from arap.ledger.models.vouchers import VoucherAccount, VoucherBatch, VoucherTemplate

__all__ = [
    "FAR",
    "Account",
    "Application",
    "Book",
    "Document",
    "DocumentText",
    "Entry",
    "Item",
    "JournalLine",
    "LatePosting",
    "Posting",
    "Seal",
    "VoucherAccount",
    "VoucherBatch",
    "VoucherTemplate",
]
