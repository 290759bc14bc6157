"""Setting and releasing holds. A hold is never edited."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import Company, User
from arap.ledger.models import Item
from arap.outbox.actions import ask_again
from arap.outbox.models import Message
from cases.models import Hold
from customers.models import Customer


@transaction.atomic
def set_hold(
    company: Company,
    customer: Customer,
    *,
    reason: str,
    starts_on: date,
    by: User,
    item: Item | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> Hold:
    """Reminders of the customer, or of `item` alone, wait from `starts_on` to the end of `ends_on` (None: no end).

    What was released before and still waits to leave is asked about anew, at once: its guard knows of the hold.
    Raises Invalid("ends_before_start") and Invalid("not_of_customer"), each with the field at fault.
    """
    assert customer.company_id == company.pk, "a hold is of a customer of the company"
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("ends_before_start", _("The last day lies before the first."), field="ends_on")
    if item is not None and (item.company_id, item.customer_id) != (company.pk, customer.pk):
        raise Invalid("not_of_customer", _("This item is not of this customer."), field="item")
    hold = Hold.objects.create(
        company=company, customer=customer, item=item, reason=reason, note=note.strip()[:500], starts_on=starts_on,
        ends_on=ends_on, set_by=by,
    )  # fmt: skip
    audit.record(
        by=by,
        verb="hold.set",
        obj=hold,
        after={
            "customer": customer.code, "item": item.pk if item else None, "reason": reason, "starts_on": starts_on,
            "ends_on": ends_on, "note": hold.note,
        },
    )  # fmt: skip
    ask_again(company, kind=Message.Kind.REMINDER, customer_id=customer.pk)
    return hold


@transaction.atomic
def release_hold(hold: Hold, *, on: date, by: User) -> None:
    """End a hold: from `on` it holds no more. Raises Refused("hold_ended") when it was released already."""
    changed = Hold.objects.filter(pk=hold.pk, released_on__isnull=True).update(released_on=on, released_by=by)
    if not changed:
        raise Refused("hold_ended", _("This hold was released already."))
    hold.refresh_from_db()
    audit.record(by=by, verb="hold.release", obj=hold, after={"released_on": on})
