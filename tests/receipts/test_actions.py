"""Money in: recorded, confirmed, applied, unapplied, returned, identified."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from arap.core.actions.periods import close_period
from arap.core.errors import DomainError, Invalid, MissingRate, NotFound, Refused
from arap.core.models import AuditEntry, Company, CompanyBankAccount, ExchangeRate, Period, User
from arap.ledger.checks import check, invariants
from arap.ledger.models import Document, Entry, Item, JournalLine
from customers.models import Customer
from receipts.actions import (
    NewReceipt,
    apply_receipt,
    auto_apply_receipt,
    confirm_receipt,
    identify_receipt,
    receive,
    record_receipt,
    record_receipts,
    reject_receipt,
    reverse_receipt,
    unapply_receipt,
    unidentify_receipt,
)
from receipts.models import ConfirmationLimit, Receipt
from receipts.queries import credit_items, proposals, unapplied

Owe = Callable[..., Item]
Take = Callable[..., Receipt]
Group = dict[str, Customer]
FEB = date(2026, 2, 1)


def new(figure: str, **fields: Any) -> NewReceipt:
    return replace(NewReceipt(amount=Decimal(figure), currency="CNY", received_on=FEB), **fields)


def open_of(item: Item) -> Decimal:
    return Item.objects.get(pk=item.pk).open_amount


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as caught, transaction.atomic():
        act()
    return caught.value.code


def test_a_receipt_enters_the_book_at_once(company: Company, group: Group, clerk: User, receipt: Take) -> None:
    got = receipt("100.00", remittance="货款 10433")
    assert (got.state, got.posted_on, got.recorded_by) == ("confirmed", FEB, clerk)
    document = Document.objects.get(receipt=got)
    assert (document.number, document.total, document.text.reference) == ("R-2026-000001", Decimal(-100), "货款 10433")
    lines = JournalLine.objects.filter(document=document).order_by("line")
    assert [(line.account.role, line.amount) for line in lines] == [
        ("receivable", Decimal(-100)),
        ("bank", Decimal(100)),
    ]
    assert AuditEntry.objects.filter(verb="receipt.record", object_id=str(got.pk)).count() == 1


def test_money_of_an_unknown_payer_stands_on_its_own_account(receipt: Take) -> None:
    got = receipt("100.00", customer=None)
    item = credit_items(got)[0]
    assert (item.account.role, item.customer_id, item.open_amount) == ("unidentified", None, Decimal(-100))


def test_many_cost_as_many_queries_as_one(company: Company, group: Group, clerk: User) -> None:
    one, many = [new("1.00", customer_id=group["P"].pk)], [new("1.00", customer_id=group["P"].pk)] * 40
    record_receipts(company, one, by=clerk)
    with CaptureQueriesContext(connection) as single:
        record_receipts(company, one, by=clerk)
    with CaptureQueriesContext(connection) as batch:
        recorded = record_receipts(company, many, by=clerk)
    assert len(batch) == len(single) <= 15
    assert [row.number for row in recorded] == [f"R-2026-{number:06}" for number in range(3, 43)]


WRONG: dict[str, dict[str, Any]] = {
    "currency": {"currency": "XXX"},
    "amount": {"amount": Decimal("-1")},
    "customer": {"customer_id": 0},
    "bank_account": {"bank_account_id": 0},
    "method": {"method": "barter"},
    "rate": {"rate": Decimal(-1)},
    "remittance": {"remittance": "x" * 501},
}


@pytest.mark.parametrize("field", WRONG)
def test_wrong_input_is_named_and_nothing_is_recorded(company: Company, clerk: User, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        record_receipts(company, [new("1.00"), new("1.00", **WRONG[field])], by=clerk)
    assert (caught.value.facts["field"], caught.value.facts["receipt"]) == (field, 1)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("amount, currency", [("1.001", "CNY"), ("1.5", "JPY"), ("1.0001", "KWD")])
def test_more_decimals_than_the_currency_are_refused(company: Company, amount: str, currency: str) -> None:
    with pytest.raises(Invalid, match="decimals"):
        record_receipt(company, new(amount, currency=currency), by=None)


def test_our_account_must_be_ours_and_in_the_currency(company: Company, other_company: Company) -> None:
    fields = {"name": "A", "bank": "B", "account_no": "1"}
    foreign = CompanyBankAccount.objects.create(company=other_company, currency="CNY", **fields)
    dollars = CompanyBankAccount.objects.create(company=company, currency="USD", **fields)
    for account in (foreign, dollars):
        with pytest.raises(Invalid):
            record_receipt(company, new("1", bank_account_id=account.pk), by=None)


def test_the_rate_is_that_of_the_day(company: Company, group: Group) -> None:
    with pytest.raises(MissingRate):
        record_receipt(company, new("100", currency="USD"), by=None)
    ExchangeRate.objects.create(company=company, currency="USD", valid_from=date(2026, 1, 31), rate=Decimal("7.1"))
    record_receipt(company, new("100", currency="USD"), by=None)
    assert Document.objects.get().base_total == Decimal(-710)


def test_the_same_key_records_once(company: Company, clerk: User) -> None:
    first = record_receipt(company, new("100"), by=clerk, key="k")
    assert record_receipt(company, new("100"), by=clerk, key="k") == first
    assert code_of(lambda: record_receipt(company, new("101"), by=clerk, key="k")) == "idempotency_conflict"
    assert Receipt.objects.count() == 1


def test_above_the_limit_somebody_else_confirms(company: Company, clerk: User, controller: User, receipt: Take) -> None:
    company.receipt_confirmation_above = Decimal(100)
    company.save(update_fields=["receipt_confirmation_above"])
    assert receipt("100.00").state == "confirmed"
    waiting = receipt("100.01")
    assert (waiting.state, waiting.document_id) == ("recorded", None)
    assert (
        code_of(lambda: apply_receipt(company, waiting.pk, {1: Decimal(1)}, effective_on=FEB, by=clerk))
        == "not_confirmed"
    )
    assert code_of(lambda: confirm_receipt(company, waiting.pk, by=clerk)) == "same_person"
    confirmed = confirm_receipt(company, waiting.pk, by=controller)
    assert (confirmed.state, confirmed.number) == ("confirmed", "R-2026-000002")
    assert code_of(lambda: confirm_receipt(company, waiting.pk, by=controller)) == "not_recorded"


def test_confirmed_after_its_month_was_closed(company: Company, clerk: User, controller: User, receipt: Take) -> None:
    company.receipt_confirmation_above = Decimal(0)
    company.save(update_fields=["receipt_confirmation_above"])
    waiting = receipt("5.00")
    close_period(company, Period.objects.get(company=company, starts_on=FEB), by=controller)
    confirm_receipt(company, waiting.pk, by=controller)
    document = Document.objects.get(receipt=waiting)
    assert (document.document_on, document.posted_on) == (FEB, date(2026, 3, 1))


def test_entered_after_its_month_was_closed(company: Company, controller: User, receipt: Take) -> None:
    close_period(company, Period.objects.get(company=company, starts_on=FEB), by=controller)
    assert code_of(lambda: receipt("5.00")) == "period_closed"
    assert code_of(lambda: receipt("5.00", posted_on=date(2026, 1, 31))) == "invalid_receipt"
    late = receipt("5.00", posted_on=date(2026, 3, 2))
    document = Document.objects.get(receipt=late)
    assert (document.document_on, document.posted_on) == (FEB, date(2026, 3, 2))


def test_a_rejected_receipt_never_enters_the_book(company: Company, controller: User, receipt: Take) -> None:
    company.receipt_confirmation_above = Decimal(0)
    company.save(update_fields=["receipt_confirmation_above"])
    waiting = receipt("5.00")
    reject_receipt(company, waiting.pk, by=controller, reason="not ours")
    assert code_of(lambda: confirm_receipt(company, waiting.pk, by=controller)) == "not_recorded"
    assert not Document.objects.exists()


def test_applied_in_part_to_several_items_of_the_group(company: Company, clerk: User, owe: Owe, receipt: Take) -> None:
    own, shop, got = owe("60.00"), owe("50.00", customer="S"), receipt("100.00")
    done = apply_receipt(company, got.pk, {own.pk: Decimal(60), shop.pk: Decimal("30.5")}, effective_on=FEB, by=clerk)
    assert (open_of(own), open_of(shop), unapplied(got)) == (Decimal(0), Decimal("19.5"), Decimal("9.5"))
    assert [(entry["document"], entry["amount"]) for entry in done.entries] == [
        (own.document.number, "60.00"),
        (shop.document.number, "30.50"),
    ]
    assert done.remaining == "9.50"


def test_a_credit_note_pays_before_the_receipt(company: Company, clerk: User, owe: Owe, receipt: Take) -> None:
    debt, note, got = owe("100.00"), owe("30.00", kind="credit_note"), receipt("70.00")
    done = apply_receipt(company, got.pk, {debt.pk: Decimal(100), note.pk: Decimal(30)}, effective_on=FEB, by=clerk)
    assert (open_of(debt), open_of(note), done.remaining) == (Decimal(0), Decimal(0), "0.00")


def test_an_application_counts_when_both_items_are_posted(
    company: Company, clerk: User, owe: Owe, receipt: Take
) -> None:
    early, late, got = owe("10.00"), owe("10.00", "2026-03-05"), receipt("20.00")
    done = apply_receipt(company, got.pk, {early.pk: Decimal(10), late.pk: Decimal(10)}, effective_on=FEB, by=clerk)
    assert [entry["effective_on"] for entry in done.entries] == ["2026-02-01", "2026-03-05"]


def test_what_cannot_be_applied(
    company: Company, other_company: Company, clerk: User, group: Group, owe: Owe, receipt: Take
) -> None:
    got, debt, foreign, stranger = (
        receipt("100.00"),
        owe("50.00"),
        owe("9.00", currency="USD", rate=Decimal(7)),
        owe("5.00", customer="X"),
    )

    def refused(amounts: dict[int, str], on: date = FEB, where: Company = company) -> str:
        exact = {item: Decimal(amount) for item, amount in amounts.items()}
        return code_of(lambda: apply_receipt(where, got.pk, exact, effective_on=on, by=clerk))

    assert refused({}) == "amounts"
    assert refused({debt.pk: "0"}) == "amounts"
    assert refused({debt.pk: "0.001"}) == "amounts"
    assert refused({0: "1"}) == "amounts"
    assert refused({debt.pk: "1"}, where=other_company) == "not_found"
    assert refused({debt.pk: "50.01"}) == "over_applied"
    assert refused({debt.pk: "50", stranger.pk: "60"}) == "not_enough"
    assert refused({stranger.pk: "5"}) == "other_customer"
    assert refused({foreign.pk: "5"}) == "other_currency"
    unknown = receipt("5.00", customer=None)
    assert (
        code_of(lambda: apply_receipt(company, unknown.pk, {debt.pk: Decimal(5)}, effective_on=FEB, by=clerk))
        == "not_enough"
    )


def test_the_best_proposal_is_applied_and_says_why(company: Company, clerk: User, owe: Owe, receipt: Take) -> None:
    named, older = owe("80.00", "2026-01-20"), owe("50.00")
    got = receipt("90.00", remittance=f"pay {named.document.number}")
    done = auto_apply_receipt(company, got.pk, effective_on=FEB, by=clerk)
    assert (open_of(named), open_of(older)) == (Decimal(0), Decimal(50))
    assert (done.reasons[0]["reason"], done.reasons[0]["difference"], done.remaining) == (
        "reference_over",
        "10.00",
        "10.00",
    )
    assert Entry.objects.filter(item=named, application__policy="auto.reference_over").count() == 1


def test_own_items_are_proposed_before_those_of_the_group(owe: Owe, receipt: Take) -> None:
    owe("40.00", "2025-12-01", customer="S")
    own = owe("40.00", "2026-01-20")
    best = proposals(receipt("40.00"))[0]
    assert (best.reason, best.others) == ("exact_sum", 1)
    assert [pair.debit_item_id for pair in best.pairs] == [own.pk]


def test_without_anything_open_a_receipt_stays_on_account(company: Company, clerk: User, receipt: Take) -> None:
    done = auto_apply_receipt(company, receipt("40.00").pk, effective_on=FEB, by=clerk)
    assert (done.entries, done.reasons, done.remaining) == ([], [], "40.00")


def test_unapplying_one_document_leaves_the_other(company: Company, clerk: User, owe: Owe, receipt: Take) -> None:
    one, two, got = owe("60.00"), owe("40.00"), receipt("100.00")
    apply_receipt(company, got.pk, {one.pk: Decimal(60), two.pk: Decimal(40)}, effective_on=FEB, by=clerk)
    on = date(2026, 2, 10)
    done = unapply_receipt(
        company, got.pk, effective_on=on, by=clerk, numbers=[one.document.number], reason="wrong one"
    )
    assert [(entry["document"], entry["amount"]) for entry in done.entries] == [(one.document.number, "-60.00")]
    assert (open_of(one), open_of(two), done.remaining) == (Decimal(60), Decimal(0), "60.00")
    again = lambda: unapply_receipt(company, got.pk, effective_on=on, by=clerk, numbers=[one.document.number])  # noqa: E731
    assert code_of(again) == "nothing_to_undo"
    assert unapply_receipt(company, got.pk, effective_on=on, by=clerk).remaining == "100.00"


def test_unapplying_before_it_was_applied_is_refused(company: Company, clerk: User, owe: Owe, receipt: Take) -> None:
    debt, got = owe("60.00"), receipt("60.00")
    apply_receipt(company, got.pk, {debt.pk: Decimal(60)}, effective_on=date(2026, 2, 10), by=clerk)
    early = date(2026, 2, 9)
    assert code_of(lambda: unapply_receipt(company, got.pk, effective_on=early, by=clerk)) == "not_a_mirror"


def test_a_returned_receipt_opens_what_it_paid(company: Company, clerk: User, owe: Owe, receipt: Take) -> None:
    debt, got = owe("60.00"), receipt("100.00")
    apply_receipt(company, got.pk, {debt.pk: Decimal(60)}, effective_on=FEB, by=clerk)
    reverse_receipt(company, got.pk, on=date(2026, 2, 10), by=clerk, reason="bounced", key="b")
    assert (open_of(debt), unapplied(got)) == (Decimal(60), Decimal(0))
    got.refresh_from_db()
    assert got.state == "reversed"
    reverse_receipt(company, got.pk, on=date(2026, 2, 10), by=clerk, reason="bounced", key="b")
    assert Document.objects.filter(kind="receipt").count() == 2
    assert code_of(lambda: reverse_receipt(company, got.pk, on=FEB, by=clerk, reason="x")) == "not_confirmed"


def test_unidentified_money_is_identified_in_parts(
    company: Company, clerk: User, group: Group, owe: Owe, receipt: Take
) -> None:
    got, debt = receipt("100.00", customer=None), owe("70.00", customer="X")
    on = date(2026, 2, 20)
    identify_receipt(company, got.pk, group["X"].pk, on=on, by=clerk, amount=Decimal(70))
    assert [(item.customer_id, item.open_amount, item.aged_from_on) for item in credit_items(got)] == [
        (None, Decimal(-30), FEB),
        (group["X"].pk, Decimal(-70), FEB),
    ]
    done = auto_apply_receipt(company, got.pk, effective_on=on, by=clerk)
    assert (open_of(debt), done.remaining) == (Decimal(0), "30.00")
    assert (
        code_of(lambda: identify_receipt(company, got.pk, group["P"].pk, on=on, by=clerk, amount=Decimal(31)))
        == "over_identified"
    )
    assert (
        code_of(lambda: identify_receipt(company, got.pk, group["P"].pk, on=date(2026, 1, 1), by=clerk))
        == "before_posting"
    )
    assert code_of(lambda: identify_receipt(company, got.pk, 0, on=on, by=clerk)) == "unknown_customer"
    identify_receipt(company, got.pk, group["P"].pk, on=on, by=clerk)
    assert code_of(lambda: identify_receipt(company, got.pk, group["P"].pk, on=on, by=clerk)) == "already_identified"


@pytest.mark.parametrize(
    ("company_limit", "usd_limit", "currency", "amount", "waits"),
    [
        (None, None, "USD", 10_000, False),
        (1000, None, "USD", 100, False),  # at 7 it is 700 in base
        (1000, None, "USD", 143, True),  # 1,001 in base
        (1000, 50, "USD", 50, False),  # its own limit counts in place of the company's: not above it
        (1000, 50, "USD", 51, True),
        (1000, 5000, "USD", 5000, False),
        (None, 0, "USD", 1, True),
        (None, 0, "CNY", 1, False),
        (1000, 0, "CNY", 1001, True),
    ],
)
def test_a_limit_of_its_own_counts_for_a_currency(
    company: Company, group: Group, clerk: User, company_limit: int | None, usd_limit: int | None, currency: str,
    amount: int, waits: bool,
) -> None:  # fmt: skip
    ExchangeRate.objects.create(company=company, currency="USD", valid_from=date(2026, 1, 1), rate=7, source="test")
    company.receipt_confirmation_above = company_limit if company_limit is None else Decimal(company_limit)
    company.save(update_fields=["receipt_confirmation_above"])
    if usd_limit is not None:
        ConfirmationLimit.objects.create(company=company, currency="USD", above=Decimal(usd_limit))
    recorded = record_receipt(company, new(str(amount), currency=currency), by=clerk)
    assert (recorded.state == "recorded") is waits


def test_given_back_in_parts_and_identified_again(
    company: Company, clerk: User, group: Group, owe: Owe, receipt: Take
) -> None:
    """What was given back joins what was never identified; together they can be somebody's, and then go back."""
    got = receipt("100.00", "2026-02-01", customer=None)
    one = identify_receipt(company, got.pk, group["X"].pk, on=FEB, by=clerk, amount=Decimal(60))
    two = identify_receipt(company, got.pk, group["P"].pk, on=FEB, by=clerk, amount=Decimal(30))
    unidentify_receipt(company, got.pk, one.pk, on=FEB, by=clerk, reason="not X")
    identify_receipt(company, got.pk, group["P"].pk, on=FEB, by=clerk, amount=Decimal(65))
    open_now = Item.objects.filter(company=company, amount__lt=0).exclude(open_amount=0)
    assert sorted((item.customer_id or 0, -item.open_amount) for item in open_now) == [
        (0, Decimal(5)),
        (group["P"].pk, Decimal(10)),
        (group["P"].pk, Decimal(30)),
        (group["P"].pk, Decimal(55)),
    ]
    unidentify_receipt(company, got.pk, two.pk, on=FEB, by=clerk, reason="nor P")
    assert code_of(lambda: unidentify_receipt(company, got.pk, one.pk, on=FEB, by=clerk, reason="")) == "not_identified"
    assert code_of(lambda: unidentify_receipt(company, got.pk, 0, on=FEB, by=clerk, reason="")) == "not_found"
    reverse_receipt(company, got.pk, on=FEB, by=clerk, reason="returned")
    assert not Item.objects.filter(company=company).exclude(open_amount=0).exists()
    assert [each.name for each in invariants() if not check(company, each).holds] == []


