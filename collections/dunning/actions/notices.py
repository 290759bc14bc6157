"""Single notices: left out by a person, or called off because they did not leave."""

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import User
from arap.outbox.about import CALLED_OFF_BY_ITSELF, messages_about_ids
from arap.outbox.models import Message
from dunning.models import Notice
from dunning.refusals import Refusal

_CALL_OFF = """
with gone as (
  update dunning_notice n set state = 'cancelled', reason = w.reason, decided_by_id = coalesce(%(by)s, n.decided_by_id)
    from unnest(%(ids)s::bigint[], %(reasons)s::text[]) as w (id, reason)
   where n.id = w.id and n.state in ('proposed', 'released')
  returning n.id
)
update dunning_noticeitem i set announces = null from gone where i.notice_id = gone.id and i.announces is not null
"""


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


def call_off(refusals: Mapping[int, Refusal], *, by: User | None) -> None:
    """Cancel notices (id -> why) that wait or never left; what they announced may be announced anew. One query.

    Belongs inside the transaction of the act that finds out.
    """
    assert connection.in_atomic_block, "a notice changes together with what made it change"
    if not refusals:
        return
    with connection.cursor() as cursor:
        cursor.execute(_CALL_OFF, {
            "ids": list(refusals), "reasons": [str(refusal) for refusal in refusals.values()],
            "by": by.pk if by else None,
        })  # fmt: skip


def call_off_unsent(notice: Notice, refusal: Refusal, message: Message) -> None:
    """Keep with the notice why `message`, the last of its messages that could still leave, does not.

    A notice that reached somebody, or that a person cancelled for somebody, was decided about: it keeps its step.
    """
    others = messages_about_ids(notice.company, Notice, [notice.pk]).exclude(pk=message.pk)
    if not others.exclude(CALLED_OFF_BY_ITSELF).exists():
        call_off({notice.pk: refusal}, by=None)
