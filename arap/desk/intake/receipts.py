"""Receipts out of a file: each keeps its number and is applied to the documents that its row names."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from arap.core.errors import Invalid
from arap.core.models import Company, CompanyBankAccount, User
from arap.desk.exports.receipts import HEADS, receipt_cells
from arap.desk.intake.applying import Claim, Claims, apply_claims
from arap.desk.intake.outcome import Fate, OpenDays, Outcome, conflict, difference
from arap.desk.mapping import Reading, Row
from arap.ledger.actions import book_transaction, lock
from customers.models import Customer
from receipts.actions import NewReceipt, record_receipts
from receipts.actions.recording import judge_receipts
from receipts.models import Receipt

BATCH = 2000
POLICY = "import"
DERIVED = ("currency", "rate", "method")
COLUMNS = {"customer": "customer_code"}


class _Masters:
    """What the rows refer to, read once."""

    def __init__(self, company: Company, rows: Sequence[Row]) -> None:
        self.company = company
        codes = list({str(row.values["customer_code"]) for row in rows if row.values.get("customer_code")})
        numbers = [str(row.values["number"]) for row in rows]
        self.customers: dict[str, Customer] = {}
        self.known: dict[str, list[dict[str, Any]]] = {}
        theirs = Receipt.objects.filter(company=company).select_related("customer", "document", "bank_account")
        for at in range(0, len(codes), BATCH):
            some = Customer.objects.filter(company=company, code__in=codes[at : at + BATCH])
            self.customers.update((each.code, each) for each in some)
        for at in range(0, len(numbers), BATCH):
            for receipt in theirs.filter(document__kind="receipt", document__number__in=numbers[at : at + BATCH]):
                assert receipt.document is not None, "found by it"
                self.known[receipt.document.number] = [dict(zip(HEADS, receipt_cells(receipt, ""), strict=True))]
        accounts = CompanyBankAccount.objects.filter(company=company)
        self.accounts = {(each.account_no, each.currency): each.pk for each in accounts}
        self.days = OpenDays(company)
        self.claims = Claims(company, [number for row in rows for number, _amount in _parts(row)])


def judge(company: Company, reading: Reading, rows: Sequence[Row]) -> list[Outcome]:
    """What becomes of each row."""
    masters = _Masters(company, rows)
    first: dict[str, int] = {}
    outcomes: list[Outcome] = []
    new: list[tuple[Outcome, Row, NewReceipt]] = []
    for row in rows:
        outcome = _outcome(row, masters)
        outcomes.append(outcome)
        if outcome.number in first:
            text = _("The number stands in row %(row)d already.") % {"row": first[outcome.number]}
            outcome.reject(reading.header_of("number"), text)
            continue
        first[outcome.number] = row.number
        if outcome.number in masters.known:
            _compare(outcome, row, masters.known[outcome.number], reading)
            continue
        try:
            new.append((outcome, row, _receipt(row, masters)))
        except Invalid as error:
            outcome.reject(reading.header_of(str(error.facts.get("field", ""))), error.message)
    for (outcome, row, receipt), fault in zip(new, judge_receipts(company, [each[2] for each in new]), strict=True):
        if fault is None:
            _claim(outcome, row, receipt, masters, reading)
        else:
            name = str(fault.facts.get("field", "received_on"))
            outcome.reject(reading.header_of(COLUMNS.get(name, name)), fault.message)
    return outcomes


def _outcome(row: Row, masters: _Masters) -> Outcome:
    values = row.values
    customer = masters.customers.get(values.get("customer_code") or "")
    return Outcome(
        rows=[row.number],
        kind="receipt",
        number=values["number"],
        customer_code=values.get("customer_code") or "",
        customer_name=customer.name if customer else values.get("payer_name") or "",
        currency=values.get("currency") or "",
        amount=values["amount"],
        issued_on=values["received_on"],
    )


def _compare(outcome: Outcome, row: Row, known: list[dict[str, Any]], reading: Reading) -> None:
    # What it is applied to may have changed here since.
    names = [name for name in reading.headers if name not in ("number", "applied_to")]
    field = difference(known, [row.values], names, derived=DERIVED)
    if field is None:
        outcome.fate = Fate.SKIPPED.value
    else:
        outcome.reject(reading.header_of(field), conflict(known[0].get(field)))


def _receipt(row: Row, masters: _Masters) -> NewReceipt:
    """Raises Invalid (facts: field)."""
    values, company = row.values, masters.company
    code = values.get("customer_code")
    customer = masters.customers.get(code) if code else None
    if code and customer is None:
        raise Invalid("unknown_customer", _("There is no customer “%(code)s”.") % {"code": code}, field="customer_code")
    currency = values.get("currency") or (customer.currency if customer else company.base_currency)
    account = values.get("bank_account")
    if account and (account, currency) not in masters.accounts:
        text = _("We have no account “%(number)s” in %(currency)s.") % {"number": account, "currency": currency}
        raise Invalid("unknown_account", text, field="bank_account")
    day = values["received_on"]
    if masters.days.first(day) != day:
        text = _("The period of %(day)s is closed.") % {"day": day.isoformat()}
        raise Invalid("period_closed", text, field="received_on")
    return NewReceipt(
        number=values["number"],
        amount=values["amount"],
        currency=currency,
        received_on=day,
        customer_id=customer.pk if customer else None,
        method=values.get("method") or Receipt.Method.BANK_TRANSFER.value,
        bank_account_id=masters.accounts[account, currency] if account else None,
        payer_name=values.get("payer_name") or "",
        payer_account=values.get("payer_account") or "",
        remittance=values.get("remittance") or "",
        rate=values.get("rate"),
    )


def _parts(row: Row) -> list[tuple[str, str]]:
    """The documents that a row names, with the amount as it stands there: "INV-1=100.00; INV-2"."""
    text = row.values.get("applied_to") or ""
    pieces = [piece.strip().rpartition("=") if "=" in piece else (piece.strip(), "", "") for piece in text.split(";")]
    return [(number.strip(), amount.strip()) for number, _equals, amount in pieces if number]


def _claim(outcome: Outcome, row: Row, receipt: NewReceipt, masters: _Masters, reading: Reading) -> None:
    """Hold what the receipt is to be applied to."""
    outcome.currency = receipt.currency
    claims: list[Claim] = []
    left = receipt.amount
    try:
        for number, text in _parts(row):
            customer = masters.customers.get(outcome.customer_code)
            if customer is None:
                raise Invalid("unidentified", _("Money can be applied when its payer is known."))
            amount = _amount(text) if text else None
            found = masters.claims.take(number, amount, customer=customer, currency=receipt.currency, most=left)
            left -= sum(claim.amount for claim in found)
            if not found or left < 0:
                text = _("More is to be applied than the receipt has, or nothing is open of %(number)s.")
                raise Invalid("over_applied", text % {"number": number})
            claims += found
    except Invalid as fault:
        outcome.reject(reading.header_of("applied_to"), fault.message)
        return
    outcome.made = (receipt, claims)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Invalid("amount", _("“%(text)s” is not an amount.") % {"text": text[:40]}) from None
    if not amount.is_finite():
        raise Invalid("amount", _("“%(text)s” is not an amount.") % {"text": text[:40]})
    return amount


@book_transaction
def write(company: Company, outcomes: Sequence[Outcome], *, by: User | None) -> None:
    """Record the receipts under their own numbers and apply them, all or none. Raises Refused and Invalid."""
    made: list[tuple[NewReceipt, list[Claim]]] = [each.made for each in outcomes]
    days = {receipt.received_on for receipt, _claims in made}
    lock(company, dates=days, items=sorted({claim.item_id for _receipt, claims in made for claim in claims}))
    recorded = record_receipts(company, [receipt for receipt, _claims in made], by=by)
    settled = []
    for each, (_receipt, claims) in zip(recorded, made, strict=True):
        if claims:
            assert each.document_id is not None, "judge leaves out what has to be confirmed"
            settled.append((each.document_id, claims))
    apply_claims(company, settled, policy=POLICY, by=by)
