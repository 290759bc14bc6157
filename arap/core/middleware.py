"""Who is asking, for which company, in which language; and what a refusal looks like."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation

from arap.core import logs
from arap.core.errors import DomainError
from arap.core.models import Company, Membership, Role, User
from arap.core.permissions import ROLE_WEIGHT

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

SESSION_COMPANY = "company_id"
SESSION_FIRST_PASSWORD = "keeps_first_password"  # noqa: S105 - the name of a mark
# What somebody may do before they have chosen a password of their own.
BEFORE_PASSWORD = ("core:password", "core:sign_out", "core:language", "core:theme")


class CompanyMiddleware:
    """Sets request.company, request.companies, request.roles and request.role (the weightiest one).

    The company is the session's choice, else the user's last one, else the first by code, always
    among those where the user holds a role now. Without any, company and role are None. Language
    follows the user's setting, time zone the company's, both for this request only.
    Stands after Django's AuthenticationMiddleware and LocaleMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        held = _memberships(user) if isinstance(user, User) else {}
        company = _choose(request, user, held) if isinstance(user, User) else None
        _put(request, company, held)
        if isinstance(user, User):
            logs.bind(user=user.pk, company=company.code if company else None)
        with ExitStack() as stack:
            if isinstance(user, User):
                stack.enter_context(translation.override(user.language))
            if company:
                stack.enter_context(timezone.override(ZoneInfo(company.time_zone)))
            response = self.get_response(request)
            if isinstance(user, User):
                response.headers["Content-Language"] = translation.get_language() or "en"
        return response


def _memberships(user: User) -> dict[Company, frozenset[Role]]:
    rows = Membership.objects.filter(user=user, company__is_active=True)
    held: dict[Company, frozenset[Role]] = {}
    for row in rows.select_related("company").order_by("company__code"):
        held[row.company] = held.get(row.company, frozenset()) | {Role(row.role)}
    return held


def _choose(request: HttpRequest, user: User, held: dict[Company, frozenset[Role]]) -> Company | None:
    by_id = {company.pk: company for company in held}
    for wanted in (request.session.get(SESSION_COMPANY), user.last_company_id):
        if wanted in by_id:
            return by_id[wanted]
    return next(iter(held), None)


def _put(request: HttpRequest, company: Company | None, held: dict[Company, frozenset[Role]]) -> None:
    roles = held[company] if company else frozenset()
    request.company = company  # type: ignore[attr-defined]
    request.companies = list(held)  # type: ignore[attr-defined]
    request.roles = roles  # type: ignore[attr-defined]
    request.role = next((r for r in ROLE_WEIGHT if r in roles), None)  # type: ignore[attr-defined]


class FirstPasswordMiddleware:
    """Who signed in with a password that somebody else has seen chooses another one before anything else.

    The session says so from signing in until the choice. Stands after CompanyMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.session.get(SESSION_FIRST_PASSWORD) or not request.user.is_authenticated:
            return self.get_response(request)
        if request.path in {reverse(name) for name in BEFORE_PASSWORD}:
            return self.get_response(request)
        password = reverse("core:password")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": password})
        return HttpResponseRedirect(f"{password}?{urlencode({'next': request.get_full_path()})}")


class DomainErrorMiddleware:
    """Turns a DomainError that no view caught into a page, or for htmx into a fragment."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        logger.info("%s %s: %s", request.method, request.path, exception.code)
        is_fragment = request.headers.get("HX-Request") == "true"
        return render(
            request,
            "core/_error.html" if is_fragment else "core/error.html",
            {"error": exception, "title": exception.title, "message": exception.message},
            status=exception.status,
        )
