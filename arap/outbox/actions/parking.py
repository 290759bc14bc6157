"""Messages of a restored backup: what waited when it was made may have left since, and nobody here knows."""

import json
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from arap.core.models.companies import LANGUAGES

# An unfinished try was somebody's in another life.
PARK = """
with waiting as (
    select id, company_id, state from outbox_message where state in ('pending', 'sending') for update
),
parked as (
    update outbox_message message set
        state = 'unknown', lease_owner = null, lease_until = null, next_attempt_at = clock_timestamp(),
        last_error = coalesce(%(sentences)s::jsonb ->> company.language, %(sentences)s::jsonb ->> 'en')
    from waiting join core_company company on company.id = waiting.company_id
    where message.id = waiting.id
    returning message.id, message.company_id, waiting.state as was
),
ended as (
    update outbox_attempt attempt set finished_at = clock_timestamp(), outcome = 'unknown'
    from parked where attempt.message_id = parked.id and attempt.finished_at is null
)
insert into core_auditentry (company_id, verb, object_type, object_id, before, after)
select company_id, 'message.park', 'outbox.message', id::text,
       jsonb_build_object('state', was), jsonb_build_object('state', 'unknown')
  from parked
"""


def park(cursor: Any) -> int:
    """Mark every message that waits or is being sent as unknown, for a person to decide; how many there were.

    `cursor` leads to the restored database, which is not this process's own.
    """
    sentences = {}
    for language, _name in LANGUAGES:
        with translation.override(language):
            sentences[language] = _("It waited when the backup was made that this is restored from: it may have left.")
    cursor.execute(PARK, {"sentences": json.dumps(sentences)})
    return int(cursor.rowcount)
