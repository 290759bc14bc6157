"""Asked by the outbox just before a regular report, or what waits for somebody's approval, leaves."""

from django.utils.translation import gettext as _

from arap.core.approvals import waiting_for
from arap.core.models import User
from arap.desk.models import ReportSchedule
from arap.desk.queries.schedules import may_read
from arap.outbox.models import Message


def may_still_read(message: Message) -> str:
    """Why the report is not to be sent to this person any more, in the language in use; "" when it is."""
    assert message.about_id is not None, "it is about a schedule"
    schedule = ReportSchedule.objects.select_related("view__company").filter(pk=message.about_id).first()
    if schedule is None:
        return _("The report is not sent any more.")
    user = User.objects.filter(pk=int(message.dedupe_key.rpartition(":")[2])).first()
    return may_read(user, schedule.view) if user else _("There is no such person any more.")


def still_waits(message: Message) -> str:
    """Why the list of what waits is not sent any more, in the language in use; "" when it is."""
    user = User.objects.filter(pk=int(message.dedupe_key.rpartition(":")[2]), is_active=True).first()
    if user is None:
        return _("There is no such person any more.")
    return "" if waiting_for(message.company, user) else _("Nothing waits any more.")
