"""Customers out of a file: new ones are created, those that differ are changed, those that are alike are skipped."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from arap.core.errors import Invalid
from arap.core.models import Company, User
from arap.desk.exports.customers import customer_cells
from arap.desk.intake.outcome import Fate, Outcome, alike
from arap.desk.intake.targets import CUSTOMERS, OWN_FIELD, label_of, own_fields
from arap.desk.mapping import Reading, Row
from customers.actions import NewCustomer, check_new_customer, create_customers
from customers.actions.bulk import CustomerChange, change_in_bulk
from customers.actions.custom import FAULTS
from customers.models import Customer, CustomField, PaymentTerms
from customers.queries import ids_by_code
from customers.rules import CustomValueError, spelled

# What an empty cell leaves as it is, because a customer cannot be without it.
NEVER_EMPTY = ("name", "language", "currency", "active")
PLAIN = (
    "name", "name_local", "country", "tax_id", "address", "delivery_address", "phone", "bank_name", "bank_account",
    "segment", "language", "currency",
)  # fmt: skip
UNCHECKED = ("company", "parent", "root", "owner", "terms", "merged_into", "custom", "initials")
BATCH = 2000


class _Masters:
    """What the rows refer to, read once."""

    def __init__(self, company: Company, rows: Sequence[Row]) -> None:
        self.company = company
        self.own = own_fields(company)
        found = Customer.objects.filter(company=company).select_related("parent", "owner", "terms")
        codes = [str(row.values["code"]) for row in rows]
        self.known: dict[str, Customer] = {}
        for at in range(0, len(codes), BATCH):
            some = found.filter(code__in=codes[at : at + BATCH]).prefetch_related("payer_accounts")
            self.known.update((customer.code, customer) for customer in some)
        people = User.objects.filter(memberships__company=company).distinct()
        self.owners = dict(people.values_list("username", "pk"))
        self.terms = dict(PaymentTerms.objects.filter(company=company).values_list("code", "pk"))
        parents = {str(row.values["parent_code"]) for row in rows if row.values.get("parent_code")}
        self.parents = ids_by_code(company, parents) if parents else {}


def judge(company: Company, reading: Reading, rows: Sequence[Row]) -> list[Outcome]:
    """What becomes of each row."""
    masters = _Masters(company, rows)
    first: dict[str, int] = {}
    outcomes = []
    for row in rows:
        code = str(row.values["code"])
        outcome = Outcome(
            rows=[row.number],
            customer_code=code,
            customer_name=row.values.get("name") or "",
            currency=row.values.get("currency") or "",
        )
        outcomes.append(outcome)
        if code in first:
            text = _("The code stands in row %(row)d already.") % {"row": first[code]}
            outcome.reject(reading.header_of("code"), text)
            continue
        first[code] = row.number
        _judge(outcome, row, reading, masters)
    _judge_parents(outcomes, reading, masters)
    return outcomes


def _judge(outcome: Outcome, row: Row, reading: Reading, masters: _Masters) -> None:
    known = masters.known.get(outcome.customer_code)
    said = {name: row.values.get(name) for name in reading.headers if name != "code"}
    was = _cells(known, masters) if known else {}
    changes = {
        name: value
        for name, value in said.items()
        if alike(value if not isinstance(value, tuple) else ";".join(sorted(value))) != alike(was.get(name))
        and not (name in NEVER_EMPTY and alike(value) is None)
    }
    try:
        values = _values(known, changes, masters, row)
    except Invalid as fault:
        outcome.reject(reading.header_of(str(fault.facts.get("field", ""))), fault.message)
        return
    if known and not changes:
        outcome.fate = Fate.SKIPPED.value
        return
    if known:
        outcome.fate = Fate.CHANGED.value
        names = _(", ").join(str(label_of(name, masters.own)) for name in changes)
        outcome.message = _("Changes: %(fields)s.") % {"fields": names}
    outcome.made = values


def _cells(customer: Customer, masters: _Masters) -> dict[str, Any]:
    names = [*CUSTOMERS.fields, *masters.own]
    cells = dict(zip(names, customer_cells(customer, masters.own), strict=True))
    cells["payer_accounts"] = ";".join(sorted(str(cells["payer_accounts"]).split(";")))
    return cells


def _values(known: Customer | None, changes: dict[str, Any], masters: _Masters, row: Row) -> CustomerChange:
    """What is to be stored. Raises Invalid (facts: field)."""
    company = masters.company
    code = str(row.values["code"])
    new = {"name": code, "currency": company.base_currency, "language": company.language}
    kept = {name: getattr(known, name) for name in PLAIN} if known else new
    plain = kept | {name: changes[name] or "" for name in changes if name in PLAIN}
    customer = Customer(company=company, code=code, **plain)
    try:
        customer.clean_fields(exclude=UNCHECKED)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_customer", messages[0], field=field) from error
    accounts = changes.get("payer_accounts")
    if known is None:
        new_one = NewCustomer(code=code, name=plain["name"], currency=plain["currency"])
        check_new_customer(replace(new_one, payer_accounts=tuple(accounts or ())))
    return CustomerChange(
        code=code,
        plain=plain,
        is_active=(known.is_active if known else True) if "active" not in changes else changes["active"] == "yes",
        owner_id=_reference("owner", changes, masters.owners, known.owner_id if known else None),
        terms_id=_reference("terms", changes, masters.terms, known.terms_id if known else None),
        parent_code=changes["parent_code"] or "" if "parent_code" in changes else None,
        payer_accounts=tuple(accounts or ()) if "payer_accounts" in changes else None,
        custom=_custom(known, changes, masters.own),
        before={name: str(alike(value) or "") for name, value in _told(known, changes, masters).items()},
        after={name: ";".join(each) if isinstance(each, tuple) else str(each or "") for name, each in changes.items()},
    )


def _told(known: Customer | None, changes: dict[str, Any], masters: _Masters) -> dict[str, Any]:
    if known is None:
        return {}
    was = _cells(known, masters)
    return {name: was.get(name) for name in changes}


def _reference(name: str, changes: dict[str, Any], ids: dict[str, int], kept: int | None) -> int | None:
    if name not in changes:
        return kept
    text = changes[name]
    if not text:
        return None
    if text not in ids:
        known = {
            "owner": _("No user of the company is called “%(text)s”."),
            "terms": _("There are no payment terms “%(text)s”."),
        }
        raise Invalid("unknown_" + name, known[name] % {"text": text}, field=name)
    return ids[text]


def _custom(known: Customer | None, changes: dict[str, Any], own: dict[str, CustomField]) -> dict[str, str]:
    values: dict[str, str] = dict(known.custom) if known else {}
    for name, field in own.items():
        key = name.removeprefix(OWN_FIELD)
        if name in changes:
            values.pop(key, None)
            try:
                value = spelled(field.kind, str(changes[name] or ""), field.choices)
            except CustomValueError as error:
                raise Invalid("invalid_customer", FAULTS[error.code], field=name) from error
            if value:
                values[key] = value
        if field.is_required and not values.get(key) and (name in changes or known is None):
            raise Invalid("invalid_customer", _("This field is required."), field=name)
    return values


def _judge_parents(outcomes: Sequence[Outcome], reading: Reading, masters: _Masters) -> None:
    """Leave out those whose parent is neither here nor among the rows that are taken."""
    field = reading.header_of("parent_code")
    coming = {each.customer_code for each in outcomes if each.fate == Fate.NEW}
    again = True
    while again:
        again = False
        for each in outcomes:
            parent = each.made.parent_code if each.waits and each.made else ""
            if not parent or parent in masters.parents or (parent in coming and parent != each.customer_code):
                continue
            text = _("There is no customer “%(code)s”, neither here nor in this file, to be the parent.")
            if parent == each.customer_code:
                text = _("The parents of this customer lead back to the customer itself.")
            coming.discard(each.customer_code)
            each.reject(field, text % {"code": parent})
            again = True


@transaction.atomic
def write(company: Company, outcomes: Sequence[Outcome], *, by: User | None) -> None:
    """Create and change the customers, all or none. Raises Refused and Invalid."""
    changes: list[CustomerChange] = [each.made for each in outcomes]
    new = {each.customer_code for each in outcomes if each.fate == Fate.NEW}
    created = [
        NewCustomer(code=each.code, name=each.plain["name"], currency=each.plain["currency"])
        for each in changes
        if each.code in new
    ]
    if created:
        create_customers(company, created, by=by)
    change_in_bulk(company, changes, by=by)
