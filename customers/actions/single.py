"""One customer at a time, for forms."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from customers.actions.bulk import NewCustomer, create_customers
from customers.actions.refusals import refusing_cycles
from customers.history import changes_since, last_change
from customers.models import Customer
from customers.pinyin import initials
from customers.queries import ids_by_code
from customers.rules import reconcile

EDITABLE = frozenset(
    {
        "name",
        "name_local",
        "country",
        "tax_id",
        "address",
        "delivery_address",
        "phone",
        "bank_name",
        "bank_account",
        "parent",
        "segment",
        "owner",
        "language",
        "currency",
        "terms",
        "is_active",
    }
)


@transaction.atomic
def create_customer(
    company: Company, row: NewCustomer, *, by: User | None, details: Mapping[str, str] | None = None
) -> Customer:
    """Create one customer, with the `details` that NewCustomer has no place for (addresses, telephone, bank).

    Raises Refused("customer_exists") and what create_customers and update_customer raise.
    """
    if ids_by_code(company, [row.code]):
        raise Refused(
            "customer_exists",
            _("A customer “%(code)s” exists already.") % {"code": row.code},
            field="code",
        )
    ids = create_customers(company, [row], by=by)
    customer = Customer.objects.get(company=company, pk=ids[row.code])
    taken = {
        name: value for name, value in audit.snapshot(customer, sorted(EDITABLE)).items() if value not in ("", None)
    }
    audit.record(by=by, verb="customer.record", obj=customer, after=taken)
    given: dict[str, Any] = {name: value for name, value in (details or {}).items() if value}
    return update_customer(customer, by=by, **given) if given else customer


@transaction.atomic
def update_customer(
    customer: Customer, *, by: User | None, seen: int | None = None, giving_way: Collection[str] = (), **changes: Any
) -> Customer:
    """Change fields of a customer (those in EDITABLE). What did not change is not noted.

    `seen` is the last change (history.last_change) that whoever edits had before their eyes: what others changed since
    then stays, where the two do not meet. Raises Refused("changed_meanwhile", facts: conflicts, merged, entries) where
    both changed one field differently. Fields `giving_way` are left as they are stored. Without `seen` the changes
    count as they are. Raises Invalid (facts: field) when a value cannot be stored, Refused("group_cycle") when
    the parent stands under the customer.
    """
    assert changes.keys() <= EDITABLE, f"not editable: {changes.keys() - EDITABLE}"
    locked = Customer.objects.select_for_update(no_key=True).get(company_id=customer.company_id, pk=customer.pk)
    changes = {name: value for name, value in changes.items() if name not in giving_way}
    before = audit.snapshot(locked, changes)
    for name, value in changes.items():
        setattr(locked, name, value)
    if seen is not None and seen != last_change(locked):
        _meet(locked, before, seen)
    _check_fields(locked, changes)
    old, new = audit.difference(before, audit.snapshot(locked, changes))
    if new:
        locked.initials = initials(locked.name_local, locked.name)
        with refusing_cycles():
            locked.save(update_fields=[*new, "initials"])
        locked.refresh_from_db()
        audit.record(by=by, verb="customer.update", obj=locked, before=old, after=new)
    return locked


def _meet(locked: Customer, theirs: Mapping[str, Any], seen: int) -> None:
    """Put into `locked`, which holds what was typed, what is left of it beside the changes of others."""
    entries = changes_since(locked, seen)
    was = dict(theirs)
    for entry in entries:  # newest first: the oldest says how it was before all of them
        was |= {name: value for name, value in (entry.before or {}).items() if name in was}
    merged, conflicts = reconcile(was, theirs, audit.snapshot(locked, theirs))
    if conflicts:
        raise Refused(
            "changed_meanwhile",
            _("Somebody else changed this customer meanwhile."),
            conflicts=conflicts,
            merged=merged,
            entries=entries,
        )
    columns = {field.name: field.attname for field in Customer._meta.concrete_fields}
    for name, value in merged.items():
        setattr(locked, columns[name], value)


@transaction.atomic
def set_parent(customer: Customer, parent: Customer | None, *, by: User | None) -> Customer:
    """Put a customer under `parent` (None: on its own); its whole subtree moves to that group.

    Raises Refused("group_cycle") when the parent stands under the customer, Invalid when the
    parent is of another company.
    """
    if parent is not None and parent.company_id != customer.company_id:
        raise Invalid("other_company", _("The parent belongs to another company."), field="parent")
    locked = Customer.objects.select_for_update(no_key=True).get(company_id=customer.company_id, pk=customer.pk)
    before = audit.snapshot(locked, ["parent", "root"])
    locked.parent = parent
    with refusing_cycles():
        locked.save(update_fields=["parent"])
    locked.refresh_from_db()
    old, new = audit.difference(before, audit.snapshot(locked, ["parent", "root"]))
    if new:
        audit.record(by=by, verb="customer.regroup", obj=locked, before=old, after=new)
    return locked


def _check_fields(customer: Customer, names: Any) -> None:
    terms = customer.terms
    if terms is not None and terms.company_id != customer.company_id:
        raise Invalid("other_company", _("These terms belong to another company."), field="terms")
    if "parent" in names and customer.parent is not None and customer.parent.company_id != customer.company_id:
        raise Invalid("other_company", _("The parent belongs to another company."), field="parent")
    others = [field.name for field in customer._meta.fields if field.name not in names]
    try:
        customer.clean_fields(exclude=others)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_customer", messages[0], field=field, customer=customer.code) from error
