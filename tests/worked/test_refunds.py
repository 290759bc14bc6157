"""Refunds from the request to the bank's file and back, ending with all invariants.

Sources. IAS 21.28: a monetary item that is settled at another rate than it was recorded at gives a difference in
profit or loss. The file: ISO 20022 pain.001.001.09, held against its schema by a validator of its own.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sepaxml  # type: ignore[import-untyped]
import xmlschema
from django.db import DatabaseError, connection, transaction

from arap.core.actions import NewRate, set_rates
from arap.core.models import CompanyBankAccount, Role, User
from arap.ledger.models import Item
from arap.ledger.queries import position_at
from customers.actions import approve_bank_account, propose_bank_account, retire_bank_account
from customers.models import BankAccount
from receipts.actions import apply_receipt, reverse_receipt, unapply_receipt
from receipts.actions.paying_out import fail_refund, make_payout, pay_all, pay_refund, return_refund
from receipts.actions.refunding import approve_refund, cancel_refund, free_of, reject_refund, request_refund
from receipts.models import Payout, Receipt, Refund, RefundBand
from receipts.queries.refunds import paying, refunds, returning
from tests.ledger.book import own_posting
from tests.people import hire
from tests.worked.test_settling import Shop, lines_after, refusal, shop

__all__ = ["shop"]  # a fixture
ZERO = Decimal(0)
IN, OUT = "2026-03-02", date(2026, 3, 20)
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
PAIN = xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd")
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def boss(here: Shop, role: Role = Role.CONTROLLER) -> User:
    name = f"{role}-{here.company.pk}"
    return User.objects.filter(username=name).first() or hire(here.company, name, role)


def theirs(here: Shop, account_no: str = "DE89370400440532013000", **fields: str) -> BankAccount:
    given = {"holder": "Müller & Söhne", "bank": "Commerzbank", "bic": "COBADEFFXXX", "proof": "call", **fields}
    made = propose_bank_account(here.customer, account_no=account_no, by=here.by, **given)
    return approve_bank_account(here.company, made.pk, by=boss(here))


def ours(here: Shop, currency: str = "CNY", account_no: str = "622200001111", bic: str = "") -> CompanyBankAccount:
    return CompanyBankAccount.objects.create(
        company=here.company, name="Us Ltd", bank="Bank of China", account_no=account_no, bic=bic, currency=currency
    )


def credit(here: Shop, amount: str, **money: str) -> Item:
    """What a customer paid too much."""
    got = here.receipt(amount, IN, **money)
    return Item.objects.get(document=got.document_id)


def ask(here: Shop, item: Item, amount: str, account: BankAccount, reason: str = "Paid twice") -> Refund:
    return request_refund(here.company, item.pk, Decimal(amount), account_id=account.pk, reason=reason, by=here.by)


def order(here: Shop, made: list[Refund], own: CompanyBankAccount) -> Payout:
    return make_payout(
        here.company, [each.pk for each in made], bank_account_id=own.pk, execute_on=OUT, today=NOON.date(), at=NOON,
        by=here.by,
    )  # fmt: skip


def left(item: Item) -> Decimal:
    return -Item.objects.get(pk=item.pk).open_amount


def test_an_over_payment_goes_back(shop: Callable[..., Shop]) -> None:
    here = shop()
    item, account, own = credit(here, "500.00"), theirs(here), ours(here)
    made = ask(here, item, "300.00", account)
    assert (made.state, made.required_role, left(item), free_of(item)) == (
        "requested", "controller", Decimal(500), Decimal(200),
    )  # fmt: skip
    assert refusal(lambda: approve_refund(here.company, made.pk, by=here.by)) == "same_person"
    assert refusal(lambda: order(here, [made], own)) == "not_approved"
    approve_refund(here.company, made.pk, by=boss(here))
    payout = order(here, [made], own)
    assert refusal(lambda: order(here, [made], own)) == "not_approved", "never in two files"
    assert here.account("bank") == Decimal(500), "an order is no payment"
    pay_all(here.company, payout.pk, on=OUT, by=here.by)
    assert (left(item), here.account("bank"), here.account("receivable")) == (
        Decimal(200), Decimal(200), Decimal(-200),
    )  # fmt: skip
    assert refusal(lambda: pay_refund(here.company, made.pk, on=OUT, by=here.by)) == "not_ordered"


def test_what_is_reserved_is_nobody_elses(shop: Callable[..., Shop]) -> None:
    """Neither a second refund nor an application takes it, until it is cancelled."""
    here = shop()
    item, account = credit(here, "500.00"), theirs(here)
    receipt = Receipt.objects.get(document=item.document_id)
    invoice = here.invoice("400.00", "2026-01-10", "n/30")
    owed = Item.objects.get(document=invoice.document_id)
    made = ask(here, item, "300.00", account)
    assert refusal(lambda: ask(here, item, "200.01", account)) == "over_refunded"
    applied: dict[str, Any] = {"effective_on": date(2026, 3, 3), "by": here.by}
    assert refusal(lambda: apply_receipt(here.company, receipt.pk, {owed.pk: Decimal(201)}, **applied)) == "reserved"
    back: dict[str, Any] = {"on": date(2026, 3, 3), "by": here.by, "reason": "bounced"}
    assert refusal(lambda: reverse_receipt(here.company, receipt.pk, **back)) == "reserved"
    apply_receipt(here.company, receipt.pk, {owed.pk: Decimal(200)}, **applied)
    assert free_of(Item.objects.get(pk=item.pk)) == ZERO
    cancel_refund(here.company, made.pk, by=here.by, reason="they want goods")
    apply_receipt(here.company, receipt.pk, {owed.pk: Decimal(200)}, **applied)
    assert left(item) == Decimal(100)


def test_raw_sql_cannot_reserve_more_than_is_open(shop: Callable[..., Shop]) -> None:
    here = shop()
    item, account = credit(here, "500.00"), theirs(here)
    made = ask(here, item, "300.00", account)
    for fields in (
        {"amount": Decimal(1)},
        {"state": "paid"},
        {"state": "approved"},
        {"account": theirs(here, "1" * 9)},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Refund.objects.filter(pk=made.pk).update(**fields)
    with pytest.raises(DatabaseError), transaction.atomic():
        Refund.objects.create(
            company=here.company, item=item, account=account, amount=Decimal(201), reason="x", requested_by=here.by
        )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from receipts_refund")


def test_bands_say_who_approves(shop: Callable[..., Shop]) -> None:
    """Above 100 the credit manager, above 1,000 the controller; up to 100 nobody."""
    here = shop()
    for above, role in ((100, "credit_manager"), (1000, "controller")):
        RefundBand.objects.create(company=here.company, above=Decimal(above), role=role)
    item, account = credit(here, "5000.00"), theirs(here)
    assert ask(here, item, "100.00", account).state == "approved"
    middle, large = ask(here, item, "1000.00", account), ask(here, item, "1000.01", account)
    manager = boss(here, Role.CREDIT_MANAGER)
    assert refusal(lambda: approve_refund(here.company, large.pk, by=manager)) == "forbidden"
    assert approve_refund(here.company, middle.pk, by=manager).state == "approved"
    assert reject_refund(here.company, large.pk, by=boss(here), note="ask first").state == "rejected"
    assert free_of(Item.objects.get(pk=item.pk)) == Decimal(3900)


def test_an_account_that_was_retired_gets_nothing(shop: Callable[..., Shop]) -> None:
    here = shop()
    item, account, own = credit(here, "500.00"), theirs(here), ours(here)
    first, second = ask(here, item, "100.00", account), ask(here, item, "100.00", account)
    approve_refund(here.company, first.pk, by=boss(here))
    retire_bank_account(here.company, account.pk, by=here.by, reason="fraud?")
    assert refusal(lambda: order(here, [first], own)) == "account_not_approved"
    assert refusal(lambda: approve_refund(here.company, second.pk, by=boss(here))) == "account_not_approved"
    assert refusal(lambda: ask(here, item, "1.00", account)) == "account"


def test_the_difference_of_the_rate_is_realised(shop: Callable[..., Shop]) -> None:
    """IAS 21.28: USD 100 came in at 7.10 (710), and 60 of it goes back at 7.25: 426 settled by 435, a loss of 9."""
    here = shop()
    rates = [NewRate(currency="USD", valid_from=date(2026, 3, 1), rate=Decimal("7.10")),
             NewRate(currency="USD", valid_from=OUT, rate=Decimal("7.25"))]  # fmt: skip
    set_rates(here.company, rates, source="", by=None)
    item, account, own = credit(here, "100.00", currency="USD"), theirs(here), ours(here, "USD")
    made = ask(here, item, "60.00", account)
    approve_refund(here.company, made.pk, by=boss(here))
    payout = order(here, [made], own)
    told = paying(refunds(here.company).get(pk=made.pk), OUT)
    before = position_at(here.company, known_at=None)
    own_posting(here.company)
    pay_all(here.company, payout.pk, on=OUT, by=here.by)
    expected = {each.account.role: (each.amount, each.base_amount) for each in told.postings}
    assert lines_after(here, before) == expected
    assert expected == {
        "receivable": (Decimal(60), Decimal(426)), "bank": (Decimal(-60), Decimal(-435)),
        "fx_gain_loss": (ZERO, Decimal(9)),
    }  # fmt: skip
    assert left(item) == told.open_after == Decimal(40)
    undone = returning(refunds(here.company).get(pk=made.pk))
    before = position_at(here.company, known_at=None)
    own_posting(here.company)
    return_refund(here.company, made.pk, on=date(2026, 3, 25), by=here.by, reason="account closed")
    assert lines_after(here, before) == {each.account.role: (each.amount, each.base_amount) for each in undone.postings}
    assert left(item) == undone.open_after == Decimal(100)
    assert here.account("fx_gain_loss") == ZERO


def test_refused_by_the_bank_and_asked_for_anew(shop: Callable[..., Shop]) -> None:
    here = shop()
    item, account, own = credit(here, "500.00"), theirs(here), ours(here)
    made = ask(here, item, "500.00", account)
    approve_refund(here.company, made.pk, by=boss(here))
    payout = order(here, [made], own)
    assert refusal(lambda: cancel_refund(here.company, made.pk, by=here.by, reason="x")) == "not_cancellable"
    fail_refund(here.company, made.pk, by=here.by, reason="AC04 closed account")
    assert free_of(Item.objects.get(pk=item.pk)) == Decimal(500)
    assert refusal(lambda: pay_all(here.company, payout.pk, on=OUT, by=here.by)) == "nothing_ordered"
    assert ask(here, item, "500.00", account).state == "requested"


def test_what_was_paid_back_is_not_unapplied(shop: Callable[..., Shop]) -> None:
    """Undoing all that a receipt was applied to leaves the refund; a receipt that bounces leaves it owed."""
    here = shop()
    item, account, own = credit(here, "500.00"), theirs(here), ours(here)
    receipt = Receipt.objects.get(document=item.document_id)
    made = ask(here, item, "500.00", account)
    approve_refund(here.company, made.pk, by=boss(here))
    pay_all(here.company, order(here, [made], own).pk, on=OUT, by=here.by)
    undo: dict[str, Any] = {"effective_on": OUT, "by": here.by, "reason": "x"}
    assert refusal(lambda: unapply_receipt(here.company, receipt.pk, **undo)) == "nothing_to_undo"
    reverse_receipt(here.company, receipt.pk, on=OUT, by=here.by, reason="bounced")
    made.refresh_from_db()
    assert Item.objects.get(document=made.document_id).open_amount == Decimal(500)
    assert refusal(lambda: return_refund(here.company, made.pk, on=OUT, by=here.by, reason="x")) == "moved"


def found(tree: Any, path: str) -> list[str]:
    return [each.text or "" for each in tree.iterfind(path, NS)]


@pytest.mark.parametrize(
    ("number", "bic", "where"),
    [
        ("DE89370400440532013000", "COBADEFFXXX", ".//p:CdtrAcct/p:Id/p:IBAN"),
        ("6222 0000 9999", "", ".//p:CdtrAcct/p:Id/p:Othr/p:Id"),
    ],
)
def test_the_file_keeps_to_its_schema(shop: Callable[..., Shop], number: str, bic: str, where: str) -> None:
    here = shop()
    item, own = credit(here, "500.00"), ours(here, bic="" if bic else "BKCHCNBJ")
    account = theirs(here, number, bic=bic, holder="宁波海辰 <Mould> & Co.\u0007", bank="中国银行")
    made = [ask(here, item, amount, account, reason) for amount, reason in (("0.10", "=1+1"), ("499.90", "长" * 140))]
    for each in made:
        approve_refund(here.company, each.pk, by=boss(here))
    payout = order(here, made, own)
    content = bytes(payout.xml.content)
    PAIN.validate(BytesIO(content))
    assert sha256(content).hexdigest() == payout.xml.sha256
    from defusedxml.ElementTree import fromstring

    tree = fromstring(content)
    assert found(tree, ".//p:CtrlSum") == ["500.00", "500.00"]
    assert found(tree, ".//p:NbOfTxs") == ["2", "2"]
    assert found(tree, ".//p:InstdAmt") == ["0.10", "499.90"]
    assert found(tree, ".//p:EndToEndId") == [f"RF-{each.pk}" for each in made]
    assert found(tree, where) == [number.replace(" ", "")] * 2
    assert found(tree, ".//p:MsgId") == [payout.message_id]
    rows = bytes(payout.csv.content).decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert rows[1].startswith(f"RF-{made[0].pk},0.10,CNY,")
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        PAIN.validate(BytesIO(content.replace(b"<PmtMtd>TRF", b"<PmtMtd>CASH")))


def test_a_file_that_was_made_never_changes(shop: Callable[..., Shop]) -> None:
    here = shop()
    item, account, own = credit(here, "500.00"), theirs(here), ours(here)
    made = ask(here, item, "1.00", account)
    approve_refund(here.company, made.pk, by=boss(here))
    other = ours(here, "USD", "9" * 10)
    assert refusal(lambda: order(here, [made], other)) == "bank_account"
    assert refusal(lambda: order(here, [], own)) == "refunds"
    payout = order(here, [made], own)
    with pytest.raises(DatabaseError), transaction.atomic():
        Payout.objects.filter(pk=payout.pk).update(total=Decimal(2))
