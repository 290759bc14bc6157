"""Erasing of personal data where the law allows it: on request, and every night on schedule."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, Now

from arap.core import audit
from arap.core.models import Company, User
from arap.ledger.models import Item
from arap.outbox.actions import cancel_to
from customers.actions import ask_erasure, erase_contacts, erase_notes
from customers.models import Contact, Customer, Note
from customers.personal import contacts_due, notes_due, retention_of
from customers.rules import kept_from
from receipts.models import Receipt

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of each kind a night erased."""

    contacts: int
    notes: int
    receipts: int


def open_items_of(customer: Customer) -> QuerySet[Item]:
    """What is open of a customer and of duplicates merged into it: while it is, its contacts are needed for the
    contract (PIPL, Article 13) and its claims are not settled (会计档案管理办法, Article 19)."""
    stands = customer.merged_into_id or customer.pk
    theirs = Customer.objects.filter(company=customer.company_id).filter(Q(pk=stands) | Q(merged_into=stands))
    ids = list(theirs.values_list("pk", flat=True))
    return Item.objects.filter(company=customer.company_id, customer__in=ids).exclude(open_amount=0)


@transaction.atomic
def erase_person(contact: Contact, *, notes: list[int], by: User) -> bool:
    """Erase a contact who asked for it, and those of `notes` that are about their customer.

    Where something is open of the customer the wish is noted and the night's work carries it out; then False.
    """
    theirs = Note.objects.filter(company=contact.company_id, customer=contact.customer_id, pk__in=notes)
    erase_notes(contact.company, list(theirs.values_list("pk", flat=True)), by=by, why="asked")
    if open_items_of(contact.customer).exists():
        ask_erasure(contact, by=by)
        return False
    _erase(contact.company, [contact.pk], by=by, why="asked")
    return True


def run_erasure(company: Company, *, as_of: date) -> Erased:
    """Erase what is due on `as_of` and may go; what is open keeps a customer's contacts and notes.

    Works in pieces, each of them committed: killed half-way it goes on the next time, and twice is once.
    """
    # Who left before this was counted begins to count now.
    Contact.objects.filter(company=company, is_active=False, left_at=None).update(left_at=Now())
    asked = _contacts(company, contacts_due(company, as_of=as_of))
    notes = _notes(company, notes_due(company, as_of=as_of))
    receipts = _payers(company, kept_from(as_of, retention_of(company)["payer"]))
    erased = Erased(asked, notes, receipts)
    if any(asdict(erased).values()):
        with transaction.atomic():
            audit.record(by=None, verb="personal_data.run", obj=company, after={"as_of": as_of, **asdict(erased)})
    return erased


def _contacts(company: Company, due: QuerySet[Contact]) -> int:
    count = 0
    for asked, why in ((False, "schedule"), (True, "asked")):
        free = due.filter(erase_asked_at__isnull=not asked).exclude(_kept())
        while ids := list(free.values_list("pk", flat=True)[:CHUNK]):
            count += _erase(company, ids, by=None, why=why)
    return count


@transaction.atomic
def _erase(company: Company, ids: list[int], *, by: User | None, why: str) -> int:
    """Erase the contacts, and do not send what waits for them, unless somebody else reads the same mailbox."""
    contacts = Contact.objects.filter(company=company).exclude(email="").annotate(address=Lower("email"))
    addresses = set(contacts.filter(pk__in=ids).values_list("address", flat=True))
    count = erase_contacts(company, ids, by=by, why=why)
    cancel_to(company, addresses.difference(contacts.filter(address__in=addresses).values_list("address", flat=True)))
    return count


def _notes(company: Company, due: QuerySet[Note]) -> int:
    count = 0
    free = due.exclude(_kept())
    while ids := list(free.values_list("pk", flat=True)[:CHUNK]):
        count += erase_notes(company, ids, by=None, why="schedule")
    return count


def _kept() -> Q:
    """Of contacts and notes: something is open of their customer, of whom it was merged into, or of its duplicates.

    Three questions by index, for each row that is due; one over all three could use none.
    """
    opened = Item.objects.filter(company=OuterRef("company")).exclude(open_amount=0)
    return (
        Q(Exists(opened.filter(customer=OuterRef("customer"))))
        | Q(Exists(opened.filter(customer=OuterRef("customer__merged_into"))))
        | Q(Exists(opened.filter(customer__merged_into=OuterRef("customer"))))
    )


def _payers(company: Company, since: date) -> int:
    """The payers' words on receipts of before `since` that are settled, with what the book says of them."""
    unsettled = Item.objects.filter(document=OuterRef("document")).exclude(open_amount=0)
    due = Receipt.objects.filter(company=company, received_on__lt=since, document__isnull=False)
    due = due.exclude(payer_name="", payer_account="", remittance="").exclude(Exists(unsettled)).order_by("pk")
    count = 0
    while rows := list(due.values_list("pk", "document_id")[:CHUNK]):
        with transaction.atomic(), connection.cursor() as cursor:
            ids = [pk for pk, _document in rows]
            Receipt.objects.filter(company=company, pk__in=ids).update(payer_name="", payer_account="", remittance="")
            documents = [document for _pk, document in rows]
            cursor.execute("select ledger_erase_words(%s, %s)", [company.pk, documents])
        count += len(rows)
    return count
