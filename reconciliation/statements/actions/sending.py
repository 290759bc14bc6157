"""Sending statements: one by one, and the same file once more."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.jobs import enqueue
from arap.core.models import Company, StoredFile, User
from arap.outbox.about import messages_about_ids
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from customers.models import Contact, Customer
from statements.actions.making import Wanted, make_statement
from statements.letters import letter_of
from statements.models import Statement, StatementRun
from statements.queries.recipients import Recipient, recipients
from statements.queries.said import said_of

GUARD = "statements.guards.still_wanted"


def queue_statements(company: Company, statements: Sequence[Statement], *, nth: int = 1) -> list[Message]:
    """Queue a message for each of the released statements, whose PDF is made. In the transaction of the caller, who has
    locked them. The same number of queries however many they are; no PDF is read.

    `nth` says which sending it is; the same one is queued once.
    """
    if not statements:
        return []
    files = StoredFile.objects.defer("content").in_bulk([statement.file_id for statement in statements])
    messages = []
    for statement, said in zip(statements, said_of(company, statements), strict=True):
        assert statement.file_id, "what is sent is made"
        language = letter_language(statement)
        letter = letter_of(said, to_name=statement.to_name, language=language)
        messages.append(
            NewMessage(
                kind=Message.Kind.STATEMENT,
                dedupe_key=f"statement:{statement.pk}:{nth}",
                customer_id=statement.customer_id,
                about=statement,
                to_name=statement.to_name,
                to_address=statement.to_address,
                language=language,
                subject=letter.subject,
                body_text=letter.text,
                body_html=letter.html,
                files=[files[statement.file_id]],
                guard=GUARD,
            )
        )
    return queue(company, messages, by=statements[0].released_by)


def letter_language(statement: Statement) -> str:
    """What the letter is written in: the paper's language, or with both the recipient's."""
    return statement.to_language if statement.language == "both" else statement.language


def recipient_for(company: Company, customer: Customer, *, to_address: str = "", to_name: str = "") -> Recipient:
    """The address that was typed, or the contact who receives statements.

    Raises Invalid("bad_address") and Refused("no_address").
    """
    if address := to_address.strip():
        try:
            validate_email(address)
        except ValidationError:
            raise Invalid("bad_address", _("Type an e-mail address."), field="to_address") from None
        return Recipient(to_name.strip()[:150], address, customer.language)
    found = recipients(company, [customer.pk]).get(customer.pk)
    if found is None:
        raise Refused(
            "no_address", _("Nobody at this customer receives statements. Type an address."), field="to_address"
        )
    return found


@transaction.atomic
def send_statement(
    company: Company, customer: Customer, want: Wanted, *, by: User | None, to: Recipient, keeps_contact: bool = False
) -> Statement:
    """Make a statement and release it: its message is queued with the PDF, which a worker makes at once.

    With `keeps_contact` the recipient becomes a contact who receives statements. Raises Refused("nothing_to_say").
    """
    statement = make_statement(company, customer, want, by=by)
    Statement.objects.filter(pk=statement.pk).update(
        released_at=Now(), released_by=by, to_name=to.name, to_address=to.address, to_language=to.language
    )
    statement.refresh_from_db()
    if keeps_contact and not Contact.objects.filter(customer=customer, email__iexact=to.address).exists():
        contact = Contact.objects.create(
            company=company, customer=customer, name=to.name or to.address, email=to.address, language=to.language,
            receives=[Contact.Paper.STATEMENT],
        )  # fmt: skip
        audit.record(by=by, verb="contact.create", obj=contact, after={"email": to.address, "receives": "statement"})
    audit.record(by=by, verb="statement.send", obj=statement, after={"to_address": to.address})
    enqueue("statements.tasks.render_one", statement.pk)
    return statement


@transaction.atomic
def send_again(statement: Statement, *, by: User, to: Recipient) -> Message:
    """Send the identical file once more, to the same or another address.

    Raises Refused("no_pdf"), Refused("run_ended") where its run was discarded, and Refused("under_way") while a message
    with it waits or is in a worker's hands: two people who press at the same time send it once.
    """
    locked = Statement.objects.select_for_update(of=("self",)).select_related("company").get(pk=statement.pk)
    if locked.run_id and StatementRun.objects.filter(pk=locked.run_id, state=StatementRun.State.DISCARDED).exists():
        raise Refused("run_ended", _("This run was discarded."))
    if locked.file_id is None:
        raise Refused("no_pdf", _("Its PDF is still being made."))
    about = messages_about_ids(locked.company, Statement, [locked.pk])
    if about.filter(state__in=[Message.State.PENDING, Message.State.SENDING]).exists():
        raise Refused("under_way", _("A message with this statement is on its way; see first what becomes of it."))
    earlier = about.count()
    Statement.objects.filter(pk=locked.pk).update(
        to_name=to.name, to_address=to.address, to_language=to.language, released_by=by, released_at=Now(), unsent=""
    )
    locked.refresh_from_db()
    message = queue_statements(locked.company, [locked], nth=earlier + 1)[0]
    audit.record(by=by, verb="statement.send_again", obj=locked, after={"to_address": to.address, "nth": earlier + 1})
    return message
