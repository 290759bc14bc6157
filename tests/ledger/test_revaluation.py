"""Revaluation at once with itself and with posting; closed periods; what is posted in which document."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from arap.core.actions import NewRate, close_period, set_rates
from arap.core.errors import Invalid, MissingRate, Refused
from arap.core.models import AuditEntry, Company, User
from arap.core.queries import period_on
from arap.ledger.actions import revalue
from arap.ledger.models import Document, JournalLine
from arap.ledger.queries import position_at
from arap.ledger.revaluation import open_month_ends, revaluation
from tests.ledger.book import Bookkeeper, customers, own_posting
from tests.ledger.clients import at_once
from tests.ledger.proofs import prove

JAN_10, JAN_31, FEB_1, FEB_28 = date(2026, 1, 10), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28)


def know(company: Company, on: date, **rates: str) -> None:
    new = [NewRate(currency=currency, valid_from=on, rate=Decimal(rate)) for currency, rate in rates.items()]
    set_rates(company, new, source="test", by=None)


@pytest.mark.django_db
def test_a_document_for_each_currency_and_its_mirror(book: Bookkeeper, alpha: int) -> None:
    company = book.company
    book.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.10")
    book.invoice(alpha, "10000", JAN_10, currency="JPY", rate="0.0469")
    know(company, JAN_31, USD="7.25", JPY="0.0450")
    posted = revalue(company, month_end=JAN_31, by=book.by)
    assert [(each.currency, each.rate, each.items, each.difference) for each in posted] == [
        ("JPY", Decimal("0.0450"), 1, Decimal("-19.00")),
        ("USD", Decimal("7.25"), 1, Decimal("15.00")),
    ]
    documents = list(Document.objects.filter(company=company, kind="fx").order_by("pk"))
    assert [each.number for each in documents] == [f"FX-2026-00000{n}" for n in (1, 2, 3, 4)]
    assert [each.posted_on for each in documents] == [JAN_31, FEB_1, JAN_31, FEB_1]
    assert [each.reverses_id for each in documents] == [None, documents[0].pk, None, documents[2].pk]
    assert {each.position for each in documents} == {position_at(company, known_at=None)}
    lines = JournalLine.objects.filter(document=documents[2]).order_by("line")
    assert [(line.account.role, line.customer_id, line.amount, line.base_amount) for line in lines] == [
        ("receivable_adjustment", alpha, Decimal(0), Decimal("15.00")),
        ("unrealised_fx", None, Decimal(0), Decimal("-15.00")),
    ]
    told = AuditEntry.objects.get(verb="revaluation.post")
    assert told.actor == book.by
    assert told.after is not None
    assert told.after["documents"][1] == {"number": "FX-2026-000003", "rate": "7.2500000000", "difference": "15.000"}


@pytest.mark.django_db
def test_again_nothing_is_written(book: Bookkeeper, alpha: int) -> None:
    book.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.10")
    know(book.company, JAN_31, USD="7.25")
    assert revalue(book.company, month_end=JAN_31, by=book.by)
    before = position_at(book.company, known_at=None)
    assert revalue(book.company, month_end=JAN_31, by=book.by) == []
    assert position_at(book.company, known_at=None) == before
    assert AuditEntry.objects.filter(verb="revaluation.post").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("closed", [JAN_31, FEB_1])
def test_both_days_lie_in_open_periods(book: Bookkeeper, alpha: int, controller: User, closed: date) -> None:
    company = book.company
    book.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.10")
    know(company, JAN_31, USD="7.25")
    assert JAN_31 in open_month_ends(company, before=FEB_28)
    close_period(company, period_on(company, closed), by=controller)
    assert JAN_31 not in open_month_ends(company, before=FEB_28)
    with pytest.raises(Refused) as refused, transaction.atomic():
        revalue(company, month_end=JAN_31, by=book.by)
    assert refused.value.code == "period_closed"
    assert refused.value.facts["date"] == closed.isoformat()


@pytest.mark.django_db
def test_a_closed_month_that_stands_asks_for_nothing(book: Bookkeeper, alpha: int, controller: User) -> None:
    book.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.10")
    know(book.company, JAN_31, USD="7.25")
    revalue(book.company, month_end=JAN_31, by=book.by)
    close_period(book.company, period_on(book.company, JAN_31), by=controller)
    assert revalue(book.company, month_end=JAN_31, by=book.by) == []


@pytest.mark.django_db
def test_what_lacks_is_named(book: Bookkeeper, alpha: int) -> None:
    for currency in ("USD", "EUR", "KWD"):
        book.invoice(alpha, "100.00", JAN_10, currency=currency, rate="7.10")
    know(book.company, JAN_31, USD="7.25")
    know(book.company, FEB_1, EUR="7.9")
    with pytest.raises(MissingRate) as refused:
        revalue(book.company, month_end=JAN_31, by=book.by)
    assert str(refused.value) == "There is no exchange rate for EUR, KWD on 2026-01-31."
    assert not Document.objects.filter(company=book.company, kind="fx").exists()


@pytest.mark.django_db
def test_another_day_is_no_month_end(book: Bookkeeper) -> None:
    with pytest.raises(Invalid) as refused:
        revalue(book.company, month_end=date(2026, 1, 30), by=book.by)
    assert refused.value.code == "not_month_end"


@pytest.mark.django_db
def test_the_preview_is_what_is_posted(book: Bookkeeper, alpha: int) -> None:
    company = book.company
    debit = book.invoice(alpha, "100.00", JAN_10, currency="USD", rate="7.10").item_ids[0]
    credit = book.receipt(alpha, "40.00", JAN_10, currency="USD", rate="7.00").item_ids[0]
    book.apply(credit, debit, "10.00", JAN_10)
    book.receipt(None, "5.000", JAN_10, currency="KWD", rate="23")
    know(company, JAN_31, USD="7.25", KWD="22.9")
    before = revaluation(company, month_end=JAN_31, position=position_at(company, known_at=None))
    own_posting(company)
    posted = revalue(company, month_end=JAN_31, by=book.by)
    assert sum(row.to_post or 0 for row in before) == sum(each.difference for each in posted)
    assert {row.currency: row.to_post for row in before} == {each.currency: each.difference for each in posted}
    after = revaluation(company, month_end=JAN_31, position=position_at(company, known_at=None))
    assert [row.booked for row in after] == [row.difference for row in before]
    assert [row.to_post for row in after] == [0, 0]
    # as it was known before, nothing was booked
    assert revaluation(company, month_end=JAN_31, position=posted_before(company)) == before


def posted_before(company: Company) -> int:
    """The position before the revaluation."""
    return Document.objects.filter(company=company, kind="fx").earliest("pk").position - 1


def test_at_once_it_is_counted_once(committed_db: Any, company: Company, clerk: User) -> None:
    """Four people revalue while two post into the month: at the end it is right, and a last one finds nothing to add
    but what came after."""
    (alpha,) = customers(company, "ALPHA")
    keeper = Bookkeeper(company=company, by=clerk)
    for nth in range(1, 6):
        keeper.invoice(alpha, f"{100 * nth}.00", JAN_10, currency="USD", rate="7.10")
    know(company, JAN_31, USD="7.25")

    def post(nth: int) -> None:
        for each in range(4):
            keeper.invoice(alpha, f"{nth}{each}.00", JAN_10, currency="USD", rate="7.15")

    acts: list[Callable[[], Any]] = [partial(revalue, company, month_end=JAN_31, by=clerk) for _ in range(4)]
    crowd = at_once([*acts, partial(post, 1), partial(post, 2)])
    assert crowd.errors == []
    revalue(company, month_end=JAN_31, by=clerk)
    (row,) = revaluation(company, month_end=JAN_31, position=position_at(company, known_at=None))
    assert row.items == 13
    assert row.booked == row.difference
    prove(company)
