"""What came back: messages that a server took and another one gave up."""

import hashlib
import logging
from collections import Counter
from contextlib import suppress as suppress_errors
from datetime import timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import AuditEntry
from arap.outbox.actions.resolving import REASON_MAX, suppress
from arap.outbox.mailboxes import named, opened
from arap.outbox.mime import ascii_address
from arap.outbox.models import Message, SeenMail
from arap.outbox.reports import Failure, failures
from arap.outbox.rules import is_gone

logger = logging.getLogger(__name__)

State = Message.State
VERB = "message.bounce"
# In one round. What is left is for the next, which begins behind it.
MAILS_MAX = 500
# So many are looked at before it is noted which: whoever dies looks at no more than these again.
CHUNK = 50


def read_bounces(url: str) -> Counter[str]:
    """Read the delivery reports in the mailbox at `url`; how many there were of each kind.

    "bounced": the message is marked as come back. "known": it was already, or it has moved on since. "foreign": the
    report is about no message of ours, and stays unread. Each mail is looked at once, the oldest first, at most
    MAILS_MAX in one round. Raises Refused("mailbox").
    """
    counts: Counter[str] = Counter()
    with opened(url) as mailbox:
        names = _to_look_at(named(url), mailbox.unread())
        for at in range(0, len(names), CHUNK):
            foreign = []
            for name in names[at : at + CHUNK]:
                kinds = take_report(mailbox.read(name) or b"")
                counts.update(kinds)
                if set(kinds) - {"foreign"}:
                    mailbox.mark_read(name)
                else:
                    foreign.append(SeenMail(mailbox=named(url), name=name))
            SeenMail.objects.bulk_create(foreign, ignore_conflicts=True)
    return counts


def _to_look_at(mailbox: str, unread: list[str]) -> list[str]:
    """Those that nobody has looked at. What does not lie there unread any more is forgotten."""
    seen = set(SeenMail.objects.filter(mailbox=mailbox).values_list("name", flat=True))
    SeenMail.objects.filter(mailbox=mailbox, name__in=seen - set(unread)).delete()
    return [name for name in unread if name not in seen][:MAILS_MAX]


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
    reported = [failure for failure in reported if not _is_of_an_earlier_try(failure, message)]
    if not reported or message.state not in (State.SENT, State.UNKNOWN) or seen.exists():
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


def _is_of_an_earlier_try(failure: Failure, message: Message) -> bool:
    """Whether the report speaks of a try before the last: by when the quoted message was written, or where it went.

    A report that quotes nothing and names nobody whom we know, as where mail is passed on, is about the last.
    """
    tries = list(message.tries.filter(number__lt=message.attempts).exclude(handed_over_at=None))
    if failure.written_at is not None:
        last = message.tries.filter(number=message.attempts).first()
        second = timedelta(seconds=1)  # what the Date header of a mail tells
        if last and last.started_at - second < failure.written_at <= last.started_at:
            return False
        if any(each.started_at - second < failure.written_at <= each.started_at for each in tries):
            return True
    named_there = {address.lower() for address in (*failure.addresses, failure.written_to) if address}
    return not named_there & _forms(message.to_address) and any(
        named_there & _forms(each.to_address) for each in tries if each.to_address
    )


def _is_about(failure: Failure, message: Message) -> bool:
    """Whether the report names the address that we wrote to, and not one to which it was passed on."""
    return any(address.lower() in _forms(message.to_address) for address in failure.addresses)


def _forms(address: str) -> set[str]:
    """An address in small letters, as we write it and as servers see it."""
    forms = {address.strip().lower()}
    with suppress_errors(Invalid):
        forms.add(ascii_address(address).lower())
    return forms
