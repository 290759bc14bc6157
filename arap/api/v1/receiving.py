"""Money in: recorded, confirmed, applied, taken back."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.api.errors import invalid
from arap.api.operations import Answer, Call, operation
from arap.api.records import Many, Problem, Record
from arap.api.shapes import Choice, Day, Figure, Flag, Id, Money, Number, Text
from arap.api.v1.customers import CURRENCY, customer_of
from arap.api.v1.receipts import RECEIPT, shown
from arap.core.errors import Forbidden
from arap.core.models import CompanyBankAccount
from receipts.actions import (
    NewReceipt,
    ReceiptApplied,
    apply_receipt,
    auto_apply_receipt,
    confirm_receipt,
    identify_receipt,
    receive,
    reject_receipt,
    reverse_receipt,
    unapply_receipt,
)
from receipts.models import Receipt

DOCUMENTS_MAX = 1_000

NEW_RECEIPT = Record(
    "NewReceipt",
    {
        "amount": Money(above_zero=True),
        "currency": Text(3, pattern=CURRENCY),
        "received_on": Day(),
        "customer": Text(60, null=True, default=None, about=gettext_lazy("The payer's code; null while unknown.")),
        "method": Choice(Receipt.Method.values, default="bank_transfer"),
        "bank_account": Text(60, null=True, default=None, about=gettext_lazy("Number of our account.")),
        "payer_name": Text(200, default=""),
        "payer_account": Text(60, default=""),
        "remittance": Text(500, default=""),
        "rate": Number(10, 10, null=True, above_zero=True, default=None, about=gettext_lazy("Else that of the day.")),
        "posted_on": Day(null=True, default=None),
        "apply_to": Many(
            Record("ApplyToDocument", {"number": Text(60, least=1), "amount": Money(above_zero=True)}),
            DOCUMENTS_MAX,
            default=(),
            about=gettext_lazy("Documents that it pays, at once. Needs the scope receipt.apply, too."),
        ),
        "auto": Flag(
            default=False,
            about=gettext_lazy("Or apply it by the best proposal. Needs the scope receipt.apply, too."),
        ),
    },
)
ENTRY = Record(
    "AppliedEntry",
    {
        "entry_id": Id(),
        "item_id": Id(),
        "document": Text(60),
        "amount": Figure(about=gettext_lazy("Below zero where it was undone.")),
        "effective_on": Day(),
    },
)
DONE = Record(
    "ReceiptApplied",
    {
        "receipt_id": Id(),
        "number": Text(60, null=True),
        "currency": Text(3),
        "entries": Many(ENTRY, 10_000),
        "remaining": Figure(about=gettext_lazy("What is left of the receipt.")),
    },
)
RECORDED = Record("RecordedReceipt", {"receipt": RECEIPT, "applied": DONE})
APPLY = Record(
    "ApplyReceipt",
    {
        "amounts": Many(
            Record("ApplyToItem", {"item_id": Id(), "amount": Money(above_zero=True)}),
            DOCUMENTS_MAX,
            default=(),
            about=gettext_lazy("How much of each open item is settled; credit notes among them pay first."),
        ),
        "auto": Flag(default=False, about=gettext_lazy("Or the best proposal.")),
        "effective_on": Day(null=True, default=None, about=gettext_lazy("Else today.")),
        "reason": Text(200, default=""),
    },
)
UNAPPLY = Record(
    "UnapplyReceipt",
    {
        "numbers": Many(
            Text(60, least=1), DOCUMENTS_MAX, null=True, default=None, about=gettext_lazy("Else all of it is undone.")
        ),
        "effective_on": Day(null=True, default=None, about=gettext_lazy("Else today.")),
        "reason": Text(200, least=1),
    },
)
REVERSE = Record(
    "ReverseReceipt",
    {"on": Day(null=True, default=None, about=gettext_lazy("Else today.")), "reason": Text(200, least=1)},
)
IDENTIFY = Record(
    "IdentifyReceipt",
    {
        "customer": Text(60, least=1, about=gettext_lazy("The customer's code.")),
        "amount": Money(null=True, above_zero=True, default=None, about=gettext_lazy("Else all that is left.")),
        "on": Day(null=True, default=None, about=gettext_lazy("Else today.")),
    },
)
REJECT = Record("RejectReceipt", {"reason": Text(200, least=1)})


@operation(
    "POST",
    "receipts/",
    "receipt.record",
    summary=gettext_lazy("Record money in, and apply it if you like"),
    about=gettext_lazy("An amount above the company's limit waits for a second person."),
    body=NEW_RECEIPT,
    answer=RECORDED,
    status=201,
)
def receipts_create(call: Call) -> Answer:
    body = call.body
    apply_to = _by_number(body["apply_to"])
    if body["auto"] and apply_to:
        raise invalid([Problem(_("Either name documents or take the best proposal."), "auto")])
    if (body["auto"] or apply_to) and "receipt.apply" not in call.verbs:
        raise Forbidden("forbidden", gettext_lazy("This token may record receipts, not apply them."))
    done = receive(call.company, _new(call), by=call.user, apply_to=apply_to, auto=body["auto"])
    told = _receipt(call, done.receipt_id)
    return Answer(
        {"receipt": told, "applied": _applied(done, told["currency"])}, 201, f"/api/v1/receipts/{done.receipt_id}/"
    )


@operation(
    "POST",
    "receipts/{id}/confirm/",
    "receipt.confirm",
    summary=gettext_lazy("Confirm a receipt that somebody else recorded"),
    answer=RECEIPT,
)
def receipts_confirm(call: Call) -> Answer:
    receipt = call.row(Receipt)
    confirm_receipt(call.company, receipt.pk, by=call.user)
    return Answer(_receipt(call, receipt.pk))


@operation(
    "POST",
    "receipts/{id}/reject/",
    "receipt.confirm",
    summary=gettext_lazy("Refuse to confirm a receipt: it never enters the book"),
    body=REJECT,
    answer=RECEIPT,
)
def receipts_reject(call: Call) -> Answer:
    receipt = call.row(Receipt)
    reject_receipt(call.company, receipt.pk, by=call.user, reason=call.body["reason"])
    return Answer(_receipt(call, receipt.pk))


@operation(
    "POST",
    "receipts/{id}/apply/",
    "receipt.apply",
    summary=gettext_lazy("Apply a receipt to open items"),
    body=APPLY,
    answer=DONE,
)
def receipts_apply(call: Call) -> Answer:
    receipt, body = call.row(Receipt), call.body
    on = body["effective_on"] or call.today
    if body["auto"] == bool(body["amounts"]):
        raise invalid([Problem(_("Either name amounts or take the best proposal."), "amounts")])
    if body["auto"]:
        done = auto_apply_receipt(call.company, receipt.pk, effective_on=on, by=call.user)
    else:
        amounts = _by_item(body["amounts"])
        done = apply_receipt(call.company, receipt.pk, amounts, effective_on=on, by=call.user, reason=body["reason"])
    return Answer(_applied(done, receipt.currency))


@operation(
    "POST",
    "receipts/{id}/unapply/",
    "receipt.unapply",
    summary=gettext_lazy("Undo what a receipt was applied to, all or some of it"),
    body=UNAPPLY,
    answer=DONE,
)
def receipts_unapply(call: Call) -> Answer:
    receipt, body = call.row(Receipt), call.body
    done = unapply_receipt(
        call.company,
        receipt.pk,
        effective_on=body["effective_on"] or call.today,
        by=call.user,
        numbers=body["numbers"],
        reason=body["reason"],
    )
    return Answer(_applied(done, receipt.currency))


@operation(
    "POST",
    "receipts/{id}/reverse/",
    "receipt.reverse",
    summary=gettext_lazy("Take a receipt out of the book: the money was returned"),
    body=REVERSE,
    answer=RECEIPT,
)
def receipts_reverse(call: Call) -> Answer:
    receipt, body = call.row(Receipt), call.body
    reverse_receipt(call.company, receipt.pk, on=body["on"] or call.today, by=call.user, reason=body["reason"])
    return Answer(_receipt(call, receipt.pk))


@operation(
    "POST",
    "receipts/{id}/identify/",
    "receipt.identify",
    summary=gettext_lazy("Say whose unidentified money is"),
    body=IDENTIFY,
    answer=RECEIPT,
)
def receipts_identify(call: Call) -> Answer:
    receipt, body = call.row(Receipt), call.body
    payer = customer_of(call, body["customer"])
    on = body["on"] or call.today
    identify_receipt(call.company, receipt.pk, payer.pk, on=on, by=call.user, amount=body["amount"])
    return Answer(_receipt(call, receipt.pk))


def _new(call: Call) -> NewReceipt:
    body = call.body
    on: date = body["received_on"]
    return NewReceipt(
        amount=body["amount"],
        currency=body["currency"],
        received_on=on,
        customer_id=customer_of(call, body["customer"]).pk if body["customer"] else None,
        method=body["method"],
        bank_account_id=_bank_account(call),
        payer_name=body["payer_name"],
        payer_account=body["payer_account"],
        remittance=body["remittance"],
        rate=body["rate"],
        posted_on=body["posted_on"],
    )


def _bank_account(call: Call) -> int | None:
    number = call.body["bank_account"]
    if not number:
        return None
    ours = CompanyBankAccount.objects.filter(
        company=call.company, account_no=number, currency=call.body["currency"], is_active=True
    )
    pk = ours.values_list("pk", flat=True).first()
    if pk is None:
        raise invalid([Problem(_("We have no such account in this currency."), "bank_account")])
    return pk


def _by_number(given: list[dict[str, Any]]) -> dict[str, Decimal]:
    amounts = {one["number"]: one["amount"] for one in given}
    if len(amounts) != len(given):
        raise invalid([Problem(_("Name each document once."), "apply_to")])
    return amounts


def _by_item(given: list[dict[str, Any]]) -> dict[int, Decimal]:
    amounts = {one["item_id"]: one["amount"] for one in given}
    if len(amounts) != len(given):
        raise invalid([Problem(_("Name each item once."), "amounts")])
    return amounts


def _receipt(call: Call, pk: int) -> dict[str, Any]:
    found = Receipt.objects.select_related("customer", "document")
    return shown([found.get(company=call.company, pk=pk)])[0]


def _applied(done: ReceiptApplied, currency: str) -> dict[str, Any]:
    return {
        "receipt_id": done.receipt_id,
        "number": done.number,
        "currency": currency,
        "entries": [{name: entry[name] for name in ENTRY.fields} for entry in done.entries],
        "remaining": done.remaining,
    }
