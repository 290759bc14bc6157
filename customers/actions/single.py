"""One customer at a time, for forms."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from customers.actions.bulk import NewCustomer, create_customers
from customers.actions.refusals import refusing_cycles
from customers.models import Customer
from customers.queries import ids_by_code

EDITABLE = frozenset(
    {
        "name",
        "name_local",
        "country",
        "tax_id",
        "address",
        "segment",
        "owner",
        "language",
        "currency",
        "terms",
        "is_active",
    }
)


@transaction.atomic
def create_customer(company: Company, row: NewCustomer, *, by: User | None) -> Customer:
    """Create one customer. Raises Refused("customer_exists") and what create_customers raises."""
    if ids_by_code(company, [row.code]):
        raise Refused(
            "customer_exists",
            _("A customer “%(code)s” exists already.") % {"code": row.code},
            field="code",
        )
    ids = create_customers(company, [row], by=by)
    return Customer.objects.get(company=company, pk=ids[row.code])


@transaction.atomic
def update_customer(customer: Customer, *, by: User | None, **changes: Any) -> Customer:
    """Change fields of a customer (those in EDITABLE); the parent has an action of its own.

    Raises Invalid (facts: field) when a value cannot be stored. What did not change is not noted.
    """
    assert changes.keys() <= EDITABLE, f"not editable: {changes.keys() - EDITABLE}"
    locked = Customer.objects.select_for_update(no_key=True).get(company_id=customer.company_id, pk=customer.pk)
    before = audit.snapshot(locked, changes)
    for name, value in changes.items():
        setattr(locked, name, value)
    _check_fields(locked, changes)
    old, new = audit.difference(before, audit.snapshot(locked, changes))
    if new:
        locked.save(update_fields=list(changes))
        audit.record(by=by, verb="customer.update", obj=locked, before=old, after=new)
    return locked


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
    others = [field.name for field in customer._meta.fields if field.name not in names]
    try:
        customer.clean_fields(exclude=others)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("invalid_customer", messages[0], field=field, customer=customer.code) from error
