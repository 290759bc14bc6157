"""What was sealed still holds when words are erased, and nobody else erases or changes any. These commit."""

from decimal import Decimal
from io import StringIO
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command

from arap.core.dates import add_months
from arap.core.models import Company, User
from arap.desk.actions.personal_data import Erased, run_erasure
from arap.ledger.actions import seal_ledger, verify_seals
from arap.ledger.models.documents import DocumentText
from customers.actions import NewCustomer, add_contact, create_customers
from customers.models import Customer
from receipts.actions import apply_receipt
from tests.stories import tell

NOTHING = Erased(contacts=0, notes=0, receipts=0)


def test_seals_hold_when_a_payers_words_are_gone(committed_db: Any, company: Company, controller: User) -> None:
    """What is sealed is a salted digest: without the salt nobody can read it, and it still is what was sealed."""
    story = tell(company, controller)
    assert story.late.document is not None
    item = story.late.document.items.get()
    seal_ledger(company)
    apply_receipt(company, story.waiting.pk, {item.pk: Decimal("500.00")}, effective_on=story.today, by=controller)
    seal_ledger(company)
    assert [check.holds for check in verify_seals(company)] == [True, True]
    with_words = DocumentText.objects.filter(company=company).values_list("document", flat=True)
    assert {story.applied.document_id, story.waiting.document_id, story.lost.document_id} <= set(with_words)
    as_of = add_months(story.today, 121)
    assert run_erasure(company, as_of=as_of) == Erased(contacts=0, notes=0, receipts=2)
    for receipt in (story.applied, story.waiting):
        receipt.refresh_from_db()
        assert (receipt.payer_name, receipt.payer_account, receipt.remittance) == ("", "", "")
        assert not DocumentText.objects.filter(document=receipt.document_id).exists()
    assert DocumentText.objects.filter(document=story.lost.document_id).exists(), "nobody knows yet whose it is"
    assert [check.holds for check in verify_seals(company)] == [True, True]
    answer = StringIO()
    call_command("check_ledger", stdout=answer)
    assert run_erasure(company, as_of=as_of) == NOTHING


def test_the_owner_may_erase_words_and_not_change_them(
    committed_db: Any, company: Company, owner_connection: Any
) -> None:
    ids = create_customers(company, [NewCustomer(code="S", name="S", currency="CNY")], by=None)
    add_contact(Customer.objects.get(pk=ids["S"]), name="Wang", email="wang@haichen.example", by=None)
    changes = (
        'update core_auditentry set after = core_words_erased(after) || \'{"name": "Li"}\'',
        "update core_auditentry set verb = 'x', after = core_words_erased(after)",
    )
    for sql in changes:
        with pytest.raises(psycopg2.Error, match="append-only"), owner_connection.cursor() as cursor:
            cursor.execute(sql + " where object_type = 'customers.contact'")
