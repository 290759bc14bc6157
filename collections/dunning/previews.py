"""What undoing a receipt means for reminders: told in its preview."""

from django.urls import reverse
from django.utils.translation import gettext as _

from arap.core.wording import prose_day
from dunning.models import Notice, NoticeItem
from receipts.previews import Notice as Told
from receipts.previews import Reopened

SHOWN = 5


def of_undo(reopened: Reopened) -> list[Told]:
    """The reminders that wait for these customers, and the last ones that asked for these items. Two queries."""
    notices = Notice.objects.filter(company=reopened.company).select_related("run", "customer")
    waiting = notices.filter(customer__in=reopened.customer_ids, state=Notice.State.PROPOSED).order_by("-pk")[:SHOWN]
    told = [
        Told(
            _("The reminder of %(day)s to %(customer)s waits. It would not be true any more, and so not leave.")
            % {"day": prose_day(notice.run.as_of), "customer": getattr(notice.customer, "code", "")},
            reverse("dunning:notice", args=[notice.pk]),
        )
        for notice in waiting
    ]
    asked = NoticeItem.objects.filter(
        company=reopened.company, item__in=reopened.item_ids, notice__state=Notice.State.RELEASED
    )
    for row in asked.select_related("notice__run").order_by("-notice", "due_on")[:SHOWN]:
        told.append(
            Told(
                _("The reminder of %(day)s asked for %(number)s. From the next run on it can be reminded again.")
                % {"day": prose_day(row.notice.run.as_of), "number": row.number},
                reverse("dunning:notice", args=[row.notice_id]),
            )
        )
    return told
