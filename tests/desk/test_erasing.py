"""Personal data goes where the law allows it, on request and on schedule; what the book sealed still holds."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from arap.core.dates import add_months
from arap.core.errors import Invalid, Refused
from arap.core.files import NewFile
from arap.core.models import AuditEntry, Company, StoredFile, User
from arap.desk.actions.personal_data import Erased, erase_person, run_erasure
from arap.desk.tasks import erase_personal_data
from arap.outbox.actions import NewMessage, queue
from arap.outbox.models import Message
from customers.access import looked
from customers.actions import (
    NewCustomer,
    add_contact,
    change_contact,
    create_customers,
    let_contact_go,
    merge_customer,
    set_retention,
    take_contact_back,
    write_note,
)
from customers.models import AccessEntry, Contact, Customer, Note
from tests.stories import Story, tell, today_of

pytestmark = pytest.mark.django_db
WORDS = ("Wang Fang", "wang@haichen.example", "+86 574 1234")
NOTHING = Erased(contacts=0, notes=0, receipts=0)


@pytest.fixture
def story(company: Company, clerk: User) -> Story:
    return tell(company, clerk)


@pytest.fixture
def settled(company: Company) -> Customer:
    """A customer of whom nothing is open."""
    ids = create_customers(company, [NewCustomer(code="S", name="Settled", currency="CNY")], by=None)
    return Customer.objects.get(pk=ids["S"])


def person_at(customer: Customer, by: User) -> Contact:
    contact = add_contact(customer, name="Wang F.", email=WORDS[1], phone=WORDS[2], by=by)
    change_contact(
        contact, name=WORDS[0], email=WORDS[1], phone=WORDS[2], language="en", roles=[], receives=["invoice"], by=by
    )
    return contact


def said_anywhere(company: Company) -> list[str]:
    """Which of the words still stand in a contact, a note or the audit log."""
    found = []
    for word in (*WORDS, "Wang"):
        logged = Q(before__icontains=word) | Q(after__icontains=word)
        rows = (
            Contact.objects.filter(Q(name__icontains=word) | Q(email__icontains=word) | Q(phone__icontains=word)),
            Note.objects.filter(text__icontains=word),
            AuditEntry.objects.filter(logged),
        )
        found += [word for each in rows if each.filter(company=company).exists()]
    return found


def test_on_request_the_words_go_and_the_act_stays(company: Company, settled: Customer, clerk: User) -> None:
    contact = person_at(settled, clerk)
    note = write_note(settled, text="Wang Fang promises to pay", by=clerk)
    other = write_note(settled, text="They moved", by=clerk)
    assert erase_person(contact, notes=[note.pk], by=clerk)
    contact.refresh_from_db()
    assert (contact.name, contact.email, contact.is_active, contact.receives) == ("", "", False, [])
    assert said_anywhere(company) == []
    other.refresh_from_db()
    assert other.text == "They moved"
    acts = AuditEntry.objects.filter(object_id=str(contact.pk), object_type="customers.contact").order_by("pk")
    assert [each.verb for each in acts] == ["contact.add", "contact.change", "contact.erase"]
    assert acts[1].after == {"name": "[erased]", "receives": ["invoice"]}, "that it was changed, and by whom, stays"
    assert (acts[2].actor, acts[2].after) == (clerk, {"why": "asked"})


def test_a_file_of_a_note_goes_with_it(company: Company, settled: Customer, clerk: User) -> None:
    paper = NewFile(name="Wang.pdf", media_type="application/pdf", content=b"%PDF-1")
    note = write_note(settled, file=paper, by=clerk)
    erase_person(person_at(settled, clerk), notes=[note.pk], by=clerk)
    note.refresh_from_db()
    assert (note.file, note.erased_at is not None) == (None, True)
    assert not StoredFile.objects.filter(company=company).exists()
    assert said_anywhere(company) == []


def test_while_something_is_open_the_wish_waits_for_the_night_after(story: Story, clerk: User) -> None:
    company, contact = story.company, person_at(story.qiming, clerk)
    assert not erase_person(contact, notes=[], by=clerk)
    contact.refresh_from_db()
    assert (contact.name, contact.receives, contact.is_active) == (WORDS[0], [], False)
    assert run_erasure(company, as_of=story.today) == NOTHING
    Customer.objects.filter(pk=story.qiming.pk).update(merged_into=story.haichen)
    other = person_at(Customer.objects.create(company=company, code="N", name="N", currency="CNY"), clerk)
    erase_person(other, notes=[], by=clerk)
    assert run_erasure(company, as_of=story.today) == NOTHING, "nor while it is open of whom they are merged into"


def test_the_night_carries_a_wish_out_once_all_is_settled(story: Story, settled: Customer, clerk: User) -> None:
    contact = person_at(settled, clerk)
    Contact.objects.filter(pk=contact.pk).update(erase_asked_at="2026-01-01T00:00Z", is_active=False)
    assert run_erasure(story.company, as_of=story.today) == Erased(contacts=1, notes=0, receipts=0)
    assert run_erasure(story.company, as_of=story.today) == NOTHING, "twice is once"
    assert AuditEntry.objects.get(verb="contact.erase").after == {"why": "asked"}
    with pytest.raises(Refused):
        take_contact_back(contact, receives=[], by=clerk)


def test_a_merged_duplicate_waits_for_whom_it_stands_for(story: Story, settled: Customer, controller: User) -> None:
    contact = person_at(settled, controller)
    merge_customer(settled, story.haichen, by=controller)
    contact.refresh_from_db()
    assert not erase_person(Contact.objects.get(pk=contact.pk), notes=[], by=controller)
    assert run_erasure(story.company, as_of=story.today) == NOTHING


def test_on_schedule(company: Company, settled: Customer, clerk: User) -> None:
    gone, here = person_at(settled, clerk), person_at(settled, clerk)
    let_contact_go(gone, by=clerk)
    write_note(settled, text="Wang called", by=clerk)
    left = today_of(company)
    assert run_erasure(company, as_of=add_months(left, 24)) == NOTHING, "the last day of two years"
    assert run_erasure(company, as_of=add_months(left, 24) + timedelta(days=2)).contacts == 1
    here.refresh_from_db()
    assert here.name == WORDS[0], "who is still there stays"
    assert run_erasure(company, as_of=add_months(left, 36) + timedelta(days=2)) == Erased(0, 1, 0)
    assert AuditEntry.objects.get(verb="note.erase").after == {"why": "schedule"}


def test_who_left_before_it_was_counted_begins_to_count_now(company: Company, settled: Customer, clerk: User) -> None:
    contact = person_at(settled, clerk)
    Contact.objects.filter(pk=contact.pk).update(is_active=False)
    assert run_erasure(company, as_of=today_of(company)) == NOTHING
    contact.refresh_from_db()
    assert contact.left_at is not None


@pytest.mark.parametrize(
    "sql",
    [
        "update core_auditentry set after = '{\"name\": \"Li\"}' where object_type = 'customers.contact'",
        "update core_auditentry set actor_id = null where object_type = 'customers.contact'",
        "update customers_accessentry set page = 'api'",
        "delete from customers_accessentry",
        "truncate customers_accessentry",
        "update customers_note set text = 'other'",
        "update customers_note set text = '', erased_at = now()",
        "delete from ledger_documenttext",
    ],
)
def test_nothing_else_may_be_changed(story: Story, clerk: User, sql: str) -> None:
    person_at(story.haichen, clerk)
    write_note(story.haichen, text="x", by=clerk)
    looked(story.company, clerk, AccessEntry.Page.SEARCH)
    refusal = pytest.raises(DatabaseError, match=r"permission denied|append-only|never changed|refused")
    with refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_how_long_is_for_the_company_to_say_but_not_below_the_law(company: Company, administrator: User) -> None:
    set_retention(company, {"contact": 0, "payer": 240}, by=administrator)
    set_retention(company, {"contact": 0, "payer": 240}, by=administrator)
    assert AuditEntry.objects.filter(verb="personal_data.retention").count() == 1
    for months in ({"payer": 119}, {"contact": 601}):
        with pytest.raises(Invalid) as caught:
            set_retention(company, months, by=administrator)
        assert caught.value.facts["field"] in months


def test_the_task_takes_each_company(company: Company, other_company: Company, settled: Customer, clerk: User) -> None:
    set_retention(company, {"contact": 0}, by=None)
    contact = person_at(settled, clerk)
    Contact.objects.filter(pk=contact.pk).update(is_active=False, left_at="2020-01-01T00:00Z")
    assert erase_personal_data() == 2
    contact.refresh_from_db()
    assert contact.erased_at is not None


def test_looks_are_noted_once_an_hour_and_exports_each_time(story: Story, clerk: User, controller: User) -> None:
    for by in (clerk, clerk, controller):
        looked(story.company, by, AccessEntry.Page.CUSTOMER, customer_id=story.haichen.pk)
        looked(story.company, by, AccessEntry.Page.EXPORT, customer_id=story.haichen.pk)
    assert AccessEntry.objects.filter(page="customer").count() == 2
    assert AccessEntry.objects.filter(page="export").count() == 3


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_waits_to_be_sent_to_them_does_not_leave(
    company: Company, clerk: User, settled: Customer, is_shared: bool
) -> None:
    """Unless a colleague reads the same mailbox."""
    person = person_at(settled, clerk)
    if is_shared:
        add_contact(settled, name="Desk", email=WORDS[1].upper(), by=clerk)
    new = NewMessage(
        kind=Message.Kind.INVOICE, dedupe_key="x", to_address=WORDS[1], subject="x", body_text="x", language="en",
        customer_id=settled.pk,
    )  # fmt: skip
    with transaction.atomic():
        queue(company, [new], by=clerk)
    erase_person(person, notes=[], by=clerk)
    assert Message.objects.get().state == ("pending" if is_shared else "cancelled")
