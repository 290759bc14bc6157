"""Why a reminder that was decided does not leave: a code that is kept with the notice, and its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from arap.core import wording
from cases.models import Hold


class Cause(StrEnum):
    """What stands against a reminder. It is kept, with what it is about, in Notice.reason."""

    WITHDRAWN = "withdrawn"  # it was left out, or cancelled before
    STOPPED = "stopped"
    TOO_EARLY = "too_early"
    HELD = "held"  # about: the hold's id
    SETTLED = "settled"  # about: the document's number
    CHANGED = "changed"  # about: the document's number
    FELL_DUE = "fell_due"  # about: the document's number
    CREDIT = "credit"
    SUPERSEDED = "superseded"
    NO_ADDRESS = "no_address"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A cause and what it is about: a hold's id, a document's number, or nothing."""

    cause: Cause
    about: str = ""

    def __str__(self) -> str:
        return f"{self.cause}:{self.about}" if self.about else self.cause.value


def read_refusal(reason: str) -> Refusal | None:
    """The refusal kept as `reason`; None for anything else."""
    cause, _colon, about = reason.partition(":")
    return Refusal(Cause(cause), about) if cause in set(Cause) else None


def holds_of(refusals: Iterable[Refusal]) -> dict[Refusal, Hold]:
    """The holds that refusals name, each with `set_by`. At most one query."""
    named = {int(refusal.about): refusal for refusal in refusals if refusal.cause is Cause.HELD}
    holds = Hold.objects.select_related("set_by").in_bulk(named) if named else {}
    return {named[pk]: hold for pk, hold in holds.items()}


def words(refusal: Refusal, hold: Hold | None = None) -> str:
    """One sentence in the language in use. For Cause.HELD `hold` is the one it names, with `set_by`."""
    number = {"number": refusal.about}
    match refusal.cause:
        case Cause.HELD:
            return hold_words(hold) if hold else _("A hold was set meanwhile.")
        case Cause.SETTLED:
            return _("%(number)s was settled meanwhile.") % number
        case Cause.CHANGED:
            return _("What is open of %(number)s has changed meanwhile.") % number
        case Cause.FELL_DUE:
            return _("%(number)s fell due meanwhile.") % number
        case Cause.CREDIT:
            return _("What is not applied of the customer’s payments has changed meanwhile.")
        case Cause.SUPERSEDED:
            return _("A later reminder took its place before it left.")
        case Cause.TOO_EARLY:
            return _("The day it speaks of has not come yet.")
        case Cause.STOPPED:
            return _("The run was stopped; the next run decides anew.")
        case Cause.NO_ADDRESS:
            return _("Nobody at this customer receives reminders any more.")
        case Cause.NOT_SENT:
            return _("It was not sent; the next run decided anew.")
    return _("The reminder was withdrawn.")


def hold_words(hold: Hold) -> str:
    """On hold: why, by whom, until when."""
    separator = "，" if wording.in_chinese() else ", "
    facts = {
        "why": separator.join(filter(None, [hold.get_reason_display(), hold.note])),
        "who": hold.set_by.get_full_name() if hold.set_by else "–",
    }
    if hold.ends_on is None:
        return _("On hold until somebody releases it: %(why)s. Set by %(who)s.") % facts
    return _("On hold until %(until)s: %(why)s. Set by %(who)s.") % {**facts, "until": wording.prose_day(hold.ends_on)}
