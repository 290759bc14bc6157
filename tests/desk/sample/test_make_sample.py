"""The sample in the book: it holds, it repeats, and nobody can sign in by it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from aging.queries import aging, ties
from arap.core.models import Company, Membership, Period, Role, User
from arap.desk.actions.make_sample import Sample, make_sample
from arap.ledger.models import Item
from arap.ledger.queries import position_at
from customers.models import Customer
from invoices.models import Invoice
from receipts.models import Receipt
from tests.ledger.proofs import assert_holds

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 11, 20)


def make(code: str, items: int = 700) -> Sample:
    return make_sample(code, customers=30, items=items, until=UNTIL)


def facts(company: Company) -> list[tuple[object, ...]]:
    """Everything that a person could see of the book."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select d.kind, d.number, c.code, d.currency, d.rate, d.total, d.document_on, i.line, i.due_on, i.amount,
                   i.open_amount, i.last_effective_on, t.reference
              from ledger_item i join ledger_document d on d.id = i.document_id
              left join customers_customer c on c.id = i.customer_id
              left join ledger_documenttext t on t.document_id = d.id
             where i.company_id = %s order by d.kind, d.number, i.line
            """,
            [company.pk],
        )
        return list(cursor.fetchall())


def test_the_book_holds_and_the_same_seed_makes_the_same_company() -> None:
    first, second = make("one"), make("two")
    assert first.items == Item.objects.filter(company=first.company).count() == 700
    assert_holds(first.company)
    assert facts(first.company) == facts(second.company)
    report = aging(first.company, as_of=UNTIL, position=position_at(first.company, known_at=None))
    assert ties(first.company, report)
    haichen = Customer.objects.get(company=first.company, code="C-10482")
    row = next(row for row in report.rows if row.key == haichen.pk)
    assert row.buckets == tuple(map(Decimal, ("615400.00", "123400.00", "48200.50", "0.00", "0.00")))
    assert row.unapplied == Decimal("-489480.00")


def test_everything_around_the_book() -> None:
    company = make("one").company
    assert Customer.objects.filter(company=company).count() == 30
    assert not Customer.objects.filter(company=company, owner=None).exists()
    assert Invoice.objects.filter(company=company, kind="credit_note").exists()
    assert Receipt.objects.filter(company=company).exists()
    states = dict(Period.objects.filter(company=company).values_list("starts_on", "state"))
    assert (states[date(2026, 9, 1)], states[date(2026, 10, 1)], states[date(2024, 1, 1)]) == (
        "closed",
        "open",
        "closed",
    )
    members = Membership.objects.filter(company=company)
    assert set(members.values_list("role", flat=True)) == {Role.COLLECTOR, Role.CONTROLLER}
    assert not any(user.has_usable_password() for user in User.objects.filter(memberships__in=members))


def test_a_small_sample_has_no_room_for_the_story() -> None:
    sample = make("one", items=12)
    assert sample.items == Item.objects.count() == 12
    assert_holds(sample.company)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--company", "one", "--customers", "5", "--items", "40", "--until", "2026-11-20"]
    call_command("make_sample", *arguments)
    output = capsys.readouterr()
    assert output.out == ""
    assert "5 customers and 40 items" in output.err
    with pytest.raises(CommandError, match="There is a company “one” already") as error:
        call_command("make_sample", *arguments)
    assert error.value.returncode == 1
    with pytest.raises(CommandError, match="at least one customer"):
        call_command("make_sample", "--company", "two", "--customers", "0", "--items", "40")
