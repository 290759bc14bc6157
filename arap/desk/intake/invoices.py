"""Invoices and credit notes out of a file: a row for each line, those of one number together, numbers kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arap.core.errors import Invalid
from arap.core.models import Company, TaxCode, User
from arap.core.money import ZERO
from arap.core.queries import rate_histories
from arap.core.rates import rate_from
from arap.desk.exports.invoices import invoice_cells
from arap.desk.intake.applying import Claim, Claims, apply_claims
from arap.desk.intake.outcome import Fate, OpenDays, Outcome, conflict, difference
from arap.desk.mapping import Reading, Row
from arap.ledger.actions import book_transaction, lock
from customers.models import Customer, PaymentTerms
from invoices.actions import Draft, DraftLine, create_drafts, post_invoices
from invoices.actions.drafts import judge_drafts
from invoices.models import Invoice
from invoices.rules import document_amounts, line_amounts

BATCH = 2000
FOLLOWS_INVOICE = "credit_note"
# What each row of a document repeats; the rest belongs to a line.
SHARED = (
    "customer_code", "currency", "rate", "issued_on", "due_on", "terms", "instalments", "reference", "order_number",
    "buyer_reference", "contract_number", "delivered_on", "period_from", "period_to", "memo", "credits",
)  # fmt: skip


# What posting fills where the file says nothing.
DERIVED = (
    "currency", "rate", "due_on", "terms", "instalments", "contract_number", "quantity", "discount_percent", "tax_rate",
    "price_is",
)  # fmt: skip


class _Masters:
    """What the rows refer to, read once."""

    def __init__(self, company: Company, kind: str, rows: Sequence[Row]) -> None:
        self.company, self.kind = company, kind
        codes = list({str(row.values["customer_code"]) for row in rows})
        found = Customer.objects.filter(company=company)
        self.customers: dict[str, Customer] = {}
        for at in range(0, len(codes), BATCH):
            self.customers.update((each.code, each) for each in found.filter(code__in=codes[at : at + BATCH]))
        self.terms = dict(PaymentTerms.objects.filter(company=company).values_list("code", "pk"))
        self.tax_codes = {code.code: code for code in TaxCode.objects.filter(company=company)}
        self.rates = rate_histories(company)
        self.days = OpenDays(company)
        self.known = _known(company, kind, [str(row.values["number"]) for row in rows])


def _known(company: Company, kind: str, numbers: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Number -> the rows of the documents that the book has."""
    known: dict[str, list[dict[str, Any]]] = {}
    related = ("customer", "document", "terms", "credits__document")
    found = Invoice.objects.filter(company=company, kind=kind).select_related(*related)
    distinct = list(dict.fromkeys(numbers))
    for at in range(0, len(distinct), BATCH):
        some = found.filter(document__kind=kind, document__number__in=distinct[at : at + BATCH])
        for invoice in some.prefetch_related("lines__tax_code", "instalments"):
            assert invoice.document is not None, "found by it"
            known[invoice.document.number] = list(invoice_cells(invoice))
    return known


def judge(
    company: Company, reading: Reading, rows: Sequence[Row], *, kind: str, torn: Iterable[str] = ()
) -> list[Outcome]:
    """What becomes of each document. `torn` are numbers of which a row cannot be read: they are left out whole."""
    masters = _Masters(company, kind, rows)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[str(row.values["number"])].append(row)
    incomplete = set(torn)
    outcomes, drafts = [], []
    for number, group in groups.items():
        outcome = _outcome(kind, number, group)
        outcomes.append(outcome)
        if number in incomplete:
            outcome.reject("", _("Another row of this document cannot be read."))
        elif number in masters.known:
            _compare(outcome, group, masters.known[number], reading)
        else:
            try:
                outcome.made = _draft(group, masters)
                drafts.append((outcome, group))
            except Invalid as fault:
                _refuse(outcome, group, fault, reading)
    _judge_drafts(company, drafts, masters, reading)
    if kind == Invoice.Kind.CREDIT_NOTE:
        _judge_credits(company, outcomes, groups, reading, masters)
    return outcomes