def test_identified_money_can_go_back(company: Company, clerk: User, group: Group, owe: Owe, receipt: Take) -> None:
    got, debt = receipt("100.00", customer=None), owe("70.00", customer="X")
    identify_receipt(company, got.pk, group["X"].pk, on=FEB, by=clerk, amount=Decimal(80), key="i")
    identify_receipt(company, got.pk, group["X"].pk, on=FEB, by=clerk, amount=Decimal(80), key="i")
    apply_receipt(company, got.pk, {debt.pk: Decimal(70)}, effective_on=FEB, by=clerk)
    mirror = reverse_receipt(company, got.pk, on=date(2026, 2, 10), by=clerk, reason="sent twice")
    assert (open_of(debt), unapplied(got)) == (Decimal(70), Decimal(0))
    assert not Item.objects.exclude(pk=debt.pk).exclude(open_amount=0).exists()
    assert Document.objects.get(pk=mirror.document_id).reverses_id == got.document_id


def test_received_and_applied_in_one_act(company: Company, clerk: User, group: Group, owe: Owe) -> None:
    halves = [(date(2026, 3, 1), Decimal(40)), (date(2026, 4, 1), Decimal(60))]
    first, other = owe("100.00", instalments=halves), owe("30.00")
    wanted = {first.document.number: Decimal(70), other.document.number: Decimal(10)}
    payer = group["P"].pk
    done = receive(company, new("90.00", customer_id=payer), by=clerk, apply_to=wanted, key="r")
    assert [(entry["document"], entry["amount"]) for entry in done.entries] == [
        (first.document.number, "40.00"),
        (first.document.number, "30.00"),
        (other.document.number, "10.00"),
    ]
    assert done.remaining == "10.00"
    assert receive(company, new("90.00", customer_id=payer), by=clerk, apply_to=wanted, key="r") == done


