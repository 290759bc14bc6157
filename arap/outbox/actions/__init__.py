"""Writes of the outbox: one verb, one function, one transaction."""

from arap.outbox.actions.bouncing import read_bounces
from arap.outbox.actions.parking import park
from arap.outbox.actions.queueing import NewMessage, queue
from arap.outbox.actions.resolving import (
    allow_address,
    ask_again,
    cancel,
    cancel_about,
    cancel_to,
    mark_sent,
    send_again,
    suppression_of,
)
from arap.outbox.actions.sending import send_due
from arap.outbox.actions.sweeping import reap, sweep

__all__ = [
    "NewMessage",
    "allow_address",
    "ask_again",
    "cancel",
    "cancel_about",
    "cancel_to",
    "mark_sent",
    "park",
    "queue",
    "read_bounces",
    "reap",
    "send_again",
    "send_due",
    "suppression_of",
    "sweep",
]
