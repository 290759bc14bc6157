"""The invariants of invoices and receipts hold after a month of work, and each finds what it is there to find."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from arap.core.models import Company, CompanyBankAccount, Role, User
from arap.ledger.checks import check, invariants
from arap.ledger.models import Item
from customers.actions import approve_bank_account, propose_bank_account
from customers.models import Customer, PaymentTerms
from invoices.actions import CreditPart, credit_invoice
from invoices.models import Invoice
from receipts.actions import apply_receipt, auto_apply_receipt, identify_receipt, reverse_receipt, unapply_receipt
from receipts.actions.arranging import NewArrangement, request_arrangement
from receipts.actions.paying_out import make_payout, pay_refund, return_refund
from receipts.actions.refunding import request_refund
from receipts.actions.writing_off import request_write_off
from receipts.models import Receipt, RefundBand, WriteOffBand
from tests.ledger.proofs import prove
from tests.people import hire

Owe = Callable[..., Item]
Take = Callable[..., Receipt]


def worked_month(company: Company, clerk: User, group: dict[str, Customer], owe: Owe, receipt: Take) -> None:
    """Invoices in instalments, credits in part and in full, receipts applied, undone, returned and identified."""
    halves = [(date(2026, 3, 1), Decimal(60)), (date(2026, 4, 1), Decimal(40))]
    first, second, third = owe("100.00", instalments=halves), owe("50.00"), owe("30.00", customer="S")
    invoice = Invoice.objects.get(document=first.document_id)
    part = CreditPart(line_id=invoice.lines.get().pk, amount=Decimal(25))
    credit_invoice(company, invoice.pk, on=date(2026, 1, 20), by=clerk, parts=[part])
    credit_invoice(company, Invoice.objects.get(document=third.document_id).pk, on=date(2026, 1, 21), by=clerk)
    got, bounced, unknown = receipt("90.00"), receipt("50.00"), receipt("20.00", customer=None)
    auto_apply_receipt(company, bounced.pk, effective_on=date(2026, 2, 1), by=clerk)
    reverse_receipt(company, bounced.pk, on=date(2026, 2, 5), by=clerk, reason="bounced")
    auto_apply_receipt(company, got.pk, effective_on=date(2026, 2, 6), by=clerk)
    unapply_receipt(
        company, got.pk, effective_on=date(2026, 2, 7), by=clerk, numbers=[second.document.number], reason="mistake"
    )
    identify_receipt(company, unknown.pk, group["P"].pk, on=date(2026, 2, 8), by=clerk, amount=Decimal(15))
    auto_apply_receipt(company, unknown.pk, effective_on=date(2026, 2, 9), by=clerk)
    owe("9.00", kind="credit_note")
    owe("6.00", kind="debit_note", adds_to_id=invoice.pk)
    terms = PaymentTerms.objects.create(company=company, code="2/10", name="2/10", rule="2/10 n/30")
    quick = owe("10.00", "2026-02-10", terms_id=terms.pk)
    apply_receipt(
        company, receipt("9.80", "2026-02-11").pk, {quick.pk: Decimal("9.80")}, effective_on=date(2026, 2, 11), by=clerk
    )
    WriteOffBand.objects.create(company=company, above=Decimal(100), role=Role.CONTROLLER.value)
    lost = owe("7.00", "2026-02-10")
    request_write_off(company, lost.pk, Decimal(7), reason="cost", explanation="small", on=date(2026, 2, 12), by=clerk)
    new = NewArrangement(kind="transfer", item_id=second.pk, amount=Decimal(1), to_customer_id=group["X"].pk)
    request_arrangement(company, new, on=date(2026, 2, 13), by=clerk)
    paid_back(company, clerk, group["P"], receipt("12.00", "2026-02-14"))


def paid_back(company: Company, clerk: User, customer: Customer, got: Receipt) -> None:
    """Three parts of a receipt go back by one file: one is paid, one is returned, one waits for the bank."""
    RefundBand.objects.create(company=company, above=Decimal(100), role=Role.CONTROLLER.value)
    account = propose_bank_account(customer, holder="P", bank="BOC", account_no="62221111", proof="call", by=clerk)
    approve_bank_account(company, account.pk, by=hire(company, "second", Role.CONTROLLER))
    own = CompanyBankAccount.objects.create(
        company=company, name="Us", bank="BOC", account_no="62229999", currency="CNY"
    )
    item, on, at = Item.objects.get(document=got.document_id), date(2026, 2, 16), datetime(2026, 2, 15, tzinfo=UTC)
    ids = [
        request_refund(company, item.pk, Decimal(amount), account_id=account.pk, reason="twice", by=clerk).pk
        for amount in (1, 2, 3)
    ]
    make_payout(company, ids, bank_account_id=own.pk, execute_on=on, today=at.date(), at=at, by=clerk)
    for pk in ids[:2]:
        pay_refund(company, pk, on=on, by=clerk)
    return_refund(company, ids[1], on=date(2026, 2, 17), by=clerk, reason="closed account")


def test_a_month_of_work_ties(company: Company, clerk: User, group: Any, owe: Owe, receipt: Take) -> None:
    worked_month(company, clerk, group, owe, receipt)
    prove(company)


TAMPERINGS = {
    "invoices/0010-posted-invoices-equal-the-book": "update invoices_invoice set issued_on = issued_on - 1",
    "invoices/0020-totals-are-sums-of-lines": "update invoices_invoiceline set net = net + 1",
    "invoices/0030-instalments-are-the-items": "update invoices_invoiceinstalment set due_on = due_on + 1",
    "invoices/0040-credits-stay-within-the-invoice": "update invoices_invoice set state = 'posted'",
    "invoices/0050-debit-notes-add-to-posted-invoices": "update invoices_invoice set adds_to_id = adds_to_id + 9",
    "receipts/0010-receipts-equal-the-book": "update receipts_receipt set amount = amount + 1",
    "receipts/0020-returned-receipts-are-out-of-the-book": "update receipts_receipt set state = 'confirmed'",
    "receipts/0030-identified-money-is-the-receipts": "update receipts_receiptidentification set amount = 21",
    "receipts/0050-write-offs-equal-the-book": "update receipts_writeoff set state = 'reversed'",
    "receipts/0060-arrangements-equal-the-book": "update receipts_arrangement set state = 'reversed'",
    "receipts/0070-refunds-equal-the-book": "update receipts_refund set amount = 1000",
    "receipts/0080-pay-outs-are-their-refunds": "update receipts_payout set total = total + 1",
    "receipts/0040-allowances-fall-with-their-cash": "update receipts_allowance set application_id = 0",
}


def test_each_invariant_finds_its_tampering(
    committed_db: Any, superuser_connection: Any, company: Company, clerk: User, group: Any, owe: Owe, receipt: Take
) -> None:
    """A superuser switches the triggers off, tampers, and puts it back: only the invariants notice."""
    worked_month(company, clerk, group, owe, receipt)
    by_name = {invariant.name: invariant for invariant in invariants()}
    cursor = superuser_connection.cursor()
    cursor.execute("set session_replication_role = replica")
    for name, statement in TAMPERINGS.items():
        assert check(company, by_name[name]).holds, name
        table = statement.split()[1]
        cursor.execute(f"create temp table kept as table {table}")
        cursor.execute(statement)
        assert not check(company, by_name[name]).holds, name
        cursor.execute(f"delete from {table}")
        cursor.execute(f"insert into {table} select * from kept")
        cursor.execute("drop table kept")


@pytest.mark.parametrize("app", ["invoices", "receipts"])
def test_every_invariant_of_ours_is_tried(app: str) -> None:
    names = {invariant.name for invariant in invariants() if invariant.name.startswith(f"{app}/")}
    assert names == {name for name in TAMPERINGS if name.startswith(f"{app}/")}
