"""Writes of the outbox: one verb, one function, one transaction."""

from arap.outbox.actions.queueing import NewMessage, queue

__all__ = ["NewMessage", "queue"]
