"""One notice."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import User
from dunning.models import Notice


@transaction.atomic
def exclude_notice(notice: Notice, *, reason: str, by: User) -> None:
    """Leave a proposed notice out, for a reason. Its step counts as done, so it is not proposed again the next day.

    Raises Invalid without a reason and Refused("notice_decided") when it waits no more.
    """
    if not reason.strip():
        raise Invalid("reason_missing", _("Say why this reminder is left out."), field="reason")
    changed = Notice.objects.filter(pk=notice.pk, state=Notice.State.PROPOSED).update(
        state=Notice.State.EXCLUDED, reason=reason.strip()[:500], decided_by=by
    )
    if not changed:
        raise Refused("notice_decided", _("This reminder does not wait any more."))
    notice.refresh_from_db()
    audit.record(by=by, verb="reminder.exclude", obj=notice, after={"reason": notice.reason})
