"""Drafts: entered, changed and thrown away freely; nothing is owed yet."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, NotFound, Refused
from arap.core.idempotency import idempotent
from arap.core.models import Company, TaxCode, User
from arap.core.money import AMOUNT_LIMIT, CURRENCIES, ZERO, is_exact
from customers.models import Contract, Customer, PaymentTerms
from customers.queries import contracts_of, why_nothing_new
from customers.rules import contract_for, parse_terms
from customers.rules import instalments as instalments_of
from invoices.actions import storing
from invoices.actions.adding import why_not_added
from invoices.actions.entered import Draft, DraftLine
from invoices.models import Invoice, InvoiceFile, InvoiceInstalment, InvoiceLine
from invoices.rules import Amounts, document_amounts, line_amounts
from invoices.units import unit_code

LINES_MAX = 2_000  # what a Chinese e-invoice holds

# The fields of a draft that are taken over as they are entered.
PLAIN = (
    "kind", "currency", "rate", "issued_on", "reference", "order_number", "buyer_reference", "contract_number",
    "delivered_on", "period_from", "period_to", "memo",
)  # fmt: skip
AUDITED = (*PLAIN, "customer", "terms", "contract", "total")


KINDS = frozenset(Invoice.Kind.values)


@dataclass(frozen=True, slots=True)
class _Masters:
    """What drafts refer to, read once for a whole batch."""

    customers: Mapping[int, Customer]
    terms: Mapping[int, PaymentTerms]
    tax_codes: Mapping[int, TaxCode]
    contracts: Mapping[int, Sequence[Contract]]
    invoices: Mapping[int, Invoice]


def create_draft(company: Company, draft: Draft, *, by: User | None) -> Invoice:
    """Create one draft. Raises as create_drafts."""
    return create_drafts(company, [draft], by=by)[0]


@transaction.atomic
def create_drafts(company: Company, drafts: Sequence[Draft], *, by: User | None) -> list[Invoice]:
    """Create the drafts with their lines and instalments, all or none, in multi-row statements.

    Raises Invalid (facts: field, draft = place in `drafts`, line = its number) for an unknown customer, terms, tax
    code or currency, for too many or no lines or too large amounts, for a period that ends before it begins, for
    instalments that do not sum to the total or fall due before issue, and for a debit note that adds to nothing posted
    of its customer and currency.
    """
    masters = _masters(company, drafts)
    ids = storing.take_ids(len(drafts))
    invoices: list[Invoice] = []
    rows: list[storing.Row] = []
    parts = storing.Parts([], [])
    for at, (pk, draft) in enumerate(zip(ids, drafts, strict=True)):
        invoice = Invoice(id=pk, company=company, created_by=by)
        _fill(invoice, draft, masters, at, parts)
        invoice._state.adding = False  # it will be there
        invoices.append(invoice)
        rows.append(storing.row_of(invoice, (*PLAIN, "total")))
    storing.store(company, rows, parts, by=by)
    return invoices


def work_out(company: Company, draft: Draft) -> tuple[Invoice, list[InvoiceLine], list[InvoiceInstalment]]:
    """The invoice that `draft` would be, with its lines and instalments; nothing is saved. Raises as create_drafts."""
    invoice = Invoice(company=company)
    parts = storing.Parts([], [])
    _fill(invoice, draft, _masters(company, [draft]), 0, parts)
    return invoice, storing.lines_of(company, parts), storing.instalments_of(company, parts)


def judge_drafts(company: Company, drafts: Sequence[Draft]) -> list[Invoice | Invalid]:
    """For each draft the invoice that it would be (unsaved), or what create_drafts would refuse of it."""
    masters = _masters(company, drafts)
    judged: list[Invoice | Invalid] = []
    for at, draft in enumerate(drafts):
        invoice = Invoice(company=company)
        try:
            _fill(invoice, draft, masters, at, storing.Parts([], []))
            judged.append(invoice)
        except Invalid as fault:
            judged.append(fault)
    return judged


def enter_draft(company: Company, draft: Draft, *, key: str, by: User | None) -> int:
    """Create one draft, once for each `key`; returns its id.

    Raises as create_drafts, and Refused("idempotency_conflict") when the key brought another draft before.
    """
    request = {"verb": "invoice.draft", "draft": asdict(draft)}
    outcome = idempotent(company, key, request, lambda: {"invoice": create_draft(company, draft, by=by).pk})
    return int(outcome.response["invoice"])


@transaction.atomic
def update_draft(company: Company, invoice_id: int, draft: Draft, *, version: int, by: User | None) -> Invoice:
    """Replace the content of a draft that is still at `version`.

    Raises NotFound, Refused("stale_draft") when somebody changed or posted it meanwhile, and Invalid as create_drafts.
    """
    invoice = _lock_draft(company, invoice_id, version)
    before = audit.snapshot(invoice, AUDITED)
    parts = storing.Parts([], [])
    _fill(invoice, draft, _masters(company, [draft]), 0, parts)
    InvoiceLine.objects.filter(invoice=invoice).delete()
    InvoiceInstalment.objects.filter(invoice=invoice).delete()
    invoice.version = F("version") + 1
    invoice.save(update_fields=["version", "net_total", "tax_total", "late_clause", "late_clause_local", *AUDITED])
    invoice.refresh_from_db(fields=["version"])
    storing.store_parts(company, parts)
    was, now = audit.difference(before, audit.snapshot(invoice, AUDITED))
    audit.record(by=by, verb="invoice.update", obj=invoice, before=was, after=now)
    return invoice


@transaction.atomic
def delete_draft(company: Company, invoice_id: int, *, version: int, by: User | None) -> None:
    """Throw a draft away. Raises NotFound and Refused("stale_draft")."""
    invoice = _lock_draft(company, invoice_id, version)
    audit.record(by=by, verb="invoice.delete", obj=invoice, before=audit.snapshot(invoice, AUDITED))
    InvoiceLine.objects.filter(invoice=invoice).delete()
    InvoiceInstalment.objects.filter(invoice=invoice).delete()
    InvoiceFile.objects.filter(invoice=invoice).delete()
    Invoice.objects.filter(pk=invoice.pk).delete()


def _lock_draft(company: Company, invoice_id: int, version: int) -> Invoice:
    invoice = Invoice.objects.select_for_update().filter(company=company, pk=invoice_id).first()
    if invoice is None:
        raise NotFound("not_found", _("There is no such invoice."))
    if invoice.state != Invoice.State.DRAFT or invoice.version != version:
        raise Refused("stale_draft", _("This draft was changed or posted meanwhile. Open it again."))
    return invoice


def _masters(company: Company, drafts: Sequence[Draft]) -> _Masters:
    customers = Customer.objects.filter(company=company, pk__in={draft.customer_id for draft in drafts})
    customers = customers.select_related("merged_into")
    by_id = {customer.pk: customer for customer in customers}
    contracts = contracts_of(company, by_id.keys())
    terms_ids = {draft.terms_id for draft in drafts} | {customer.terms_id for customer in by_id.values()}
    terms_ids |= {contract.terms_id for theirs in contracts.values() for contract in theirs}
    codes = {line.tax_code_id for draft in drafts for line in draft.lines if line.tax_code_id is not None}
    added_to = {draft.adds_to_id for draft in drafts if draft.adds_to_id is not None}
    return _Masters(
        customers=by_id,
        terms=PaymentTerms.objects.filter(company=company).in_bulk([pk for pk in terms_ids if pk is not None]),
        tax_codes=TaxCode.objects.filter(company=company).in_bulk(codes) if codes else {},
        contracts=contracts,
        invoices=Invoice.objects.filter(company=company).in_bulk(added_to) if added_to else {},
    )


def _fill(invoice: Invoice, draft: Draft, masters: _Masters, at: int, parts: storing.Parts) -> None:
    """Put the draft into `invoice` (unsaved), and its lines and instalments to `parts`."""
    _check(draft, masters, at)
    amounts = [_line(invoice, draft, line, masters, number, parts) for number, line in enumerate(draft.lines, start=1)]
    totals = document_amounts(amounts)
    for number, each in enumerate(amounts, start=1):
        if abs(each.gross) >= AMOUNT_LIMIT:
            raise _invalid(at, "unit_price", _("The amount of this line is too large."), line=number)
    if abs(totals.gross) >= AMOUNT_LIMIT:
        raise _invalid(at, "lines", _("The total is too large."))
    customer = masters.customers[draft.customer_id]
    invoice.customer = customer
    for name in PLAIN:
        setattr(invoice, name, getattr(draft, name))
    invoice.adds_to_id = draft.adds_to_id
    _inherit(invoice, draft, masters)
    invoice.net_total, invoice.tax_total, invoice.total = totals.net, totals.tax, totals.gross
    parts.instalments.extend(
        {"invoice_id": invoice.pk, "line": number, "due_on": str(due_on), "amount": str(amount)}
        for number, (due_on, amount) in enumerate(_instalments(invoice, draft, masters, at), start=1)
    )


def _inherit(invoice: Invoice, draft: Draft, masters: _Masters) -> None:
    """Contract, clause and terms, where the draft itself says nothing else."""
    customer = masters.customers[draft.customer_id]
    contract = contract_for(
        masters.contracts.get(customer.pk, ()),
        number=draft.contract_number,
        on=draft.issued_on,
        currency=draft.currency,
    )
    invoice.contract = contract
    invoice.late_clause = invoice.late_clause_local = ""
    if contract is not None:
        invoice.contract_number = contract.number
        if invoice.is_owed:
            invoice.late_clause, invoice.late_clause_local = contract.late_clause, contract.late_clause_local
    inherited = (contract.terms_id if contract else None) or customer.terms_id
    invoice.terms_id = draft.terms_id or (None if draft.instalments else inherited)


def _check_customer(customer: Customer | None, at: int) -> None:
    if customer is None:
        raise _invalid(at, "customer", _("There is no such customer."))
    if fault := why_nothing_new(customer):
        raise _invalid(at, "customer", fault)


def _check_kind(draft: Draft, masters: _Masters, at: int) -> None:
    if draft.kind not in KINDS:
        raise _invalid(at, "kind", _("This is no invoice, debit note or credit note."))
    if fault := why_not_added(draft, masters.invoices.get(draft.adds_to_id or 0)):
        raise _invalid(at, *fault)


def _check(draft: Draft, masters: _Masters, at: int) -> None:
    _check_customer(masters.customers.get(draft.customer_id), at)
    if draft.terms_id is not None and draft.terms_id not in masters.terms:
        raise _invalid(at, "terms", _("There are no such payment terms."))
    if draft.currency not in CURRENCIES:
        raise _invalid(at, "currency", _("This is not a currency."))
    _check_kind(draft, masters, at)
    if draft.rate is not None and draft.rate <= 0:
        raise _invalid(at, "rate", _("A rate is greater than zero."))
    if not 1 <= len(draft.lines) <= LINES_MAX:
        raise _invalid(at, "lines", _("An invoice has from one to %(most)s lines.") % {"most": LINES_MAX})
    if draft.period_from and draft.period_to and draft.period_to < draft.period_from:
        raise _invalid(at, "period_to", _("The period ends before it begins."))
    for number, line in enumerate(draft.lines, start=1):
        if line.tax_code_id is not None and line.tax_code_id not in masters.tax_codes:
            raise _invalid(at, "tax_code", _("There is no such tax code."), line=number)
        if not 0 <= line.discount_percent <= 100:
            raise _invalid(at, "discount_percent", _("A discount lies between 0 and 100 per cent."), line=number)
        if line.tax_rate is not None and not 0 <= line.tax_rate <= 100:
            raise _invalid(at, "tax_rate", _("A tax rate lies between 0 and 100 per cent."), line=number)


def _line(
    invoice: Invoice, draft: Draft, line: DraftLine, masters: _Masters, number: int, parts: storing.Parts
) -> Amounts:
    code = masters.tax_codes[line.tax_code_id] if line.tax_code_id is not None else None
    tax_rate = line.tax_rate
    if tax_rate is None:
        tax_rate = code.rate if code else ZERO
    amounts = line_amounts(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        tax_rate=tax_rate,
        entry=line.entry,
        currency=draft.currency,
    )
    parts.lines.append(
        {
            "invoice_id": invoice.pk,
            "line": number,
            "description": line.description,
            "description_local": line.description_local,
            "quantity": str(line.quantity),
            "unit": line.unit,
            "unit_code": unit_code(line.unit),
            "unit_price": str(line.unit_price),
            "discount_percent": str(line.discount_percent),
            "tax_code_id": line.tax_code_id,
            "tax_rate": str(tax_rate),
            "tax_category": code.tax_category if code else "",
            "exemption_reason": code.exemption_reason if code else "",
            "entry": line.entry,
            "net": str(amounts.net),
            "tax": str(amounts.tax),
        }
    )
    return amounts


def _instalments(invoice: Invoice, draft: Draft, masters: _Masters, at: int) -> Sequence[tuple[date, Decimal]]:
    """Due dates and amounts, each in the sign of the total and none of them zero."""
    if draft.instalments:
        if sum(amount for _due_on, amount in draft.instalments) != invoice.total:
            raise _invalid(at, "instalments", _("The instalments do not sum to the total."))
        for due_on, amount in draft.instalments:
            if due_on < draft.issued_on:
                raise _invalid(at, "instalments", _("An instalment cannot fall due before the day of issue."))
            if amount * invoice.total <= 0 or not is_exact(amount, draft.currency):
                raise _invalid(at, "instalments", _("An instalment has an amount above zero."))
        return draft.instalments
    if invoice.terms_id is None or draft.kind == Invoice.Kind.CREDIT_NOTE:
        return [(draft.issued_on, invoice.total)] if invoice.total else []
    terms = parse_terms(masters.terms[invoice.terms_id].rule)
    parts = instalments_of(terms, document_on=draft.issued_on, amount=invoice.total, currency=draft.currency)
    return [(part.due_on, part.amount) for part in parts]


def _invalid(at: int, field: str, message: str | Promise, **facts: int) -> Invalid:
    return Invalid("invalid_draft", message, field=field, draft=at, **facts)
