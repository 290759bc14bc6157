"""Vouchers of the journal: each posting in one batch, the same text each time, read by beancount itself."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from beancount import loader
from beancount.core.data import Transaction
from django.db import DatabaseError, connection, transaction

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from arap.ledger.actions.vouchers import make_vouchers, print_vouchers, save_template
from arap.ledger.models import Account, VoucherBatch, VoucherTemplate
from arap.ledger.vouchers import batch_vouchers, journal_total, waiting
from tests.ledger.book import Bookkeeper, customers

pytestmark = pytest.mark.django_db
JAN_10, JAN_31, FEB_2 = date(2026, 1, 10), date(2026, 1, 31), date(2026, 2, 2)


@pytest.fixture
def keeper(company: Company, clerk: User) -> Bookkeeper:
    """Two invoices and a receipt in January, one of them in dollars; a receipt in February, which is applied."""
    keeper = Bookkeeper(company=company, by=clerk)
    (alpha,) = customers(company, "ALPHA")
    keeper.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.1234")
    sold = keeper.invoice(alpha, "113.00", JAN_10, currency="CNY")
    keeper.invoice(alpha, "50.00", JAN_31, currency="CNY")
    paid = keeper.receipt(alpha, "80.00", FEB_2, currency="CNY")
    keeper.apply(paid.item_ids[0], sold.item_ids[0], "80.00", FEB_2)
    return keeper


def template(company: Company, by: User, grouping: str = "document", **codes: str) -> VoucherTemplate:
    known = dict(Account.objects.filter(company=company).values_list("role", "pk"))
    return save_template(
        company, None, name=grouping, grouping=grouping, word="记", by_customer=True,
        codes={known[role]: code for role, code in codes.items()}, by=by,
    )  # fmt: skip


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def balances(text: str) -> dict[str, Decimal]:
    """What beancount itself makes of it; it finds no fault."""
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    sums: dict[str, Decimal] = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for each in entry.postings:
                assert each.units is not None
                assert each.units.number is not None
                sums[each.account] = sums.get(each.account, Decimal(0)) + each.units.number
    return sums


def of_the_book(company: Company, batch: VoucherBatch) -> dict[str, Decimal]:
    """Balances of the journal by role, as far as they are not zero."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.role, sum(l.base_amount) from ledger_journalline l join ledger_account a on a.id = l.account_id"
            " where l.company_id = %s and l.position > %s and l.position <= %s group by a.role",
            [company.pk, batch.after_position, batch.to_position],
        )
        return {role: total for role, total in cursor.fetchall() if total}


@pytest.mark.parametrize("grouping", ["document", "day", "month"])
def test_the_totals_tie_with_the_journal_and_beancount_reads_it(
    company: Company, keeper: Bookkeeper, controller: User, grouping: str
) -> None:
    batch = make_vouchers(company, template(company, controller, grouping), by=controller)
    debit, credit, _lines = journal_total(company, after=0, to=batch.to_position)
    assert batch.base_total == debit == credit > 0
    rows = read(print_vouchers(batch, kind="csv", by=controller))
    assert sum(Decimal(row["base_debit"]) for row in rows) == debit
    assert sum(Decimal(row["base_credit"]) for row in rows) == credit
    assert len(rows) == batch.line_count
    said = balances(print_vouchers(batch, kind="beancount", by=controller))
    assert sum(said.values()) == 0
    assert sorted(amount for amount in said.values() if amount) == sorted(of_the_book(company, batch).values())
    assert said["Assets:1122"] == Decimal("795.34"), "712.34 + 113.00 + 50.00 - 80.00"


def test_each_document_is_a_voucher_numbered_by_month(company: Company, keeper: Bookkeeper, controller: User) -> None:
    made = template(company, controller)
    batch = make_vouchers(company, made, by=controller)
    assert [(each.name, each.posted_on) for each in batch_vouchers(batch)] == [
        ("记-0001", JAN_10), ("记-0002", JAN_10), ("记-0003", JAN_31), ("记-0001", FEB_2),
    ]  # fmt: skip
    keeper.invoice(customers(company, "BETA")[0], "1.00", JAN_31, currency="CNY")
    later = make_vouchers(company, made, by=controller)
    assert [each.name for each in batch_vouchers(later)] == ["记-0004"]
    assert (later.after_position, later.next_numbers) == (batch.to_position, {"2026-01": 5})