def test_received_and_applied_by_the_best_proposal(company: Company, clerk: User, group: Group, owe: Owe) -> None:
    debt = owe("100.00")
    done = receive(company, new("100.00", customer_id=group["P"].pk), by=clerk, auto=True)
    assert (open_of(debt), done.remaining, done.reasons[0]["reason"]) == (Decimal(0), "0.00", "exact_sum")


def test_receiving_is_all_or_nothing(company: Company, clerk: User, group: Group, owe: Owe) -> None:
    debt, payer = owe("100.00"), group["P"].pk
    number = debt.document.number

    def refused(amount: str, apply_to: dict[str, str], **fields: Any) -> str:
        exact = {name: Decimal(figure) for name, figure in apply_to.items()}
        receipt = new(amount, **{"customer_id": payer, **fields})
        return code_of(lambda: receive(company, receipt, by=clerk, apply_to=exact))

    assert refused("200", {number: "101"}) == "over_applied"
    assert refused("99", {number: "100"}) == "not_enough"
    assert refused("200", {"INV-0": "1"}) == "not_open"
    assert refused("200", {number: "0"}) == "not_open"
    assert refused("200", {number: "1"}, customer_id=None) == "unidentified"
    assert refused("200", {number: "1"}, customer_id=group["X"].pk) == "not_open"
    company.receipt_confirmation_above = Decimal(1)
    assert refused("200", {number: "1"}) == "needs_confirmation"
    assert not Receipt.objects.exists()


