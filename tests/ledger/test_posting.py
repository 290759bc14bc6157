"""Posting: numbers, batches, bases, words, and how many times the database is asked."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from arap.core.errors import Refused
from arap.core.models import Company
from arap.ledger.actions import NewDocument, NewItem, NewLine, Pair, apply, post_documents
from arap.ledger.chart import accounts, ensure_chart
from arap.ledger.models import Account, Document, DocumentText, Item, JournalLine, Posting
from arap.ledger.rules import cumulative_base
from tests.ledger.book import Bookkeeper, customers, own_posting
from tests.people import found_company

ON = date(2026, 6, 1)
QUERIES_MAX = 15


def paper(customer: int, kind: str = "invoice", amount: str = "10.00", on: date = ON, **more: Any) -> NewDocument:
    sign = 1 if kind == "invoice" else -1
    return NewDocument(
        **{
            "kind": kind,
            "customer_id": customer,
            "currency": "CNY",
            "rate": Decimal(1),
            "document_on": on,
            "posted_on": on,
            "items": [NewItem(account="receivable", amount=sign * Decimal(amount), due_on=on)],
            "lines": [NewLine(account="revenue", amount=-sign * Decimal(amount))],
            **more,
        }
    )


def test_numbers_per_kind_and_year_of_posting(book: Bookkeeper, alpha: int) -> None:
    batch = [
        paper(alpha),
        paper(alpha, "receipt"),
        paper(alpha, on=date(2025, 12, 31)),
        paper(alpha, document_on=date(2025, 12, 31)),
        paper(alpha, number="OLD-7"),
        paper(alpha, "credit_note", number="OLD-7"),
    ]
    numbers = [done.number for done in post_documents(book.company, batch, by=book.by, verb="test")]
    assert numbers == ["INV-2026-000001", "R-2026-000001", "INV-2025-000001", "INV-2026-000002", "OLD-7", "OLD-7"]
    taken_on = Document.objects.get(kind="invoice", number="OLD-7")
    assert (taken_on.series_year, taken_on.series_no) == (None, None)
    own_posting(book.company)
    assert post_documents(book.company, [paper(alpha)], by=None, verb="test")[0].number == "INV-2026-000003"


def test_a_number_taken_on_does_not_stop_the_series(book: Bookkeeper, alpha: int) -> None:
    """The book of a former system may have used our own form of numbers: the series steps over them."""
    for taken in (2, 4, 5, 9):
        book.invoice(alpha, "1.00", ON, number=f"INV-2026-{taken:06d}")
    own_posting(book.company)
    batch = post_documents(book.company, [paper(alpha)] * 4, by=book.by, verb="test")
    alone = book.invoice(alpha, "1.00", ON)
    numbers = [int(done.number[-6:]) for done in (*batch, alone)]
    assert numbers == [1, 3, 6, 7, 8]
    assert book.invoice(alpha, "1.00", ON).number == "INV-2026-000010"


def test_bases_of_parts_sum_to_the_whole(book: Bookkeeper, alpha: int) -> None:
    parts = ["33.33", "33.33", "33.34"]
    posted = book.invoice(alpha, "100.00", ON, currency="USD", rate="7.1235", parts=[(part, ON) for part in parts])
    bases = list(
        Item.objects.filter(document=posted.document_id).order_by("line").values_list("base_amount", flat=True)
    )
    assert bases == cumulative_base([Decimal(part) for part in parts], Decimal("7.1235"), 2)
    contra = JournalLine.objects.get(document=posted.document_id, item=None)
    assert contra.base_amount == -sum(bases) == Decimal("-712.35")


def test_what_an_item_leaves_out_is_filled_in(book: Bookkeeper, alpha: int) -> None:
    item = Item.objects.get(pk=book.invoice(alpha, "1.00", ON, due_on=date(2026, 7, 1)).item_ids[0])
    july = date(2026, 7, 1)
    assert (item.due_on, item.original_due_on, item.aged_from_on) == (july, july, july)
    assert (item.settled_on.year, item.customer_id) == (9999, alpha)
    assert item.open_amount == 1
    nobodys = Item.objects.get(pk=book.receipt(None, "1.00", ON).item_ids[0])
    assert nobodys.customer_id is None


def test_words_stand_beside_with_their_salt(book: Bookkeeper, alpha: int) -> None:
    told = book.invoice(alpha, "1.00", ON, reference="PO 1").document_id
    silent = book.invoice(alpha, "1.00", ON).document_id
    assert DocumentText.objects.get(document=told).reference == "PO 1"
    assert not DocumentText.objects.filter(document=silent).exists()
    digests = dict(Document.objects.values_list("pk", "text_digest"))
    assert (digests[told] is None, digests[silent] is None) == (False, True)


def counted(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def test_queries_do_not_grow(book: Bookkeeper, alpha: int) -> None:
    def post(count: int) -> int:
        own_posting(book.company)
        batch = [paper(alpha) for _ in range(count)]
        return counted(lambda: post_documents(book.company, batch, by=book.by, verb="test"))

    assert post(1) == post(300) <= QUERIES_MAX
    items = list(Item.objects.values_list("pk", flat=True))
    credits = [book.receipt(alpha, "10.00", ON).item_ids[0] for _ in range(10)]

    def settle(count: int) -> int:
        own_posting(book.company)
        pairs = [Pair(credits.pop(), items.pop(), Decimal(10)) for _ in range(count)]
        return counted(lambda: apply(book.company, pairs, effective_on=ON, by=book.by, policy="test"))

    assert settle(1) == settle(8) <= QUERIES_MAX


def test_a_transaction_makes_one_posting_in_each_book(committed_db: Any) -> None:
    """However many acts it holds, and whatever part of it was taken back."""
    books = [Bookkeeper(company=found_company(code, code)) for code in ("one", "two")]
    who = [customers(each.company, "A")[0] for each in books]

    class Stop(Exception):
        pass

    def rolled_back() -> None:
        with transaction.atomic():
            books[0].invoice(who[0], "1.00", ON)
            raise Stop

    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(Stop):
            rolled_back()
        for _ in range(2):
            for each, customer in zip(books, who, strict=True):
                batch = [paper(customer)]
                assert post_documents(each.company, batch, by=None, verb="test")[0].position == 1
        cursor.execute("set constraints all immediate")
    assert Posting.objects.count() == 2
    assert [each.invoice(customer, "1.00", ON).position for each, customer in zip(books, who, strict=True)] == [2, 2]
    assert list(Document.objects.order_by("company", "series_no").values_list("series_no", flat=True)) == [1, 2, 3] * 2


def test_nothing_of_a_refused_batch_is_posted(book: Bookkeeper, alpha: int) -> None:
    batch = [paper(alpha), paper(alpha, on=date(2035, 1, 1)), paper(alpha)]
    with pytest.raises(Refused, match="2035-01-01"), transaction.atomic():
        post_documents(book.company, batch, by=book.by, verb="test")
    assert not Document.objects.exists()
    assert book.invoice(alpha, "1.00", ON).number == "INV-2026-000001"


class TestTheChart:
    def test_it_is_made_once_and_keeps_what_was_renamed(self, company: Company) -> None:
        before = accounts(company)
        Account.objects.filter(company=company, role="bank").update(code="1002.01", name="Bank of China")
        assert ensure_chart(company) == before
        assert Account.objects.get(company=company, role="bank").name == "Bank of China"
        Account.objects.filter(company=company, role="rounding").delete()
        assert accounts(company).keys() == before.keys()

    def test_control_accounts(self, company: Company) -> None:
        control = Account.objects.filter(company=company, is_control=True).values_list("role", "code")
        assert dict(control) == {
            "receivable": "1122", "advances": "2203", "bills": "1121", "unidentified": "2241.01",
        }  # fmt: skip
