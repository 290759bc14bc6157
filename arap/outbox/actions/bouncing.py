"""What came back: messages that a server took and another one gave up."""

import hashlib
import logging
from collections import Counter
from contextlib import suppress as suppress_errors

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import AuditEntry
from arap.outbox.actions.resolving import REASON_MAX, suppress
from arap.outbox.mailboxes import opened
from arap.outbox.mime import recipient_address
from arap.outbox.models import Message
from arap.outbox.reports import Failure, failures
from arap.outbox.rules import is_gone

logger = logging.getLogger(__name__)

State = Message.State
VERB = "message.bounce"


def read_bounces(url: str) -> Counter[str]:
    """Read the delivery reports in the mailbox at `url`; how many there were of each kind.

    "bounced": the message is marked as come back. "known": it was already, or it has moved on since. "foreign": the
    report is about no message of ours, and stays unread. Raises Refused("mailbox").
    """
    counts: Counter[str] = Counter()
    with opened(url) as mailbox:
        for key, content in mailbox.unread():
            kinds = take_report(content)
            counts.update(kinds)
            if set(kinds) - {"foreign"}:
                mailbox.mark_read(key)
    return counts


def take_report(content: bytes) -> list[str]:
    """Note what one mail reports, a word for each of our messages in it; "foreign" for one that is not ours.

    The same mail counts once, whatever became of the message since.
    """
    digest = hashlib.sha256(content).hexdigest()
    reported: dict[str, list[Failure]] = {}
    for failure in failures(content):
        reported.setdefault(failure.message_id, []).append(failure)
    return [_bounce(message_id, found, digest) for message_id, found in reported.items()]


@transaction.atomic
def _bounce(message_id: str, reported: list[Failure], digest: str) -> str:
    """Mark one message. Nothing is sent to its address any more where the report says that this very one is no good."""
    rows = Message.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    message = rows.filter(message_id=message_id).first()
    if message is None:
        return "foreign"
    seen = AuditEntry.objects.filter(
        object_type=message._meta.label_lower, object_id=str(message.pk), verb=VERB, after__report=digest
    )
    if message.state not in (State.SENT, State.UNKNOWN) or seen.exists():
        return "known"
    failure = next((each for each in reported if _is_about(each, message)), reported[0])
    gone = _is_about(failure, message) and is_gone(failure.status, failure.diagnostic)
    said = f"{failure.status} {failure.diagnostic}".strip()
    with translation.override(message.company.language):
        said = said or _("The mail server that took it gave it up, and did not say why.")
    before = message.state
    message.state, message.sent_at, message.last_error = State.BOUNCED, None, said[:REASON_MAX]
    message.save(update_fields=["state", "sent_at", "last_error"])
    if gone:
        suppress(message, said)
    after = {"state": message.state, "said": said, "suppressed": gone, "report": digest}
    audit.record(by=None, verb=VERB, obj=message, before={"state": before}, after=after)
    logger.info("message %s came back: %s", message.pk, failure.status)
    return "bounced"


def _is_about(failure: Failure, message: Message) -> bool:
    """Whether the report names the address that we wrote to, and not one to which it was passed on."""
    ours = {message.to_address.strip().lower()}
    with suppress_errors(Invalid):
        ours.add(recipient_address(message).lower())
    return any(address.lower() in ours for address in failure.addresses)