def test_summaries_never_net_debits_with_credits(company: Company, keeper: Bookkeeper, controller: User) -> None:
    keeper.receipt(customers(company, "ALPHA")[0], "13.00", JAN_31, currency="CNY")
    batch = make_vouchers(company, template(company, controller, "month"), by=controller)
    january = next(batch_vouchers(batch))
    receivable = Account.objects.get(company=company, role="receivable").pk
    amounts = [line.base_amount for line in january.lines if line.account_id == receivable and line.currency == "CNY"]
    assert amounts == [Decimal("163.000"), Decimal("-13.000")]
    assert sum(line.base_amount for line in january.lines) == 0
    assert january.posted_on == JAN_31


def test_accounts_are_called_as_the_template_says(company: Company, keeper: Bookkeeper, controller: User) -> None:
    batch = make_vouchers(company, template(company, controller, receivable="1131-01", bank=" "), by=controller)
    text = print_vouchers(batch, kind="csv", by=controller)
    assert {row["account"] for row in read(text)} >= {"1131-01", "1002"}
    assert "Assets:1131-01" in balances(print_vouchers(batch, kind="beancount", by=controller))
    Account.objects.filter(company=company, role="bank").update(code="1003", name="Other bank")
    assert print_vouchers(batch, kind="csv", by=controller) == text, "what was made stays"
    assert AuditEntry.objects.filter(verb="voucher.print").count() == 3


def test_every_posting_is_in_one_batch(company: Company, keeper: Bookkeeper, controller: User) -> None:
    made = template(company, controller)
    position = keeper_position(company)
    assert waiting(company, position=position).documents == 4
    batch = make_vouchers(company, made, by=controller)
    assert batch.to_position == position
    assert waiting(company, position=position).lines == 0
    with pytest.raises(Refused, match="already"):
        make_vouchers(company, made, by=controller)


def keeper_position(company: Company) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select position from ledger_book where company_id = %s", [company.pk])
        return int(cursor.fetchone()[0])


REFUSED = {
    "a second batch of the same postings": "insert into ledger_voucherbatch (company_id, after_position, to_position,"
    " template_name, grouping, word, by_customer, accounts, first_numbers, next_numbers, voucher_count, line_count,"
    " base_total, digest, made_by_id) select company_id, after_position, to_position, template_name, grouping, word,"
    " by_customer, accounts, first_numbers, next_numbers, voucher_count, line_count, base_total, digest, made_by_id"
    " from ledger_voucherbatch",
    "a change": "update ledger_voucherbatch set word = 'x'",
    "a deletion": "delete from ledger_voucherbatch",
}


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(company: Company, keeper: Bookkeeper, controller: User, sql: str) -> None:
    make_vouchers(company, template(company, controller), by=controller)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_template_is_changed_for_what_comes(company: Company, controller: User) -> None:
    made = template(company, controller, receivable="1131")
    with pytest.raises(Invalid, match="already"):
        template(company, controller)
    changed = save_template(
        company, made, name="own", grouping="day", word="转", by_customer=False, codes={}, by=controller
    )
    assert (changed.pk, changed.word, changed.mapped.count()) == (made.pk, "转", 0)
    entry = AuditEntry.objects.filter(verb="voucher.template").order_by("pk").last()
    assert entry is not None
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["accounts"], entry.after["name"]) == ({"1122": "1131"}, "own")


def test_a_customers_name_cannot_break_the_text(company: Company, clerk: User, controller: User) -> None:
    (odd,) = customers(company, '=A"B\\')
    Bookkeeper(company=company, by=clerk).invoice(odd, "1.00", JAN_10, currency="CNY")
    batch = make_vouchers(company, template(company, controller), by=controller)
    assert sum(balances(print_vouchers(batch, kind="beancount", by=controller)).values()) == 0
    assert read(print_vouchers(batch, kind="csv", by=controller))[0]["customer"].startswith("'=")
