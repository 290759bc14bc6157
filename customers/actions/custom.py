"""Values of a company's own fields."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import User
from customers.models import Customer, CustomField
from customers.rules import CustomValueError, spelled

FAULTS = {
    "text": _("The text is too long."),
    "number": _("This is not a number. Type 1234.5."),
    "date": _("This is not a date."),
    "choice": _("This is not one of the choices."),
}


@transaction.atomic
def set_custom_values(
    customer: Customer, values: Mapping[int, str], *, by: User | None, seen: Mapping[int, str] | None = None
) -> None:
    """Give the customer these values (id of the field -> as typed; "" takes the value away).

    `seen` is what whoever edits had before their eyes: a field they left as it was keeps what others wrote meanwhile.
    Raises Invalid (facts: field = "custom_" and the id) for a value that the field cannot hold, an empty one that is
    required, and a field that the company does not have. What did not change is not noted.
    """
    locked = Customer.objects.select_for_update(no_key=True).get(company_id=customer.company_id, pk=customer.pk)
    fields = CustomField.objects.filter(company=locked.company_id, pk__in=list(values)).in_bulk()
    before: dict[str, str] = dict(locked.custom)
    after = dict(before)
    for pk, typed in values.items():
        value = _spelled(fields.get(pk), pk, typed)
        if seen is not None and value == seen.get(pk, ""):
            continue
        after.pop(str(pk), None)
        if value:
            after[str(pk)] = value
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not changed:
        return
    locked.custom = after
    locked.save(update_fields=["custom"])
    customer.custom = after
    audit.record(
        by=by,
        verb="customer.custom",
        obj=locked,
        before={f"custom_{key}": before.get(key, "") for key in changed},
        after={f"custom_{key}": after.get(key, "") for key in changed},
    )


def _spelled(field: CustomField | None, pk: int, typed: str) -> str:
    name = f"custom_{pk}"
    if field is None:
        raise Invalid("unknown_field", _("There is no such field."), field=name)
    try:
        value = spelled(field.kind, typed, field.choices)
    except CustomValueError as error:
        raise Invalid("invalid_customer", FAULTS[error.code], field=name) from error
    if field.is_required and not value:
        raise Invalid("invalid_customer", _("This field is required."), field=name)
    return value
