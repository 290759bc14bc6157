"""What happened with a customer, in words."""

from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arap.core.states import STATES
from arap.desk.queries.timeline import Event
from arap.ledger.templatetags.book import kind_words
from arap.outbox.about import state_code
from arap.outbox.models import Message
from cases.models import Hold

register = template.Library()

OTHERS: dict[str, str | Promise] = {
    "hold": _("Reminders on hold"),
    "release": _("Hold released"),
    "note": _("Note"),
}
SOURCES: dict[str, str | Promise] = {
    "documents": _("Documents"),
    "applications": _("Applications"),
    "messages": _("Messages"),
    "holds": _("Holds"),
    "notes": _("Notes"),
}


@register.filter
def event_words(event: Event) -> str:
    """What kind of event it is."""
    if event.source in OTHERS:
        return str(OTHERS[event.source])
    if event.source == "message":
        return str(_("Mail: %(what)s")) % {"what": Message.Kind(event.kind).label}
    return kind_words(event.kind)


@register.filter
def reason_words(event: Event) -> str:
    """Why a hold was set."""
    return str(Hold.Reason(event.kind).label) if event.source in ("hold", "release") else ""


@register.filter
def source_words(source: str) -> str:
    """What a source of the timeline is called."""
    return str(SOURCES[source])


@register.inclusion_tag("_status_tag.html")
def message_state(state: str) -> dict[str, Any]:
    """The mark and word of a message's state."""
    known = STATES[state_code(state)]
    return {"shape": known.shape, "tone": known.tone, "word": known.word}
