"""Asked by the outbox just before a regular report leaves."""

from django.utils.translation import gettext as _

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
