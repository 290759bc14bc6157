"""Which state of a thing somebody has seen (RFC 9110, 8.8.3 and 13.1.1)."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from arap.api.errors import ApiError


def etag_of(data: Any) -> str:
    """The strong ETag of what is shown: another as soon as anything in it differs."""
    text = json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_match(if_match: str, etag: str) -> None:
    """Raise ApiError 412 unless the caller has seen the state `etag` names. `*` is any state."""
    seen = [each.strip() for each in if_match.split(",")]
    if "*" not in seen and etag not in seen:
        told = _("This was changed meanwhile. Read it again, and change what you find then.")
        raise ApiError(412, "changed_meanwhile", told)
