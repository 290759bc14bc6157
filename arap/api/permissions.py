"""What each method of each address does, as a verb of the permission table. One that does not say so is for nobody."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission

from arap.core.errors import Forbidden
from arap.core.permissions import PERMISSIONS

Handler = TypeVar("Handler", bound=Callable[..., Any])


def requires(verb: str) -> Callable[[Handler], Handler]:
    """Declare what a method of a view does."""
    assert verb in PERMISSIONS, f"undeclared verb {verb}"

    def declare(handler: Handler) -> Handler:
        handler.required_verb = verb  # type: ignore[attr-defined]
        return handler

    return declare


class HasVerb(BasePermission):
    """The method's verb must be among the token's scopes and allowed by the person's roles."""

    def has_permission(self, request: Any, view: Any) -> bool:
        if request.method in view.allowed_methods:  # any other is answered 405
            handler = getattr(view, request.method.lower())
            if getattr(handler, "required_verb", None) not in request.verbs:
                raise Forbidden("forbidden", _("This token may not do that, or your role does not allow it."))
        return True