def test_another_companys_receipt_does_not_exist(other_company: Company, clerk: User, receipt: Take) -> None:
    with pytest.raises(NotFound):
        reverse_receipt(other_company, receipt("5.00").pk, on=FEB, by=clerk, reason="x")
    with pytest.raises(NotFound):
        confirm_receipt(other_company, receipt("5.00").pk, by=clerk)


def test_one_receipt_and_its_application_take_few_queries(
    company: Company, clerk: User, group: Group, owe: Owe
) -> None:
    debts = [owe("10.00") for _ in range(3)]
    numbers = {debt.document.number: Decimal(10) for debt in debts[:1]}
    with CaptureQueriesContext(connection) as queries:
        receive(company, new("10.00", customer_id=group["P"].pk), by=clerk, apply_to=numbers)
    many = {debt.document.number: Decimal(10) for debt in debts[1:]}
    with CaptureQueriesContext(connection) as more:
        receive(company, new("20.00", customer_id=group["P"].pk), by=clerk, apply_to=many)
    assert len(queries) == len(more) <= 15


def test_a_date_in_a_closed_month_is_refused(company: Company, clerk: User, controller: User, receipt: Take) -> None:
    with pytest.raises(Refused) as caught:
        receipt("5.00", "2010-01-01")
    assert caught.value.code == "period_closed"
