"""Signing in and out."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core import attempts
from arap.core.access import place_of
from arap.core.actions.sessions import note_sign_in
from arap.core.errors import Forbidden
from arap.core.factors import has_factor
from arap.core.forms import SignInForm
from arap.core.middleware import SESSION_FACTOR, SESSION_FIRST_PASSWORD
from arap.core.models import User
from arap.core.permissions import LOST, public
from arap.core.queries import keeps_first_password
from arap.core.session_store import SessionStore
from arap.core.views.choices import remember_language, target_of
from arap.core.views.errors import error

TOO_MANY = 429
SESSION_PENDING = "pending_sign_in"


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. It shows no figure and no state of the system."""
    target = target_of(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = _authenticated(request, form)
        if user is not None:
            return _ask_factor(request, user, target) if has_factor(user) else enter(request, user, target)
    next_page = "" if target == reverse("desk:today") else target
    context = {"form": form, "next": next_page, "is_lost": request.GET.get(LOST) == "1"}
    if not form.pause:
        return render(request, "core/sign_in.html", context, status=422 if form.errors else 200)
    response = render(request, "core/sign_in.html", context, status=TOO_MANY)
    response.headers["Retry-After"] = str(form.pause * 60)
    return response


def _ask_factor(request: HttpRequest, user: User, target: str) -> HttpResponse:
    # What a session is bound to goes along: a password changed meanwhile makes the one that waits void.
    request.session[SESSION_PENDING] = {
        "user": user.pk,
        "bound_to": user.get_session_auth_hash(),
        "at": timezone.now().isoformat(),
        "wrong": 0,
        "next": target,
    }
    return redirect("core:sign_in_code")


def enter(request: HttpRequest, user: User, target: str, *, factor: str = "") -> HttpResponse:
    """Let somebody in who has shown who they are, and send them on. The only place that opens a session."""
    SessionStore.clear_expired()
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if factor:
        request.session[SESSION_FACTOR] = True
    assert isinstance(request.session, SessionStore)
    place = place_of(request)
    request.session.begin(**place)
    note_sign_in(user, factor=factor, **place)
    first = keeps_first_password(user)
    if first:
        request.session[SESSION_FIRST_PASSWORD] = True
    where = f"{reverse('core:password')}?{urlencode({'next': target})}" if first else target
    return remember_language(HttpResponseRedirect(where), user.language)


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


def _authenticated(request: HttpRequest, form: SignInForm) -> User | None:
    """The user whose name (or e-mail) and password these are; else an error on the form."""
    typed = form.cleaned_data["username"].strip()
    by_email = User.objects.filter(email__iexact=typed).exclude(email="")[:2]
    username = by_email[0].username if len(by_email) == 1 else typed
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    if isinstance(user, User):
        return user
    if attempts.is_paused(request):
        now = timezone.now()
        attempts.note_pause(request, username)
        form.pause = attempts.minutes_until(attempts.pause_ends_at(request, username, at=now), at=now)
        form.add_error("password", pause_text(form.pause))
        return None
    left = attempts.tries_left(request, username)
    message = ngettext(
        "Name and password don’t match. %(left)s try left before a 15-minute pause.",
        "Name and password don’t match. %(left)s tries left before a 15-minute pause.",
        left,
    )
    form.add_error("password", message % {"left": left})
    return None


def pause_text(minutes: int) -> str:
    """What somebody reads who has to wait."""
    message = ngettext(
        "Too many wrong passwords. Try again in %(minutes)s minute.",
        "Too many wrong passwords. Try again in %(minutes)s minutes.",
        minutes,
    )
    return message % {"minutes": minutes}


def paused(request: HttpRequest, original: HttpResponse | None, credentials: Any) -> HttpResponse:
    """What django-axes answers at any door during a pause: the sign-in page's own answer, elsewhere the same words."""
    if original is not None and original.status_code == TOO_MANY:
        return original
    now = timezone.now()
    end = attempts.pause_ends_at(request, (credentials or {}).get("username", ""), at=now)
    minutes = attempts.minutes_until(end, at=now)
    response = error(request, TOO_MANY, _("Please wait"), pause_text(minutes))
    response.headers["Retry-After"] = str(minutes * 60)
    return response
