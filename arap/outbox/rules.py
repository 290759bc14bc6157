"""What a mail server's answer means. Pure: no Django, no clock.

Reply codes: RFC 5321 4.2 (4xx: try again, 5xx: not this way); enhanced codes: RFC 3463 (class.subject.detail).
"""

import re
from dataclasses import dataclass
from enum import Enum

WAIT_SECONDS_MAX = 24 * 3600
# Without an enhanced code these say that the mailbox is not there (RFC 5321 4.2.3).
NO_SUCH_MAILBOX = {550, 551, 553}
MAILBOX_FULL = 552
# RFC 3463 3.2 and 3.3: bad address, moved, disabled mailbox. 5.2.2 (full) comes and goes.
GONE = re.compile(r"^5\.(1\.([0-6]|9|10)|2\.1)$")
ABOUT_RECIPIENT = re.compile(r"^5\.[12]\.\d+$")
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Stage(Enum):
    """How far the talk with the server had come when it said no."""

    CONNECTION = "connection"  # greeting, encryption, sign-in: nothing about this message yet
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"  # DATA, before or after the content


class Fate(Enum):
    """What becomes of a message after one try."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_gone`: the address itself is no good, and not to be written to again."""

    fate: Fate
    is_gone: bool = False


def judge(stage: Stage, code: int, text: str) -> Verdict:
    """What a refusal means. A refusal that speaks of our relay or of policy says nothing against the recipient."""
    if stage is Stage.CONNECTION or not 500 <= code <= 599:
        return Verdict(Fate.DEFERRED)
    found = ENHANCED.search(text)
    enhanced = found[1] if found else ""
    if GONE.match(enhanced):
        return Verdict(Fate.BOUNCED, is_gone=True)
    if ABOUT_RECIPIENT.match(enhanced):
        return Verdict(Fate.BOUNCED)
    if stage is Stage.RECIPIENT and not enhanced and code in NO_SUCH_MAILBOX:
        return Verdict(Fate.BOUNCED, is_gone=True)
    if stage is Stage.RECIPIENT and not enhanced and code == MAILBOX_FULL:
        return Verdict(Fate.BOUNCED)
    return Verdict(Fate.FAILED)


def is_gone(status: str, diagnostic: str) -> bool:
    """Whether a delivery report says that the address itself is no good (RFC 3464 2.3.4: `status` is an enhanced code).

    Where the status says nothing but "for good" (5.0.0), the words of the server that refused it count.
    """
    if status == "5.0.0":
        found = ENHANCED.search(diagnostic)
        status = found[1] if found else status
    return bool(GONE.match(status))


def wait_seconds(attempts: int, first: int) -> int:
    """The pause after the `attempts`-th try: `first`, doubled each time, at most a day."""
    doublings = min(attempts - 1, WAIT_SECONDS_MAX.bit_length())
    return min(first << doublings, WAIT_SECONDS_MAX)
