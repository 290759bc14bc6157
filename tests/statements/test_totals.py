"""A run over all customers says what the book says, customer by customer and currency by currency; nothing that is
another member's or that is no customer's stands on a paper."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from aging.queries import aging
from arap.core.models import Company
from arap.ledger.checks import check, invariants
from arap.ledger.models import Document, JournalLine
from arap.ledger.queries import control_totals, open_items
from customers.models import Customer
from statements.actions import Wanted, make_records, preview, wanted
from statements.models import Statement, StatementBalance, StatementLine, StatementRunTotal
from statements.paper import html_of
from statements.queries.runs import ties
from statements.queries.said import Said
from statements.rules import Line
from tests.ledger.book import Bookkeeper, customers
from tests.pages import text_of
from tests.statements.books import AS_OF, AT, RATES, TODAY, begin, varied

FEB, MAR = date(2026, 2, 1), date(2026, 3, 1)


def wish(company: Company) -> Wanted:
    """The movements of February and March."""
    return wanted(company, kind="activity", as_of=AS_OF, from_on=FEB, language="en", at=AT, today=TODAY)


@pytest.mark.parametrize("kind", ["open", "activity"])
def test_the_totals_are_the_book_s_at_the_run_s_position(company: Company, kind: str) -> None:
    book = varied(company)
    run = begin(company, kind)
    book.write_later()
    make_records(run, today=TODAY)
    balances = StatementBalance.objects.filter(statement__run=run).select_related("statement")
    said = {(row.statement.customer_id, row.currency): row for row in balances}
    assert {currency for _customer, currency in said} == set(RATES)

    left: dict[tuple[int | None, str], Decimal] = defaultdict(Decimal)
    for item in open_items(company, as_of=AS_OF, position=run.position):
        left[item.customer_id, item.currency] += item.open_amount
    owned = {key: amount for key, amount in left.items() if key[0] is not None and amount}
    assert {key: row.closing for key, row in said.items() if row.closing} == owned

    report = aging(company, as_of=AS_OF, position=run.position)
    aged = {(row.key, row.currency): (list(row.buckets), row.unapplied, row.total) for row in report.rows if row.key}
    assert {key: (row.buckets, row.unapplied, row.closing) for key, row in said.items() if key in aged} == aged

    for tie in ties(run):
        unknown = left[None, tie.currency]
        controls = control_totals(company, as_of=AS_OF, position=run.position)
        control = sum(row.amount for row in controls if row.currency == tie.currency)
        assert tie.statements == sum(row.closing for key, row in said.items() if key[1] == tie.currency)
        assert tie.unidentified == unknown
        assert tie.difference == 0
        assert tie.statements + tie.unidentified == tie.aging == tie.control == control
    assert {tie.currency for tie in ties(run) if tie.unidentified} == {"CNY", "USD"}
    assert [each.name for each in invariants() if not check(company, each).holds] == []


def test_what_was_learned_later_is_in_the_next_statement_only(company: Company) -> None:
    book = varied(company, count=4)
    run = begin(company)
    book.write_later()
    make_records(run, today=TODAY)
    mine = StatementBalance.objects.get(statement__customer=book.ids[0], currency="CNY")
    row = aging(company, as_of=AS_OF, position=wish(company).position, customer_id=book.ids[0]).totals[0]
    assert row.total - mine.closing == Decimal("33.40")


def test_differences_of_exchange_never_stand_on_a_paper(company: Company) -> None:
    book = varied(company)
    make_records(begin(company, "activity"), today=TODAY)
    assert Document.objects.filter(company=company, kind="fx").exists()
    assert JournalLine.objects.filter(company=company, account__role="fx_gain_loss", application__isnull=False).exists()
    kinds = set(StatementLine.objects.values_list("kind", flat=True))
    assert kinds == {"invoice", "receipt", "credit_note", "transfer", "paid_by", "paid_for"}
    assert Statement.objects.count() == len(book.ids)


def test_every_number_on_a_paper_is_of_a_document_of_the_customer(company: Company) -> None:
    varied(company)
    make_records(begin(company, "activity"), today=TODAY)
    checked = 0
    for line in StatementLine.objects.select_related("statement"):
        assert line.document_id
        document = Document.objects.get(pk=line.document_id)
        customer = line.statement.customer_id
        touched = {item.customer_id for item in document.items.all()} | {e.customer_id for e in document.closings.all()}
        assert customer in touched, (line.number, line.kind)
        assert document.number == line.number
        for number in filter(None, line.applied_to.partition(" +")[0].split(", ")):
            applied = Document.objects.get(company=company, number=number)
            assert customer in {item.customer_id for item in applied.items.all()}, (line.number, number)
            checked += 1
    assert checked


def told(said: Said) -> list[tuple[str, str, str]]:
    def one(line: Line) -> tuple[str, str, str]:
        return line.kind, line.number, f"{line.amount:.2f}"

    return [one(line) for block in said.blocks for line in block.movements]


def both(company: Company, parent: int, child: int) -> list[Said]:
    """Their papers as things stand."""
    rows = Customer.objects.select_related("terms").in_bulk([parent, child])
    return [preview(company, rows[pk], wish(company)) for pk in (parent, child)]


def test_a_payment_for_a_group_member_names_nobody_else_s_documents(company: Company, as_clerk: Client) -> None:
    book = Bookkeeper(company=company)
    parent, child = customers(company, "P", "C<P")
    own = book.invoice(parent, "30.00", FEB)
    theirs = book.invoice(child, "80.00", FEB)
    receipt = book.receipt(parent, "100.00", MAR)
    book.apply(receipt.item_ids[0], own.item_ids[0], "30.00", MAR)
    done = book.apply(receipt.item_ids[0], theirs.item_ids[0], "60.00", MAR)
    papers = both(company, parent, child)
    assert told(papers[0]) == [
        ("invoice", own.number, "30.00"),
        ("receipt", receipt.number, "-100.00"),
        ("paid_for", receipt.number, "60.00"),
    ]
    assert papers[0].blocks[0].movements[1].applied_to == own.number
    assert told(papers[1]) == [("invoice", theirs.number, "80.00"), ("paid_by", theirs.number, "-60.00")]
    assert [paper.blocks[0].closing for paper in papers] == [Decimal(-10), Decimal(20)]
    for paper, mine, foreign in ((papers[0], own, theirs), (papers[1], theirs, receipt)):
        html = html_of(paper)
        assert mine.number in html
        assert foreign.number not in html
    assert "Used for a group member" in html_of(papers[0])
    assert "Paid by a group member" in html_of(papers[1])
    for customer, kept_silent in ((parent, theirs), (child, receipt)):
        period = {"kind": "activity", "from_on": FEB.isoformat(), "as_of": AS_OF.isoformat(), "language": "en"}
        words = text_of(as_clerk.get(reverse("statements:new", args=[customer]), period))
        assert ("Used for a group member" if customer == parent else "Paid by a group member") in words
        assert kept_silent.number not in words
    book.unapply(done.application_id, date(2026, 3, 9))
    again = both(company, parent, child)
    assert told(again[0])[-1] == ("paid_for", receipt.number, "-60.00")
    assert told(again[1])[-1] == ("paid_by", theirs.number, "60.00")


def test_what_the_book_says_is_read_once_and_kept(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    book = varied(company, count=4)
    run = begin(company)
    make_records(run, today=TODAY)
    kept = ties(run)
    assert {row.currency: row.aging for row in StatementRunTotal.objects.filter(run=run)} == {
        tie.currency: tie.aging for tie in kept
    }
    book.write_later()
    monkeypatch.setattr("statements.actions.running.book_totals", lambda run: pytest.fail("read again"))
    make_records(run, today=TODAY)
    assert ties(run) == kept


def test_a_segment_s_run_is_beside_its_own_customers(company: Company) -> None:
    book = varied(company, count=8)
    Customer.objects.filter(pk__in=book.ids[:3]).update(segment="east")
    run = begin(company, segment="east")
    make_records(run, today=TODAY)
    assert Statement.objects.filter(run=run).count() == 3
    assert {tie.difference for tie in ties(run)} == {Decimal(0)}
    assert {tie.control for tie in ties(run)} == {None}
