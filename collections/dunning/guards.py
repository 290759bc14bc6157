"""Asked by the outbox just before a reminder leaves: is every word of it still true?"""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from arap.ledger.queries import position_at
from arap.outbox.models import Message
from cases.models import Hold
from dunning.models import Notice
from dunning.queries.due import open_of


def still_due(message: Message) -> str:
    """Why the reminder is not to be sent any more, in the company's language; "" when it is still due.

    It is due when each of its items is open with the amount it states, no credit came in or was used, and no hold was
    set. Whatever moved makes the text untrue: it is not sent, and the next run decides anew. The book is read as of
    today, or of the run's day where that is later.
    """
    assert message.about_id is not None, "a reminder is about a notice"
    notice = Notice.objects.select_related("run", "company").get(company=message.company_id, pk=message.about_id)
    today = datetime.now(ZoneInfo(str(notice.company.time_zone))).date()
    with translation.override(notice.company.language):
        return why_not_due(notice, as_of=max(today, notice.run.as_of))


def why_not_due(notice: Notice, *, as_of: date) -> str:
    """The same on a given day, in the language in use."""
    if notice.state != Notice.State.RELEASED:
        return _("The reminder was withdrawn.")
    items = list(notice.items.all())
    holds = Hold.objects.in_force(as_of=as_of).filter(company=notice.company, customer=notice.customer_id)
    held = set(holds.values_list("item_id", flat=True))
    if None in held or held & {item.item_id for item in items}:
        return _("A hold was set meanwhile.")
    position = position_at(notice.company, known_at=None)
    now, credit = open_of(notice.company, notice.customer_id, as_of=as_of, position=position)
    for item in items:
        left = now.get(item.item_id, Decimal(0))
        if not left:
            return _("%(number)s was settled meanwhile.") % {"number": item.number}
        if left != item.open_amount:
            return _("What is open of %(number)s has changed meanwhile.") % {"number": item.number}
    if any(total.credit != credit.get(total.currency, Decimal(0)) for total in notice.totals.all()):
        return _("What is not applied of the customer’s payments has changed meanwhile.")
    return ""
