"""Tables of the API: the keys that programs sign in with, and who is told what happened."""

from arap.api.models.tokens import ApiToken
from arap.api.models.webhooks import Delivery, Event, Webhook

__all__ = ["ApiToken", "Delivery", "Event", "Webhook"]