def _outcome(kind: str, number: str, group: Sequence[Row]) -> Outcome:
    values = group[0].values
    return Outcome(
        rows=[row.number for row in group],
        kind=kind,
        number=number,
        customer_code=values["customer_code"],
        currency=values.get("currency") or "",
        issued_on=values["issued_on"],
        due_on=values.get("due_on"),
    )


def _refuse(outcome: Outcome, group: Sequence[Row], fault: Invalid, reading: Reading) -> None:
    line = fault.facts.get("line")
    row = group[line - 1].number if isinstance(line, int) and line <= len(group) else 0
    outcome.reject(reading.header_of(str(fault.facts.get("field", ""))), fault.message, row=row)


def _compare(outcome: Outcome, group: Sequence[Row], known: list[dict[str, Any]], reading: Reading) -> None:
    names = [name for name in reading.headers if name not in ("number", "credits")]
    field = difference(known, [row.values for row in group], names, derived=DERIVED)
    if field is None:
        outcome.fate = Fate.SKIPPED.value
    else:
        outcome.reject(reading.header_of(field or "number"), conflict(known[0].get(field) if field else None))


def _draft(group: Sequence[Row], masters: _Masters) -> Draft:
    """The document that the rows mean. Raises Invalid (facts: field, line)."""
    head = group[0].values
    for line, row in enumerate(group, start=1):
        for name in SHARED:
            if row.values.get(name) != head.get(name):
                text = _("It differs from row %(row)d of the same number.") % {"row": group[0].number}
                raise Invalid("rows_differ", text, field=name, line=line)
    customer = masters.customers.get(head["customer_code"])
    if customer is None:
        text = _("There is no customer “%(code)s”.") % {"code": head["customer_code"]}
        raise Invalid("unknown_customer", text, field="customer_code")
    currency = head.get("currency") or customer.currency
    lines = [_line(row.values, masters, at) for at, row in enumerate(group, start=1)]
    return Draft(
        customer_id=customer.pk,
        currency=currency,
        issued_on=head["issued_on"],
        lines=lines,
        kind=masters.kind,
        terms_id=_terms(head.get("terms"), masters),
        instalments=_instalments(head, lines, currency, masters),
        rate=_rate(head, currency, masters),
        reference=head.get("reference") or "",
        order_number=head.get("order_number") or "",
        buyer_reference=head.get("buyer_reference") or "",
        contract_number=head.get("contract_number") or "",
        memo=head.get("memo") or "",
        delivered_on=head.get("delivered_on"),
        period_from=head.get("period_from"),
        period_to=head.get("period_to"),
    )


def _rate(head: dict[str, Any], currency: str, masters: _Masters) -> Decimal | None:
    day: date = head["issued_on"]
    rate: Decimal | None = head.get("rate")
    if masters.days.first(day) is None:
        text = _("No accounting period is open on its day or after it.")
        raise Invalid("period_closed", text, field="issued_on")
    if currency == masters.company.base_currency:
        if rate not in (None, 1):
            raise Invalid("rate", _("The rate of the company’s own currency is 1."), field="rate")
    elif rate is None and rate_from(masters.rates.get(currency, ()), day) is None:
        text = _("There is no exchange rate for %(currency)s on %(on)s.")
        raise Invalid("missing_rate", text % {"currency": currency, "on": day.isoformat()}, field="issued_on")
    return rate


def _line(values: dict[str, Any], masters: _Masters, at: int) -> DraftLine:
    code = None
    if values.get("tax_code"):
        code = masters.tax_codes.get(values["tax_code"])
        if code is None:
            text = _("There is no tax code “%(code)s”.") % {"code": values["tax_code"]}
            raise Invalid("unknown_tax_code", text, field="tax_code", line=at)
    return DraftLine(
        unit_price=values["unit_price"],
        quantity=Decimal(1) if values.get("quantity") is None else values["quantity"],
        description=values.get("description") or "",
        description_local=values.get("description_local") or "",
        unit=values.get("unit") or "",
        discount_percent=values.get("discount_percent") or ZERO,
        tax_code_id=code.pk if code else None,
        tax_rate=values.get("tax_rate"),
        entry=values.get("price_is") or "net",
    )


