"""The few ways an action can refuse, each one sentence to a person. middleware.py maps them to HTTP.

Programming errors are not here: those are `assert` and crash.
"""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """An act that cannot be done. `code` is for programs, `message` for people, `facts` for both.

    The message may be lazy; it is put into the reader's language when it is shown.
    """

    status: ClassVar[int] = 400
    title: ClassVar[str | Promise] = _("This cannot be done")

    def __init__(self, code: str, message: str | Promise, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message)


class Refused(DomainError):
    """The request is well formed, but the state of things is against it."""

    status = 409
    title = _("This was refused")


class NotFound(DomainError):
    """No such thing, or none that this person may know of."""

    status = 404
    title = _("Not found")


class Invalid(DomainError):
    """The input itself is wrong. `facts["field"]`, where given, names the field."""

    status = 422
    title = _("The input is not right")


class Forbidden(DomainError):
    """The person's roles do not include this verb."""

    status = 403
    title = _("You may not do this")


class MissingRate(Invalid):
    """No exchange rate of a currency is valid on a day."""
