"""What is in the book cannot be changed: not through the ORM, not by raw SQL, not by the owner of the tables."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from arap.core.models import Company, User
from customers.models import Customer
from receipts.actions import identify_receipt
from receipts.models import Receipt

Take = Callable[..., Receipt]


@pytest.fixture(params=["arap_app", "owner"])
def role(request: pytest.FixtureRequest, db: None) -> Iterator[str]:
    """Raw SQL as the application's role and as the owner of the tables."""
    with connection.cursor() as cursor:
        if request.param == "owner":
            cursor.execute("reset role")
        yield request.param
        cursor.execute("set role arap_app")


STATEMENTS = """
update receipts_receipt set amount = amount + 1
update receipts_receipt set received_on = received_on - 1
update receipts_receipt set customer_id = null
update receipts_receipt set payer_name = 'somebody else'
update receipts_receipt set recorded_by_id = null
update receipts_receipt set state = 'recorded', document_id = null, posted_on = null
delete from receipts_receipt
truncate receipts_receipt cascade
update receipts_receiptidentification set amount = 1
delete from receipts_receiptidentification
truncate receipts_receiptidentification
"""


@pytest.mark.parametrize("statement", STATEMENTS.strip().splitlines())
def test_raw_sql_is_refused(
    company: Company, group: dict[str, Customer], receipt: Take, role: str, statement: str
) -> None:
    receipt("100.00", payer_name="Haichen")
    unknown = receipt("50.00", customer=None)
    identify_receipt(company, unknown.pk, group["P"].pk, on=date(2026, 2, 2), by=None)
    with pytest.raises(DatabaseError, match=r"refused|permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_payers_words_may_be_erased_never_changed(receipt: Take) -> None:
    got = receipt("100.00", payer_name="Zhang San", remittance="INV-1")
    Receipt.objects.filter(pk=got.pk).update(payer_name="", remittance="")
    got.refresh_from_db()
    assert (got.payer_name, got.remittance) == ("", "")
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=got.pk).update(payer_name="Li Si")


def in_state(state: str, company: Company, receipt: Take) -> Receipt:
    if state in ("recorded", "rejected"):
        company.receipt_confirmation_above = Decimal(0)
    got = receipt("5.00")
    if state in ("rejected", "reversed"):
        Receipt.objects.filter(pk=got.pk).update(state=state)
    return got


@pytest.mark.parametrize("was, becomes", list(product(Receipt.State.values, repeat=2)))
def test_only_the_steps_of_the_table_are_possible(company: Company, receipt: Take, was: str, becomes: str) -> None:
    """Confirming needs a document in the book besides, so that a bare change of state never does it."""
    got = in_state(was, company, receipt)
    allowed = was == becomes or (was, becomes) in Receipt.TRANSITIONS - {("recorded", "confirmed")}
    try:
        with transaction.atomic():
            Receipt.objects.filter(pk=got.pk).update(state=becomes)
    except IntegrityError:
        assert not allowed
    else:
        assert allowed


def test_a_receipt_cannot_claim_another_document(company: Company, controller: User, receipt: Take) -> None:
    other = receipt("7.00")
    mine = in_state("recorded", company, receipt)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=mine.pk).update(
            state="confirmed", document=other.document_id, posted_on=other.posted_on, confirmed_by=controller
        )


def test_the_database_too_wants_a_second_person(company: Company, clerk: User, receipt: Take) -> None:
    mine = in_state("recorded", company, receipt)
    with pytest.raises(IntegrityError, match=r"second_person|confirmed_has_document"), transaction.atomic():
        Receipt.objects.filter(pk=mine.pk).update(
            state="confirmed", confirmed_by=clerk, confirmed_at=timezone.now(), posted_on=mine.received_on, document=1
        )
