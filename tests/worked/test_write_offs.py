"""Bad debts, as a textbook works them out: written off by a second person, recovered, and undone.

Source: Weygandt, Kimmel and Kieso, Financial and Managerial Accounting, "Accounting for receivables" (Hampson writes
off 500 of R. A. Ware on March 1 and collects it on July 1). Tax: VATA 1994, section 36; section 17 (2) no. 1 UStG.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arap.core.errors import DomainError
from arap.core.models import Role, User
from arap.ledger.models import Item
from arap.ledger.queries import position_at
from receipts.actions import apply_receipt
from receipts.actions.writing_off import (
    Evidence,
    approve_write_off,
    recover_write_off,
    reject_write_off,
    request_write_off,
    reverse_write_off,
    undo_recovery,
)
from receipts.models import Recovery, WriteOff, WriteOffBand
from receipts.queries.write_offs import undoing_recovery, undoing_write_off
from tests.ledger.book import own_posting
from tests.people import hire
from tests.worked.test_settling import Shop, lines_after, refusal, shop

__all__ = ["shop"]  # a fixture
ZERO = Decimal(0)
MARCH, JULY = date(2026, 3, 1), date(2026, 7, 1)


def boss(here: Shop, role: Role = Role.CONTROLLER) -> User:
    return hire(here.company, f"{role}-{here.company.pk}", role)


def ask(here: Shop, item: Item, amount: str, *, on: date = MARCH, **fields: Any) -> WriteOff:
    return request_write_off(
        here.company, item.pk, Decimal(amount), on=on, by=here.by,
        **{"reason": "insolvency", "explanation": "No assets.", **fields},
    )  # fmt: skip


def owed(here: Shop, net: str, **invoice: Any) -> Item:
    made = here.invoice(net, "2026-01-10", "n/30", **invoice)
    return Item.objects.get(document=made.document_id)


def given_up(here: Shop, item: Item, amount: str, **fields: Any) -> WriteOff:
    return approve_write_off(here.company, ask(here, item, amount, **fields).pk, on=MARCH, by=boss(here))


def left(item: Item) -> Decimal:
    return Item.objects.get(pk=item.pk).open_amount


def test_written_off_and_collected_after_all(shop: Callable[..., Shop]) -> None:
    """Hampson, direct: the loss of 500 on March 1; on July 1 the debt is reinstated, and the cash is applied to it."""
    here = shop()
    ware = owed(here, "500.00")
    made = given_up(here, ware, "500.00")
    assert (left(ware), here.account("write_off"), here.account("receivable")) == (ZERO, Decimal(500), ZERO)
    recovery = recover_write_off(here.company, made.pk, Decimal(500), on=JULY, by=here.by)
    again = Item.objects.get(document=recovery.document_id)
    assert (again.open_amount, again.due_on, again.aged_from_on) == (Decimal(500), ware.due_on, ware.aged_from_on)
    got = here.receipt("500.00", "2026-07-01")
    apply_receipt(here.company, got.pk, {again.pk: Decimal(500)}, effective_on=JULY, by=here.by)
    assert (here.account("write_off"), here.account("receivable"), here.account("bank")) == (ZERO, ZERO, Decimal(500))


def test_a_second_person_by_the_bands(shop: Callable[..., Shop]) -> None:
    """Above 100 the credit manager, above 1,000 the controller; up to 100 nobody; never who asked."""
    here = shop()
    for above, role in ((100, "credit_manager"), (1000, "controller")):
        WriteOffBand.objects.create(company=here.company, above=Decimal(above), role=role)
    small, middle, large = (owed(here, net) for net in ("100.00", "1000.00", "1000.01"))
    assert ask(here, small, "100.00").state == "posted"
    first, second = ask(here, middle, "1000.00"), ask(here, large, "1000.01")
    assert (first.required_role, second.required_role, left(middle)) == ("credit_manager", "controller", Decimal(1000))
    assert refusal(lambda: approve_write_off(here.company, first.pk, on=MARCH, by=here.by)) == "same_person"
    manager = boss(here, Role.CREDIT_MANAGER)
    assert refusal(lambda: approve_write_off(here.company, second.pk, on=MARCH, by=manager)) == "forbidden"
    approve_write_off(here.company, first.pk, on=MARCH, by=manager)
    approve_write_off(here.company, second.pk, on=MARCH, by=boss(here))
    assert (left(middle), left(large)) == (ZERO, ZERO)


def test_without_bands_a_controller(shop: Callable[..., Shop]) -> None:
    here = shop()
    assert ask(here, owed(here, "0.01"), "0.01").required_role == "controller"


@pytest.mark.parametrize(("country", "reason", "on", "tax"), [
    ("CN", "insolvency", date(2026, 9, 1), "0.00"),
    ("DE", "insolvency", date(2026, 2, 1), "19.00"),
    ("DE", "cost", date(2026, 2, 1), "0.00"),
    ("GB", "cost", date(2026, 8, 8), "0.00"),
    ("GB", "cost", date(2026, 8, 9), "19.00"),
])  # fmt: skip
def test_the_tax_comes_back_where_the_country_says_so(
    shop: Callable[..., Shop], country: str, reason: str, on: date, tax: str
) -> None:
    """119.00 with 19.00 of tax, due on February 9: in Britain six months later, in Germany when it is uncollectible."""
    here = shop(country=country)
    item = owed(here, "100.00", tax="19")
    made = ask(here, item, "119.00", on=on, reason=reason)
    made = approve_write_off(here.company, made.pk, on=on, by=boss(here))
    assert (made.tax, here.account("output_tax")) == (Decimal(tax), Decimal(tax) - 19)
    assert here.account("write_off") == 119 - Decimal(tax)
    halves = [recover_write_off(here.company, made.pk, Decimal(part), on=on, by=here.by) for part in ("39.67", "79.33")]
    assert (here.account("output_tax"), here.account("write_off"), len(halves)) == (Decimal(-19), ZERO, 2)


def test_never_more_than_is_open(shop: Callable[..., Shop]) -> None:
    here = shop()
    item = owed(here, "100.00")
    assert refusal(lambda: ask(here, item, "100.01")) == "over_written_off"
    assert refusal(lambda: ask(here, item, "0")) == "amount"
    assert refusal(lambda: ask(here, item, "1", explanation=" ")) == "explanation"
    assert refusal(lambda: ask(here, item, "1", reason="whim")) == "reason"
    made = ask(here, item, "100.00")
    assert refusal(lambda: ask(here, item, "1.00")) == "already_requested"
    got = here.receipt("60.00", "2026-02-01")
    apply_receipt(here.company, got.pk, {item.pk: Decimal(60)}, effective_on=date(2026, 2, 1), by=here.by)
    controller = boss(here)
    assert refusal(lambda: approve_write_off(here.company, made.pk, on=MARCH, by=controller)) == "over_written_off"
    reject_write_off(here.company, made.pk, by=controller, note="60 came in")
    made = ask(here, item, "40.00")
    approve_write_off(here.company, made.pk, on=MARCH, by=controller)
    assert refusal(lambda: approve_write_off(here.company, made.pk, on=MARCH, by=controller)) == "not_requested"
    assert refusal(lambda: recover_write_off(here.company, made.pk, Decimal("40.01"), on=JULY, by=here.by)) == (
        "over_recovered"
    )
    assert refusal(lambda: recover_write_off(here.company, made.pk, Decimal(1), on=date(2026, 2, 1), by=here.by)) == (
        "before_posting"
    )


def test_evidence_is_kept(shop: Callable[..., Shop]) -> None:
    here = shop()
    item = owed(here, "100.00")
    assert refusal(lambda: ask(here, item, "1", evidence=Evidence(name="x.exe", content=b"MZ"))) == "file_type"
    made = ask(here, item, "1", evidence=Evidence(name="ruling.pdf", content=b"%PDF-1.4"))
    assert made.evidence is not None
    assert (made.evidence.name, made.evidence.media_type) == ("ruling.pdf", "application/pdf")


@pytest.mark.parametrize("what", ["write-off", "recovery"])
def test_the_preview_of_an_undoing_is_what_happens(shop: Callable[..., Shop], what: str) -> None:
    """In dollars and with tax that came back: postings and open amounts, told before as they are afterwards."""
    here = shop(country="DE")
    item = owed(here, "100.03", tax="19", currency="USD", rate="7.1235")
    made = given_up(here, item, "77.77")
    assert here.account("fx_gain_loss") == ZERO
    recovery = recover_write_off(here.company, made.pk, Decimal("33.33"), on=JULY, by=here.by)
    assert refusal(lambda: reverse_write_off(here.company, made.pk, on=JULY, by=here.by, reason="x")) == "recovered"
    undone = undoing_recovery(recovery)
    own_posting(here.company)
    before = position_at(here.company, known_at=None)
    undo_recovery(here.company, recovery.pk, on=JULY, by=here.by, reason="mistake")
    if what == "write-off":
        made.refresh_from_db()
        undone = undoing_write_off(WriteOff.objects.select_related("item__document").get(pk=made.pk))
        own_posting(here.company)
        before = position_at(here.company, known_at=None)
        reverse_write_off(here.company, made.pk, on=JULY, by=here.by, reason="mistake")
        assert here.account("write_off") == ZERO
    told = {each.account.role: (each.amount, each.base_amount) for each in undone.postings}
    assert lines_after(here, before) == told
    opened = item.pk if what == "write-off" else Item.objects.get(document=recovery.document_id).pk
    assert Item.objects.get(pk=opened).open_amount == undone.open_after
    assert refusal(lambda: undo_recovery(here.company, recovery.pk, on=JULY, by=here.by, reason="x")) == (
        "already_reversed"
    )


def test_a_paid_recovery_stands(shop: Callable[..., Shop]) -> None:
    here = shop()
    made = given_up(here, owed(here, "100.00"), "100.00")
    recovery = recover_write_off(here.company, made.pk, Decimal(50), on=JULY, by=here.by)
    got = here.receipt("50.00", "2026-07-02")
    again = Item.objects.get(document=recovery.document_id)
    apply_receipt(here.company, got.pk, {again.pk: Decimal(50)}, effective_on=date(2026, 7, 2), by=here.by)
    assert refusal(lambda: undo_recovery(here.company, recovery.pk, on=JULY, by=here.by, reason="x")) == "applied"


def test_what_was_decided_is_kept(shop: Callable[..., Shop]) -> None:
    """The database refuses to change what is in the book, and a decision by who asked."""
    here = shop()
    made = given_up(here, owed(here, "100.00"), "100.00")
    for fields in ({"amount": Decimal(1)}, {"explanation": "else"}, {"state": "requested"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            WriteOff.objects.filter(pk=made.pk).update(**fields)
    assert made.document is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        Recovery.objects.create(
            company=here.company, write_off=made, document=made.document, amount=Decimal(1), recovered_by=here.by
        )
    waiting = ask(here, owed(here, "5.00"), "5.00")
    with pytest.raises(DomainError, match="cannot approve"):
        approve_write_off(here.company, waiting.pk, on=MARCH, by=here.by)
