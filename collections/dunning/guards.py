"""Asked by the outbox just before a reminder leaves: is every word of it still true?"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from arap.outbox.models import Message
from dunning.actions.notices import call_off_unsent
from dunning.models import Notice
from dunning.queries.truth import why_not_due
from dunning.refusals import holds_of, words


def still_due(message: Message) -> str:
    """Why the reminder is not to be sent any more, in the company's language; "" when it is still due.

    It is due today when its day has come, each of its items is open with the amount it states, no credit came in or was
    used, no hold was set, its run was not stopped and no later reminder took its place. Whatever moved makes the text
    untrue: it is not sent, the cause is kept with the notice, and the next run decides anew.
    """
    assert message.about_id is not None, "a reminder is about a notice"
    notice = Notice.objects.select_related("run", "company").get(company=message.company_id, pk=message.about_id)
    today = datetime.now(ZoneInfo(str(notice.company.time_zone))).date()
    refusal = why_not_due(notice, as_of=today)
    if refusal is None:
        return ""
    call_off_unsent(notice, refusal, message)
    with translation.override(notice.company.language):
        return words(refusal, holds_of([refusal]).get(refusal))
