"""A request that must count once: the same key gives the same answer, another body is refused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from arap.core.errors import Refused
from arap.core.models import Company, IdempotencyKey

CLAIM = """
insert into core_idempotencykey (company_id, key, request_sha256)
values (%s, %s, %s)
on conflict (company_id, key) do nothing
returning id
"""
STORE = "update core_idempotencykey set response = %s where id = %s"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, and whether it was given before (`is_replay`)."""

    response: Any
    is_replay: bool


def idempotent(company: Company, key: str | None, request: Any, run: Callable[[], Any]) -> Outcome:
    """Run `run` once for `key` and store its answer; later calls with that key get the answer again.

    `request` (anything JSON can hold; order of keys does not matter) says what is asked.
    The key is inserted first and in the transaction of the work: a second caller waits on the
    unique index until the first commits, or takes over if it rolls back. Without a key it simply
    runs. The answer comes back as JSON stores it, the first time too, so replays do not differ.

    Raises Refused("idempotency_conflict") when the key came with another request, and whatever
    `run` raises, in which case nothing is stored.
    """
    if key is None:
        with transaction.atomic():
            return Outcome(json.loads(_text(run())), is_replay=False)
    digest = request_sha256(request)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [company.pk, key, digest])
            claimed = cursor.fetchone()
            if claimed is None:
                return _replay(company, key, digest)
            text = _text(run())
            cursor.execute(STORE, [text, claimed[0]])
        return Outcome(json.loads(text), is_replay=False)


def recorded(company: Company, key: str) -> Any:
    """The answer that `key` was given, whatever was asked with it; None where it was never used."""
    return IdempotencyKey.objects.filter(company=company, key=key).values_list("response", flat=True).first()


def request_sha256(request: Any) -> str:
    """SHA-256 (hex) of `request` written as JSON with sorted keys."""
    text = json.dumps(request, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _replay(company: Company, key: str, digest: str) -> Outcome:
    stored = IdempotencyKey.objects.get(company=company, key=key)
    if stored.request_sha256 != digest:
        raise Refused(
            "idempotency_conflict",
            _("This key was used for another request already."),
            key=key,
        )
    return Outcome(stored.response, is_replay=True)


def _text(response: Any) -> str:
    return json.dumps(response, cls=DjangoJSONEncoder)
