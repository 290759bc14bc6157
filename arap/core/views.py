"""Signing in and out; choosing language, theme and company; the error pages."""

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, HttpResponseServerError
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core import attempts
from arap.core.actions.people import choose_password
from arap.core.context import THEME_COOKIE, THEMES
from arap.core.errors import Forbidden, NotFound
from arap.core.forms import PasswordForm, SignInForm
from arap.core.middleware import SESSION_COMPANY, SESSION_FIRST_PASSWORD
from arap.core.models import User
from arap.core.models.companies import LANGUAGES
from arap.core.permissions import public, signed_in
from arap.core.queries import keeps_first_password

logger = logging.getLogger(__name__)

YEAR_SECONDS = 365 * 24 * 3600
_COOKIE: dict[str, Any] = {"samesite": "Lax", "httponly": True, "secure": settings.SESSION_COOKIE_SECURE}


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. It shows no figure and no state of the system."""
    target = _target(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _authenticated(request, form)
        if user is not None:
            login(request, user)
            first = keeps_first_password(user)
            if first:
                request.session[SESSION_FIRST_PASSWORD] = True
            where = f"{reverse('core:password')}?{urlencode({'next': target})}" if first else target
            return _remember_language(HttpResponseRedirect(where), user.language)
    next_page = "" if target == reverse("desk:today") else target
    context = {"form": form, "next": next_page}
    return render(request, "core/sign_in.html", context, status=422 if form.errors else 200)


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose another password. The one in use is asked for, so that an open browser is not enough."""
    user = request.user
    assert isinstance(user, User)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choose_password(user, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        request.session.pop(SESSION_FIRST_PASSWORD, None)
        messages.success(request, _("The new password counts from now on."))
        return HttpResponseRedirect(_target(request))
    context = {"form": form, "is_first": keeps_first_password(user), "next": request.GET.get("next", "")}
    return render(request, "core/password.html", context, status=422 if form.errors else 200)


@public
@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin has no door of its own: one page counts the tries and asks for another first password."""
    if request.user.is_authenticated:  # who signs in and may not enter would go in circles
        raise Forbidden("forbidden", _("Your role does not allow this."))
    target = request.GET.get("next") or reverse("admin:index")
    return redirect(f"{reverse('core:sign_in')}?{urlencode({'next': target})}")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("core:sign_in")


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
    return _remember_language(HttpResponseRedirect(_target(request)), chosen)


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system says; kept in this browser."""
    response = HttpResponseRedirect(_target(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR_SECONDS, **_COOKIE)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
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
    request.user.last_company = chosen
    request.user.save(update_fields=["last_company"])
    return redirect("desk:today")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: an old page, or cookies are off."""
    logger.info("csrf: %s", reason)
    message = _("This form is too old or cookies are switched off. Go back, reload the page and send it again.")
    return _error(request, 403, _("The form was not taken"), message)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _error(request, 400, _("The request is not right"), _("The address or the form cannot be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 from Django itself; ours come through the error middleware."""
    return _error(request, 403, _("You may not do this"), _("Your role does not allow this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 for an address that does not exist."""
    return _error(request, 404, _("Not found"), _("There is no such page."))


def failed(request: HttpRequest) -> HttpResponse:
    """500: what went wrong is in the log, under the reference that the page shows."""
    return HttpResponseServerError(render_to_string("500.html", {"reference": getattr(request, "reference", "")}))


def _error(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    return render(request, "core/error.html", {"title": title, "message": message}, status=status)


def _target(request: HttpRequest) -> str:
    """Where to go next: the page named in the request when it is ours, else Today."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("desk:today")


def _remember_language(response: HttpResponse, chosen: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR_SECONDS, **_COOKIE)
    return response


def _authenticated(request: HttpRequest, form: SignInForm) -> User | None:
    """The user whose name (or e-mail) and password these are; else an error on the form."""
    typed = form.cleaned_data["username"].strip()
    address = request.META.get("REMOTE_ADDR", "")
    if attempts.tries_left(typed, address) == 0:
        form.add_error("password", _("Too many wrong passwords. Try again in 15 minutes."))
        return None
    by_email = User.objects.filter(email__iexact=typed).exclude(email="")[:2]
    username = by_email[0].username if len(by_email) == 1 else typed
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    if isinstance(user, User):
        attempts.forget(typed, address)
        return user
    left = attempts.note_failure(typed, address)
    message = ngettext(
        "Name and password don’t match. %(left)s try left before a 15-minute pause.",
        "Name and password don’t match. %(left)s tries left before a 15-minute pause.",
        left,
    )
    form.add_error("password", message % {"left": left})
    return None
