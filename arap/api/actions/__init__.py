"""Writes of the room: one verb, one function, one transaction, one audit row."""

from arap.api.actions.delivering import deliver, replay, sweep
from arap.api.actions.finding import find_all, find_events
from arap.api.actions.tokens import NewToken, issue_token, revoke_token
from arap.api.actions.webhooks import NewWebhook, make_webhook

__all__ = [
    "NewToken",
    "NewWebhook",
    "deliver",
    "find_all",
    "find_events",
    "issue_token",
    "make_webhook",
    "replay",
    "revoke_token",
    "sweep",
]
