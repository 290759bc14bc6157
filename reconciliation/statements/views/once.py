"""An act that counts once for the key of its form."""

from collections.abc import Callable
from typing import Any

from arap.core.http import CompanyRequest
from arap.core.idempotency import idempotent


def once(request: CompanyRequest, verb: str, act: Callable[[], Any]) -> Any:
    """Do the act once for the key of the form: a double click, or the page sent again, gets the first answer."""
    key = request.POST.get("key", "")[:64]
    asked = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "key")}
    return idempotent(request.company, f"{verb}:{key}" if key else None, asked, act).response
