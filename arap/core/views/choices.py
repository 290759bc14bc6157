"""Language, theme, density and company: choices that belong to a person rather than to a page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arap.core.context import DENSITIES, DENSITY_COOKIE, THEME_COOKIE, THEMES
from arap.core.errors import NotFound
from arap.core.middleware import SESSION_COMPANY
from arap.core.models import User
from arap.core.models.companies import LANGUAGES
from arap.core.permissions import public, signed_in

YEAR_SECONDS = 365 * 24 * 3600
_COOKIE: dict[str, Any] = {"samesite": "Lax", "httponly": True, "secure": settings.SESSION_COOKIE_SECURE}


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read everything in another language from now on; a signed-in user keeps the choice."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(LANGUAGES):
        raise NotFound("unknown_language", _("There is no such language."))
    if isinstance(request.user, User):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return remember_language(HttpResponseRedirect(target_of(request)), chosen)


@signed_in
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """All choices of a person in one place."""
    return render(request, "core/settings.html")


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system says; kept in this browser."""
    return _kept(request, THEME_COOKIE, request.POST.get("theme", ""), THEMES)


@signed_in
@require_POST
def density(request: HttpRequest) -> HttpResponse:
    """Rows closer together or not; kept in this browser, as it depends on the screen."""
    return _kept(request, DENSITY_COOKIE, request.POST.get("density", ""), DENSITIES)


@signed_in
@require_POST
def digest(request: HttpRequest) -> HttpResponse:
    """Whether what waits for one's approval comes by e-mail in the morning."""
    assert isinstance(request.user, User)
    request.user.gets_digest = request.POST.get("digest") == "yes"
    request.user.save(update_fields=["gets_digest"])
    return HttpResponseRedirect(target_of(request))


def _kept(request: HttpRequest, cookie: str, chosen: str, known: tuple[str, ...]) -> HttpResponse:
    """Back to the page, with the choice in a cookie; without one where it is none of `known`."""
    response = HttpResponseRedirect(target_of(request))
    if chosen in known:
        response.set_cookie(cookie, chosen, max_age=YEAR_SECONDS, **_COOKIE)
    else:
        response.delete_cookie(cookie, samesite="Lax")
    return response


@signed_in
@require_POST
def company(request: HttpRequest) -> HttpResponse:
    """Work in another of one's companies. What is open belongs to the old one, so go to Today."""
    wanted = request.POST.get("company", "")
    chosen = next((each for each in request.companies if str(each.pk) == wanted), None)  # type: ignore[attr-defined]
    if chosen is None:
        raise NotFound("not_found", _("There is no such record."))
    assert isinstance(request.user, User)
    request.session[SESSION_COMPANY] = chosen.pk
    if not chosen.is_practice:  # signing in again leads to real work
        request.user.last_company = chosen
        request.user.save(update_fields=["last_company"])
    return redirect("desk:today")


def target_of(request: HttpRequest) -> str:
    """Where to go next: the page named in the request when it is ours, else Today."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("desk:today")


def remember_language(response: HttpResponse, chosen: str) -> HttpResponse:
    """Keep the language in this browser, for the pages before signing in."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR_SECONDS, **_COOKIE)
    return response
