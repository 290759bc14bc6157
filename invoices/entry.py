"""An invoice being entered: its form with all rows, the draft that is meant, and where a refusal belongs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import QueryDict

from arap.core.errors import DomainError
from arap.core.models import Company, TaxCode
from arap.core.money import ZERO, format_amount
from customers.models import Contract, Customer
from customers.queries import contracts_of
from customers.rules import TermsError, contract_for, in_force, instalments, is_in_force, parse_terms
from invoices.actions.drafts import work_out
from invoices.actions.entered import Draft, DraftLine
from invoices.forms import HeadForm, LineForm, is_blank, typed_rows
from invoices.models import Invoice, InvoiceInstalment, InvoiceLine
from invoices.papers import TaxSum, tax_sums
from invoices.rules import Amounts, document_amounts, line_amounts


@dataclass(slots=True)
class Entry:
    """`rows` are the lines with what was typed; blank ones are shown and not taken."""

    head: HeadForm
    rows: list[LineForm]
    blank: LineForm
    problem: str = ""
    kind: str = Invoice.Kind.INVOICE.value
    adds_to: Invoice | None = None

    def is_valid(self) -> bool:
        """Whether head and every row can be read; all are judged, so that all errors show at once."""
        return all([self.head.is_valid(), *(row.is_valid() for row in self.rows)])

    def draft(self) -> Draft:
        """The draft that is meant by a valid entry."""
        data = {**self.head.cleaned_data}
        terms, customer = data.pop("terms"), data.pop("customer")
        data.pop("key"), data.pop("version")
        return Draft(
            customer_id=customer.pk,
            terms_id=terms.pk if terms else None,
            kind=self.kind,
            adds_to_id=self.adds_to.pk if self.adds_to else None,
            lines=[_line(row) for row in self.rows],
            **data,
        )

    def refuse(self, error: DomainError) -> None:
        """Put what an action said beside the field it is about, else on top."""
        name, at = str(error.facts.get("field", "")), error.facts.get("line")
        if isinstance(at, int) and at <= len(self.rows):
            row = self.rows[at - 1]
            row.add_error(name if name in row.fields else None, str(error.message))
        elif name in self.head.fields:
            self.head.add_error(name, str(error.message))
        else:
            self.problem = str(error.message)


def _line(row: LineForm) -> DraftLine:
    data = row.cleaned_data
    return DraftLine(
        description=data["description"],
        description_local=data["description_local"],
        quantity=Decimal(1) if data["quantity"] is None else data["quantity"],
        unit=data["unit"],
        unit_price=data["unit_price"],
        entry=data["entry"],
        discount_percent=data["discount_percent"] or ZERO,
        tax_code_id=data["tax_code"],
    )


def typed_entry(
    company: Company, data: QueryDict, *, today: date, kind: str = "invoice", adds_to: Invoice | None = None
) -> Entry:
    """The entry that came with a form."""
    given = typed_rows(data)
    codes = _codes(company)
    rows = [LineForm(row, codes=codes) for row in given if not is_blank(row)]
    chosen = {name: given[-1][name] for name in ("entry", "tax_code")} if given else {}
    head = HeadForm(data, company=company, today=today)
    return Entry(head, rows, LineForm(initial=chosen, codes=codes), kind=kind, adds_to=adds_to)


def new_entry(company: Company, *, today: date, customer: str = "") -> Entry:
    """An empty entry."""
    codes = _codes(company)
    head = {"customer": customer, "issued_on": today, "currency": company.base_currency, "key": uuid4().hex}
    # Most lines are taxed as the line before; the first one as the last that was entered.
    last = InvoiceLine.objects.filter(company=company, tax_code__is_active=True).order_by("-pk").first()
    code = last.tax_code_id if last else (codes[0].pk if codes else None)
    chosen = {"entry": last.entry if last else "net", "tax_code": code}
    return Entry(HeadForm(initial=head, company=company, today=today), [], LineForm(initial=chosen, codes=codes))


def entry_of(invoice: Invoice, *, today: date, as_new: bool = False) -> Entry:
    """The entry that `invoice` is, to be changed; or, `as_new`, another one like it, issued today."""
    lines = list(invoice.lines.all())
    codes = _codes(invoice.company, used={line.tax_code_id for line in lines if line.tax_code_id})
    names = (*Draft.__dataclass_fields__, "terms")
    head = {name: getattr(invoice, name) for name in names if hasattr(invoice, name) and name != "lines"}
    head |= {"customer": invoice.customer.code, "version": invoice.version, "key": uuid4().hex}
    head["rate"] = _plain(invoice.rate) if invoice.rate and not as_new else ""
    head["instalments"] = "" if as_new else _own_instalments(invoice)
    head |= _inherited(invoice)
    if as_new:
        head |= {"issued_on": today, "version": None, "delivered_on": None, "period_from": None, "period_to": None}
    rows = [LineForm(initial=_initial(line), codes=codes) for line in lines]
    chosen = {"entry": lines[-1].entry, "tax_code": lines[-1].tax_code_id} if lines else {}
    form = HeadForm(initial=head, company=invoice.company, today=today)
    return Entry(form, rows, LineForm(initial=chosen, codes=codes), kind=invoice.kind, adds_to=invoice.adds_to)


def entry_adding_to(invoice: Invoice, *, today: date) -> Entry:
    """An empty debit note that adds to `invoice`: for its customer, in its currency, taxed as its last line."""
    entry = entry_of(invoice, today=today, as_new=True)
    entry.kind, entry.adds_to, entry.rows = Invoice.Kind.DEBIT_NOTE.value, invoice, []
    entry.head.initial["memo"] = ""
    return entry


def _initial(line: InvoiceLine) -> dict[str, Any]:
    return {
        "description": line.description,
        "description_local": line.description_local,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "unit_price": _plain(line.unit_price),
        "entry": line.entry,
        "discount_percent": _plain(line.discount_percent) if line.discount_percent else "",
        "tax_code": line.tax_code_id,
    }


def _inherited(invoice: Invoice) -> dict[str, str]:
    """Fields to leave empty, because what stands in them was inherited: then it is inherited anew when it is saved."""
    theirs = contracts_of(invoice.company, [invoice.customer_id]).get(invoice.customer_id, [])
    only = contract_for(theirs, number="", on=invoice.issued_on, currency=invoice.currency)
    fields = {}
    if only is not None and only.pk == invoice.contract_id:
        fields["contract_number"] = ""
    contract = next((each for each in theirs if each.pk == invoice.contract_id), None)
    if invoice.terms_id == ((contract.terms_id if contract else None) or invoice.customer.terms_id):
        fields["terms"] = ""
    return fields


def _own_instalments(invoice: Invoice) -> str:
    """The instalments as they are typed, where they are not simply those of the terms."""
    parts = [(part.due_on, part.amount) for part in invoice.instalments.all()]
    expected = [(invoice.issued_on, invoice.total)] if invoice.total else []
    if invoice.terms:
        try:
            terms = parse_terms(invoice.terms.rule)
        except TermsError:
            return ""
        found = instalments(terms, document_on=invoice.issued_on, amount=invoice.total, currency=invoice.currency)
        expected = [(part.due_on, part.amount) for part in found]
    if parts == expected:
        return ""
    return "\n".join(f"{on.isoformat()} {format_amount(amount, invoice.currency)}" for on, amount in parts)


def _codes(company: Company, used: set[int] | None = None) -> list[TaxCode]:
    """The tax codes to choose from: the active ones, and those in use here."""
    codes = TaxCode.objects.filter(company=company).order_by("code")
    return [code for code in codes if code.is_active or code.pk in (used or ())]


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@dataclass(slots=True)
class Effect:
    """What an entry amounts to so far. `amounts` has one for each row as typed, None where it cannot be read yet."""

    currency: str
    amounts: list[Amounts | None]
    totals: Amounts
    customer: Customer | None = None
    sums: Sequence[TaxSum] = ()
    parts: Sequence[InvoiceInstalment] = ()
    invoice: Invoice | None = None
    problem: str = ""
    unread: list[int] = field(default_factory=list)
    agreed: "Agreed | None" = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """Where the terms of an entry come from ("chosen", "contract", "customer", or "" for nowhere), under which contract
    it is written, and what is to be said about that."""

    terms_from: str
    contract: Contract | None
    contracts: Sequence[Contract]
    is_out_of_force: bool
    in_force: Sequence[Contract]
    typed_number: str
    lacks_clause: bool


def _agreed(company: Company, invoice: Invoice, head: dict[str, Any]) -> Agreed:
    theirs = contracts_of(company, [invoice.customer_id]).get(invoice.customer_id, [])
    contract, terms_from = invoice.contract, ""
    if head["terms"]:
        terms_from = "chosen"
    elif invoice.terms_id and not head["instalments"]:
        terms_from = "contract" if contract is not None and contract.terms_id else "customer"
    return Agreed(
        terms_from=terms_from,
        contract=contract,
        contracts=theirs,
        is_out_of_force=contract is not None and not is_in_force(contract, invoice.issued_on),
        in_force=in_force(theirs, on=invoice.issued_on, currency=invoice.currency),
        typed_number=head["contract_number"],
        lacks_clause=invoice.is_owed and not (invoice.late_clause or invoice.late_clause_local),
    )


def effect_of(company: Company, data: QueryDict, *, today: date) -> Effect:
    """The effect of what is typed so far: lines as soon as each can be read, the rest when all can be."""
    entry = typed_entry(company, data, today=today)
    ready = entry.is_valid()
    currency = entry.head.cleaned_data.get("currency") or company.base_currency
    codes = {code.pk: code for code in _codes(company)}
    rates = {pk: code.rate for pk, code in codes.items()}
    by_row = {id(row): _amounts(row, rates, currency) for row in entry.rows}
    typed = iter(entry.rows)
    amounts = [None if is_blank(row) else by_row[id(next(typed))] for row in typed_rows(data)]
    effect = Effect(currency, amounts, document_amounts(each for each in by_row.values() if each))
    effect.customer = entry.head.cleaned_data.get("customer")
    effect.unread = [at for at, row in enumerate(entry.rows, start=1) if by_row[id(row)] is None]
    if ready and entry.rows:
        try:
            effect.invoice, lines, effect.parts = work_out(company, entry.draft())
        except DomainError as error:
            effect.problem = str(error.message)
        else:
            for line in lines:  # known already: no question for each line
                line.tax_code = codes[line.tax_code_id] if line.tax_code_id else None
            effect.sums = tax_sums(lines)
            effect.agreed = _agreed(company, effect.invoice, entry.head.cleaned_data)
    return effect


def _amounts(row: LineForm, rates: dict[int, Decimal], currency: str) -> Amounts | None:
    if not row.is_valid():
        return None
    line = _line(row)
    return line_amounts(
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        tax_rate=rates.get(line.tax_code_id or 0, ZERO),
        entry=line.entry,
        currency=currency,
    )
