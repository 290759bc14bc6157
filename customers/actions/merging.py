"""Two rows that are one customer: one stands for the other, until somebody takes that back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, User
from customers.history import CUSTOMER
from customers.models import Customer

POINTER = ("merged_into", "parent")


@transaction.atomic
def merge_customer(duplicate: Customer, into: Customer, *, by: User) -> Customer:
    """Let `into` stand for `duplicate`: lists, searches and reports show what the duplicate has under `into`.

    The book keeps the duplicate's id on everything posted; only the pointer and the group change, and unmerge_customer
    puts them back. Nothing new is recorded for the duplicate; papers about what is open of it keep its number until
    that is settled. The duplicate joins the group of `into`, so that the credits of one can be applied
    to the debits of the other. Raises Invalid("same_customer"), Invalid("other_company"), and Refused("already_merged")
    when one of the two is merged already or stands for others.
    """
    if duplicate.pk == into.pk:
        raise Invalid("same_customer", _("A customer cannot be merged into itself."), field="into")
    if duplicate.company_id != into.company_id:
        raise Invalid("other_company", _("This customer belongs to another company."), field="into")
    both = Customer.objects.filter(company_id=into.company_id, pk__in=[duplicate.pk, into.pk]).order_by("pk")
    locked = {row.pk: row for row in both.select_for_update(no_key=True)}
    old, target = locked[duplicate.pk], locked[into.pk]
    if target.merged_into_id or old.merged_into_id or Customer.objects.filter(merged_into=old).exists():
        raise Refused("already_merged", _("One of the two is merged with another customer already. Undo that first."))
    before = audit.snapshot(old, POINTER)
    if target.root_id == old.pk or _stands_under(target, old):
        # The one that stays stands under the duplicate: it takes the duplicate's place in the group.
        _put(target, old.parent_id, by=by)
    old.merged_into, old.parent = target, target
    old.save(update_fields=POINTER)
    audit.record(by=by, verb="customer.merge", obj=old, before=before, after=audit.snapshot(old, POINTER))
    audit.record(by=by, verb="customer.absorb", obj=target, after={"duplicate": old.code})
    old.refresh_from_db()
    return old


@transaction.atomic
def unmerge_customer(duplicate: Customer, *, by: User) -> Customer:
    """Let the duplicate stand for itself again, in the group it had. Raises Refused("not_merged").

    What was applied between the two meanwhile stays, and can still be undone.
    """
    old = Customer.objects.select_for_update(no_key=True).get(pk=duplicate.pk)
    if old.merged_into_id is None:
        raise Refused("not_merged", _("This customer is not merged."))
    acts = AuditEntry.objects.filter(object_type=CUSTOMER, object_id=str(old.pk), verb="customer.merge")
    was: dict[str, Any] = acts.order_by("-pk").values_list("before", flat=True)[0] or {}
    before = audit.snapshot(old, POINTER)
    old.merged_into, old.parent_id = None, was["parent"]
    old.save(update_fields=POINTER)
    audit.record(by=by, verb="customer.unmerge", obj=old, before=before, after=audit.snapshot(old, POINTER))
    old.refresh_from_db()
    return old


def _stands_under(customer: Customer, other: Customer) -> bool:
    ancestor = customer.parent
    while ancestor is not None:
        if ancestor.pk == other.pk:
            return True
        ancestor = ancestor.parent
    return False


def _put(customer: Customer, parent_id: int | None, *, by: User) -> None:
    before = audit.snapshot(customer, ["parent"])
    customer.parent_id = parent_id
    customer.save(update_fields=["parent"])
    audit.record(
        by=by, verb="customer.regroup", obj=customer, before=before, after=audit.snapshot(customer, ["parent"])
    )