def _terms(code: str | None, masters: _Masters) -> int | None:
    if not code:
        return None
    if code not in masters.terms:
        raise Invalid("unknown_terms", _("There are no payment terms “%(text)s”.") % {"text": code}, field="terms")
    return masters.terms[code]


def _instalments(
    head: dict[str, Any], lines: Sequence[DraftLine], currency: str, masters: _Masters
) -> list[tuple[date, Decimal]]:
    if head.get("instalments"):
        return [_instalment(part) for part in head["instalments"].split(";") if part.strip()]
    if not head.get("due_on"):
        return []
    codes = {code.pk: code.rate for code in masters.tax_codes.values()}
    amounts = (
        line_amounts(
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            tax_rate=codes.get(line.tax_code_id or 0, ZERO) if line.tax_rate is None else line.tax_rate,
            entry=line.entry,
            currency=currency,
        )
        for line in lines
    )
    total = document_amounts(amounts).gross
    return [(head["due_on"], total)] if total else []


def _instalment(text: str) -> tuple[date, Decimal]:
    day, _blank, amount = text.strip().partition(" ")
    try:
        return date.fromisoformat(day), Decimal(amount.strip())
    except (ValueError, ArithmeticError):
        told = _("“%(text)s” is not a day and an amount, such as 2026-01-31 100.00.") % {"text": text.strip()[:40]}
        raise Invalid("instalment", told, field="instalments") from None


def _judge_drafts(
    company: Company, drafts: Sequence[tuple[Outcome, Sequence[Row]]], masters: _Masters, reading: Reading
) -> None:
    judged = judge_drafts(company, [outcome.made for outcome, _group in drafts])
    columns = {"customer": "customer_code", "lines": "number"}
    for (outcome, group), invoice in zip(drafts, judged, strict=True):
        if isinstance(invoice, Invalid):
            invoice.facts["field"] = columns.get(str(invoice.facts["field"]), invoice.facts["field"])
            _refuse(outcome, group, invoice, reading)
            continue
        outcome.customer_name, outcome.currency, outcome.amount = (
            invoice.customer.name, invoice.currency, invoice.total,
        )  # fmt: skip
        if invoice.total <= 0:
            outcome.reject(reading.header_of("unit_price"), _("Only a total above zero can be posted."))


def _judge_credits(
    company: Company,
    outcomes: Sequence[Outcome],
    groups: dict[str, list[Row]],
    reading: Reading,
    masters: _Masters,
) -> None:
    """Hold what each credit note credits against what is open of it: the rest stays as the customer's credit."""
    wanted = {each.number: groups[each.number][0].values.get("credits") for each in outcomes if each.waits}
    claims = Claims(company, [number for number in wanted.values() if number])
    for each in outcomes:
        number = wanted.get(each.number)
        if not each.waits or not number:
            continue
        customer = masters.customers[each.customer_code]
        if not claims.knows(number):
            text = _("There is no invoice “%(number)s” in the book.") % {"number": number}
            each.reject(reading.header_of("credits"), text)
            continue
        found = claims.take(number, None, customer=customer, currency=each.currency, most=each.amount or ZERO)
        each.made = (each.made, found)


@book_transaction
def write(company: Company, outcomes: Sequence[Outcome], *, by: User | None) -> None:
    """Draft and post the documents under their own numbers, all or none. Raises Refused and Invalid."""
    made: list[tuple[Draft, list[Claim]]] = [
        each.made if isinstance(each.made, tuple) else (each.made, []) for each in outcomes
    ]
    items = sorted({claim.item_id for _draft, claims in made for claim in claims})
    lock(company, dates={each.issued_on for each in outcomes if each.issued_on}, items=items)
    drafts = create_drafts(company, [draft for draft, _claims in made], by=by)
    numbers = {draft.pk: each.number for draft, each in zip(drafts, outcomes, strict=True)}
    posted = {each.invoice_id: each for each in post_invoices(company, list(numbers), numbers=numbers, by=by)}
    claims: list[tuple[int, list[Claim]]] = [
        (posted[draft.pk].document_id, found) for draft, (_draft, found) in zip(drafts, made, strict=True) if found
    ]
    apply_claims(company, claims, policy=FOLLOWS_INVOICE, by=by)
