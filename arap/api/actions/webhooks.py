"""Who is told: making and ending webhooks."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from arap.api.models import Event, Webhook
from arap.api.webhooks.carrier import BadAddress, check_url
from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import Company, User

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook as it is made. `secret` (hexadecimal) is shown once; the other side checks signatures with it."""

    webhook: Webhook
    secret: str


@transaction.atomic
def make_webhook(company: Company, *, url: str, events: Collection[str], by: User | None) -> NewWebhook:
    """Tell `url` of `events` (Event) from now on. Raises Invalid (facts: field)."""
    try:
        check_url(url)
    except BadAddress as error:
        raise Invalid("invalid_webhook", str(error), field="url") from error
    if not events or not set(events) <= set(Event.values):
        raise Invalid("invalid_webhook", _("Choose what is to be told."), field="events")
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(position), 0) from ledger_book where company_id = %s", [company.pk])
        position = cursor.fetchone()[0]
    secret = secrets.token_bytes(SECRET_BYTES)
    webhook = Webhook.objects.create(
        company=company, url=url, events=sorted(set(events)), secret=secret, position=position
    )
    audit.record(by=by, verb="webhook.make", obj=webhook, after={"url": url, "events": webhook.events})
    return NewWebhook(webhook, secret.hex())
