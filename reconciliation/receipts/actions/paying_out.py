"""Refunds on their way: ordered from the bank by a file, paid, refused by the bank, or returned by it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.files import NewFile, store
from arap.core.models import Company, CompanyBankAccount, User
from arap.core.money import format_amount
from arap.core.queries import rate_on
from arap.ledger.actions import (
    NewDocument,
    NewItem,
    NewLine,
    Pair,
    Posted,
    apply,
    book_transaction,
    lock,
    post_documents,
    reverse_document,
)
from arap.ledger.models import Entry
from receipts.actions.refunding import check_account, end_refund, in_state, locked_credit
from receipts.models import Payout, Refund
from receipts.rules.transfers import Order, Party, Transfer, as_csv, as_xml

State = Refund.State
FILE_MAX = 1000


@book_transaction
def make_payout(
    company: Company,
    refund_ids: Sequence[int],
    *,
    bank_account_id: int,
    execute_on: date,
    today: date,
    at: datetime,
    by: User,
) -> Payout:
    """Make the file that orders these approved refunds from our bank, once: no refund is ever in two files.

    Raises NotFound, Invalid (refunds, bank_account, execute_on), Refused (not_approved, account_not_approved).
    """
    ids = sorted(set(refund_ids))
    if not ids or len(ids) > FILE_MAX:
        raise Invalid("refunds", _("Choose up to %(most)s refunds.") % {"most": FILE_MAX}, field="refunds")
    if execute_on < today:
        raise Invalid("execute_on", _("This day lies in the past."), field="execute_on")
    own = CompanyBankAccount.objects.filter(company=company, pk=bank_account_id, is_active=True).first()
    if own is None:
        raise Invalid("bank_account", _("Choose one of our accounts."), field="bank_account")
    refunds = [in_state(company, pk, [State.APPROVED], "not_approved") for pk in ids]
    for made in refunds:
        if made.item.currency != own.currency:
            sentence = _("All refunds of a file are in the currency of our account: %(currency)s.")
            raise Invalid("bank_account", sentence % {"currency": own.currency}, field="bank_account")
        check_account(made)
    order = _order(company, own, refunds, execute_on, at)
    files = [
        NewFile(name=f"{order.message_id}.xml", media_type="application/xml", content=as_xml(order)),
        NewFile(name=f"{order.message_id}.csv", media_type="text/csv", content=as_csv(order)),
    ]
    xml, table = store(company, files, by=by)
    payout = Payout.objects.create(
        company=company, message_id=order.message_id, bank_account=own, execute_on=execute_on, currency=own.currency,
        total=order.total, count=len(refunds), xml=xml, csv=table, made_by=by,
    )  # fmt: skip
    for made in refunds:
        made.state, made.payout = State.ORDERED, payout
        made.save(update_fields=["state", "payout"])
    after = {"message_id": order.message_id, "refunds": ids, "total": order.total, "sha256": xml.sha256}
    audit.record(by=by, verb="payout.make", obj=payout, after=after)
    return payout


@book_transaction
def pay_refund(company: Company, refund_id: int, *, on: date, by: User) -> Posted:
    """The bank has paid it on `on`: it enters the book and settles its part of the credit, at the rate of that day.

    Raises NotFound, MissingRate, Refused (not_ordered, before_posting, period_closed).
    """
    item_id = Refund.objects.filter(company=company, pk=refund_id).values_list("item_id", flat=True).first()
    if item_id is None:
        raise NotFound("not_found", _("There is no such refund."))
    lock(company, dates=[on], items=[item_id])
    made = in_state(company, refund_id, [State.ORDERED], "not_ordered")
    item = locked_credit(company, item_id)
    if on < item.posted_on:
        raise Refused("before_posting", _("Nothing is paid back before it came in."), field="on")
    posted = post_documents(company, [document_of(made, on)], by=by, verb="refund.pay")[0]
    made.state, made.document_id = State.PAID, posted.document_id
    made.save(update_fields=["state", "document"])
    pair = Pair(item.pk, posted.item_ids[0], made.amount)
    apply(company, [pair], effective_on=on, by=by, policy="refund", verb="refund.pay", reason=made.reason)
    after = {"state": made.state, "number": posted.number, "on": on}
    audit.record(by=by, verb="refund.pay", obj=made, after=after)
    return posted


@book_transaction
def pay_all(company: Company, payout_id: int, *, on: date, by: User) -> list[Posted]:
    """All that is still ordered by a file was paid on `on`. Raises Refused("nothing_ordered"), and as above."""
    rows = Refund.objects.filter(company=company, payout=payout_id, state=State.ORDERED).order_by("item_id", "pk")
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        raise Refused("nothing_ordered", _("Nothing of this file waits to be paid."))
    return [pay_refund(company, pk, on=on, by=by) for pk in ids]


@book_transaction
def fail_refund(company: Company, refund_id: int, *, by: User, reason: str) -> Refund:
    """The bank did not carry it out: the credit is free again, and may be asked for anew.

    Raises NotFound, Refused("not_ordered").
    """
    made = in_state(company, refund_id, [State.ORDERED], "not_ordered")
    return end_refund(made, State.FAILED, by, reason, "refund.fail")


@book_transaction
def return_refund(company: Company, refund_id: int, *, on: date, by: User, reason: str) -> Posted:
    """The money came back: the refund leaves the book as of `on`, and the credit is open as before.

    Raises NotFound, Refused (not_paid, moved, before_posting, period_closed).
    """
    made = in_state(company, refund_id, [State.PAID], "not_paid")
    assert made.document_id is not None, "what is paid has a document"
    if not settles(made).exists():
        raise Refused("moved", _("This refund does not settle its credit any more. Apply it to the credit first."))
    mirror = reverse_document(company, made.document_id, posted_on=on, by=by, reason=reason, verb="refund.return")
    end_refund(made, State.RETURNED, by, reason, "refund.return")
    return mirror


def settles(made: Refund) -> QuerySet[Entry]:
    """The live entries by which a paid refund settles its credit."""
    rows = Entry.objects.filter(item=made.item_id, counter_item__document=made.document_id)
    return rows.filter(reverses=None, reversed_by=None)


def document_of(made: Refund, on: date) -> NewDocument:
    """What paying it on that day puts into the book."""
    item = made.item
    return NewDocument(
        kind="refund",
        customer_id=item.customer_id,
        currency=item.currency,
        rate=rate_on(made.company, item.currency, on),
        document_on=on,
        posted_on=on,
        reference=item.document.number,
        memo=made.reason,
        items=[NewItem(account=item.account.role, amount=made.amount, due_on=on)],
        lines=[NewLine(account="bank", amount=-made.amount)],
    )


def _order(
    company: Company, own: CompanyBankAccount, refunds: Sequence[Refund], execute_on: date, at: datetime
) -> Order:
    transfers = [
        Transfer(
            end_to_end_id=f"RF-{made.pk}",
            amount=format_amount(made.amount, own.currency),
            creditor=Party(
                name=made.account.holder,
                account_no=made.account.account_no,
                bank=made.account.bank,
                bic=made.account.bic,
            ),
            words=f"{made.item.document.number} {made.reason}",
        )
        for made in refunds
    ]
    debtor = Party(name=own.name or company.name, account_no=own.account_no, bank=own.bank, bic=own.bic)
    return Order(
        message_id=f"RF{at:%Y%m%d}{uuid4().hex[:20]}".upper(),
        made_at=at,
        execute_on=execute_on,
        currency=own.currency,
        debtor=debtor,
        transfers=transfers,
    )
