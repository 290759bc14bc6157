"""One change to many customers: two statements, however many, and a row of the audit log for each that changed."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core.errors import Invalid, Refused
from arap.core.models import AuditEntry, Company, User
from customers.history import CUSTOMER
from customers.models import Customer

FIELDS = ("owner", "segment", "is_active")
BATCH_MAX = 1000


@transaction.atomic
def change_customers(company: Company, ids: Sequence[int], *, by: User, field: str, value: Any) -> int:
    """Give all of `ids` another owner (a User or None), segment or is_active; how many changed.

    Raises Refused("some_missing") when one is not of this company, Invalid("too_many") above BATCH_MAX, and Invalid
    (facts: field) when the value cannot be stored. All or none.
    """
    assert field in FIELDS, f"not for batches: {field}"
    if len(ids) > BATCH_MAX:
        raise Invalid("too_many", _("Tick at most %(most)s customers at once.") % {"most": BATCH_MAX})
    column: Any = Customer._meta.get_field(field)
    stored = value.pk if isinstance(value, User) else value
    try:
        column.clean(stored, None)
    except ValidationError as error:
        raise Invalid("invalid_customer", error.messages[0], field=field) from error
    wanted = Customer.objects.filter(company=company, pk__in=ids).order_by("pk")
    rows = list(wanted.select_for_update(no_key=True).values_list("pk", getattr(column, "attname", field)))
    if len(rows) != len(set(ids)):
        raise Refused("some_missing", _("Some of these customers do not exist. Nothing was changed."))
    changed = [(pk, was) for pk, was in rows if was != stored]
    Customer.objects.filter(company=company, pk__in=[pk for pk, _was in changed]).update(**{field: value})
    AuditEntry.objects.bulk_create(
        AuditEntry(
            company=company, actor=by, verb="customer.update", object_type=CUSTOMER, object_id=str(pk),
            before={field: was}, after={field: stored},
        )
        for pk, was in changed
    )  # fmt: skip
    return len(changed)
