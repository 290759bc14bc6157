"""Plans that were not kept: what is left of them is owed with its original due dates again."""

import logging
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.models import Company, User
from arap.core.money import ZERO
from arap.ledger.actions import Closing, NewDocument, NewItem, book_transaction, lock, replace
from arap.ledger.models import Item
from receipts.models import Arrangement
from receipts.rules.plans import is_broken

logger = logging.getLogger(__name__)
State = Arrangement.State


def break_plans(company: Company, *, as_of: date) -> int:
    """Let every plan fall back of which an instalment was unpaid after its days of grace at the end of `as_of`.

    Each in a transaction of its own; safe to run again. Returns how many fell back.
    """
    plans = Arrangement.objects.filter(company=company, kind=Arrangement.Kind.PLAN, state=State.POSTED)
    late = plans.filter(document__items__open_amount__gt=0, document__items__due_on__lt=as_of)
    return sum(
        break_plan(company, pk, as_of=as_of) for pk in late.distinct().order_by("pk").values_list("pk", flat=True)
    )


@book_transaction
def break_plan(company: Company, arrangement_id: int, *, as_of: date, by: User | None = None) -> bool:
    """Let a plan fall back if it is broken at the end of `as_of`: from then on what is left of it has the due dates and
    the age that it had before. Returns whether it fell back. Raises Refused period_closed."""
    rows = Arrangement.objects.select_for_update(no_key=True, of=("self",)).select_related("document", "item")
    made = rows.filter(company=company, pk=arrangement_id, state=State.POSTED).first()
    if made is None or made.document is None:
        return False
    opened = Item.objects.filter(document=made.document_id).select_related("account", "origin_item").order_by("line")
    lock(company, dates=[as_of], items=opened.values_list("pk", flat=True))
    left = [item for item in opened if item.open_amount]
    if not is_broken([(item.due_on, item.open_amount) for item in left], made.grace_days, as_of):
        return False
    document = NewDocument(
        kind="reschedule",
        customer_id=made.item.customer_id,
        currency=made.item.currency,
        rate=made.document.rate,
        document_on=as_of,
        posted_on=as_of,
        reference=made.document.number,
        memo=_("The plan was not kept."),
        items=_as_before(left),
        closings=[Closing(item_id=item.pk, amount=item.open_amount) for item in left],
    )
    posted = replace(company, document, by=by, verb="arrangement.break")
    made.state, made.fallback_id = State.BROKEN, posted.document_id
    made.save(update_fields=["state", "fallback"])
    audit.record(by=by, verb="arrangement.break", obj=made, after={"state": made.state, "number": posted.number})
    logger.info("plan %s of %s is broken on %s", made.pk, company.code, as_of)
    return True


def _as_before(left: list[Item]) -> list[NewItem]:
    """One item for each debt that the plan covered, with what is open of its instalments and the dates it had."""
    sums: dict[int, tuple[Item, Decimal, Decimal]] = {}
    for item in left:
        assert item.origin_item is not None, "an instalment comes from a debt"
        _item, amount, base = sums.get(item.origin_item.pk, (item, ZERO, ZERO))
        sums[item.origin_item.pk] = (item, amount + item.open_amount, base + item.open_base_amount)
    found = []
    for item, amount, base in sums.values():
        origin = item.origin_item
        assert origin is not None, "as above"
        found.append(
            NewItem(
                account=item.account.role,
                amount=amount,
                base_amount=base,
                due_on=origin.due_on,
                original_due_on=origin.original_due_on,
                aged_from_on=origin.aged_from_on,
                origin_item_id=origin.pk,
            )
        )
    return found
