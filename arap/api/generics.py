"""What all addresses of the API have in common."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.models import ApiToken
from arap.api.serializers import QuerySerializer
from arap.core.models import Company, User
from arap.core.permissions import get_for

M = TypeVar("M", bound=Model)


def query(serializer: type[QuerySerializer]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare what may stand in the query of a method's address; it is read into `view.asked`."""

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        handler.query_serializer = serializer  # type: ignore[attr-defined]
        return handler

    return declare


class ApiView(GenericAPIView[Any]):
    """One address. Its methods declare their verb with `requires`, their query with `query`, and writes with `once`.

    `rows_field` is the field of the body that brings many of a kind; `ordering` the order of a list.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    rows_field = ""
    ordering: tuple[str, ...] = ("-pk",)
    asked: Mapping[str, Any]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """For those who list addresses the view declares the verb of its first method."""
        view = super().as_view(**initkwargs)
        view.required_verb = next(handler.required_verb for handler in cls.handlers().values())  # type: ignore[attr-defined]
        return view

    @classmethod
    def handlers(cls) -> dict[str, Any]:
        """Method (in capitals) -> the function that answers it."""
        return {name.upper(): getattr(cls, name) for name in cls.http_method_names if hasattr(cls, name)}

    @property
    def token(self) -> ApiToken:
        token: Any = self.request.auth
        assert isinstance(token, ApiToken), "nobody else is let in"
        return token

    @property
    def company(self) -> Company:
        return self.token.company

    @property
    def user(self) -> User:
        return self.token.user

    @property
    def today(self) -> date:
        return timezone.localdate()

    def get_row(self, found: type[M] | QuerySet[M]) -> M:
        """The row that the address names, of this company. Raises NotFound."""
        verb = getattr(self, (self.request.method or "").lower()).required_verb
        return get_for(self.user, verb, found, self.kwargs["id"], self.company)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(timezone.get_current_timezone()):  # `initial` changes it for this request
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        timezone.activate(ZoneInfo(self.company.time_zone))
        if request.method not in self.allowed_methods:
            return  # answered 405
        handler = getattr(self, request.method.lower())
        serializer = getattr(handler, "query_serializer", QuerySerializer)(data=request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        self.asked = serializer.validated_data

    def throttled(self, request: Request, wait: float) -> NoReturn:
        told = _("Too many requests: this token may send %(limit)s a minute.")
        raise Throttled(wait, told % {"limit": self.token.requests_per_minute}, "too_many_requests")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Content-Language", get_language() or "en")
        for name, value in getattr(request, "limits", {}).items():
            response.headers.setdefault(name, value)
        return response
