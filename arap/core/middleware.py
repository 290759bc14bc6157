"""Who is asking, for which company, in which language; and what a refusal looks like."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from arap.core import logs
from arap.core.access import place_of
from arap.core.errors import DomainError
from arap.core.factors import is_required
from arap.core.models import Company, Membership, Role, User
from arap.core.permissions import ROLE_WEIGHT
from arap.core.queries import who_may
from arap.core.session_store import SessionStore
from arap.core.views.errors import other_company

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

SESSION_COMPANY = "company_id"
FORM_COMPANY = "_company"  # written by static/js/typed.js
SESSION_FIRST_PASSWORD = "keeps_first_password"  # noqa: S105 - the name of a mark
SESSION_FACTOR = "second_factor"
# What somebody may do before they have chosen a password of their own.
BEFORE_PASSWORD = ("core:password", "core:sign_out", "core:language", "core:theme")
BEFORE_FACTOR = ("core:factor", "core:sign_out", "core:language", "core:theme")


def note_presence(get_response: GetResponse) -> GetResponse:
    """Middleware: the session of whoever is signed in was seen. Stands after Django's AuthenticationMiddleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            assert isinstance(request.session, SessionStore)
            request.session.touch(**place_of(request))
        return get_response(request)

    return answer


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

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """A form says which company it was made for; it counts for no other."""
        company = getattr(request, "company", None)
        if request.method != "POST" or company is None or getattr(view, "csrf_exempt", False):
            return None
        made_for = request.POST.get(FORM_COMPANY, "")
        return other_company(request, company.code) if made_for and made_for != str(company.pk) else None


def _memberships(user: User) -> dict[Company, frozenset[Role]]:
    rows = Membership.objects.filter(user=user, company__is_active=True)
    held: dict[Company, frozenset[Role]] = {}
    # The practice company comes last: nobody is to land there unasked.
    order = (F("company__practice_for").asc(nulls_first=True), "company__code")
    for row in rows.select_related("company").order_by(*order):
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
    request.held = held  # type: ignore[attr-defined]
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
        return _only(request, BEFORE_PASSWORD, self.get_response)


class SecondFactorMiddleware:
    """Who has to sign in with a second factor and has none sets it up before anything else.

    Sets request.factor_required. Stands after FirstPasswordMiddleware.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.factor_required = isinstance(user, User) and is_required(  # type: ignore[attr-defined]
            user,
            request.held,  # type: ignore[attr-defined]
        )
        has_shown = request.session.get(SESSION_FACTOR) or request.session.get(SESSION_FIRST_PASSWORD)
        if not request.factor_required or has_shown:  # type: ignore[attr-defined]
            return self.get_response(request)
        return _only(request, BEFORE_FACTOR, self.get_response)


def _only(request: HttpRequest, names: tuple[str, ...], get_response: GetResponse) -> HttpResponse:
    """Answer only the pages `names`; everything else leads to the first of them."""
    if request.path in {reverse(name) for name in names}:
        return get_response(request)
    first = reverse(names[0])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": first})
    return HttpResponseRedirect(f"{first}?{urlencode({'next': request.get_full_path()})}")


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
            {
                "error": exception,
                "title": exception.title,
                "message": exception.message,
                "who": _who_may(request, exception),
            },
            status=exception.status,
        )


def _who_may(request: HttpRequest, refused: DomainError) -> str:
    """Whom to ask, where a role is missing; "" elsewhere. Only people of the company one works in are named."""
    company, verb = getattr(request, "company", None), refused.facts.get("verb")
    if company is None or verb is None:
        return ""
    roles, people = who_may(company, verb)
    needs = _("Needs: %(roles)s.") % {"roles": _(", ").join(roles)}
    if not people:
        return f"{needs} " + _("Nobody in your company has this role.")
    return needs + " " + _("In your company: %(people)s.") % {"people": _(", ").join(people)}
