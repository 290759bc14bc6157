"""A person's own account: the password, the second factor, and where they are signed in."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.actions.people import choose_password
from arap.core.actions.sessions import end_sessions
from arap.core.errors import NotFound
from arap.core.factors import has_factor
from arap.core.forms import PasswordForm
from arap.core.middleware import SESSION_FIRST_PASSWORD
from arap.core.models import Session, User
from arap.core.permissions import signed_in
from arap.core.queries import keeps_first_password
from arap.core.session_store import handle
from arap.core.views.choices import target_of


@dataclass(frozen=True, slots=True)
class Place:
    """A session as its person sees it."""

    handle: str
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_here: bool


@signed_in
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """How one signs in, and where one is signed in now."""
    user = person(request)
    places = places_of(user, request.session.session_key)
    context = {
        "places": places,
        "others": len(places) - 1,
        "has_factor": has_factor(user),
        "is_required": request.factor_required,  # type: ignore[attr-defined]
    }
    return render(request, "core/account.html", context)


@signed_in
@require_POST
def session_end(request: HttpRequest, name: str) -> HttpResponse:
    """End one of one's own sessions; this one too, which is signing out."""
    user = person(request)
    keys = [row.session_key for row in Session.objects.filter(user=user) if handle(row.session_key) == name]
    if not keys:
        raise NotFound("not_found", _("This session has ended already."))
    end_sessions(user, by=user, only=keys)
    if keys == [request.session.session_key]:
        return redirect("core:sign_in")
    messages.success(request, _("That session has ended."))
    return redirect("core:account")


@signed_in
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    user = person(request)
    count = end_sessions(user, by=user, but=request.session.session_key)
    text = ngettext("%(count)s other session has ended.", "%(count)s other sessions have ended.", count)
    messages.success(request, text % {"count": count})
    return redirect("core:account")


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose another password. The one in use is asked for, so that an open browser is not enough."""
    user = person(request)
    form = PasswordForm(user, request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        choose_password(user, form.cleaned_data["new_password1"], session_key=request.session.session_key)
        update_session_auth_hash(request, user)
        request.session.pop(SESSION_FIRST_PASSWORD, None)
        messages.success(request, _("The new password counts from now on. All other sessions have ended."))
        return HttpResponseRedirect(target_of(request))
    context = {"form": form, "is_first": keeps_first_password(user), "next": request.GET.get("next", "")}
    return render(request, "core/password.html", context, status=422 if form.errors else 200)


def places_of(user: User, session_key: str | None) -> list[Place]:
    """Where `user` is signed in now; this session first, then the last seen."""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    places = [
        Place(
            handle(row.session_key), row.device, row.address, row.began_at, row.seen_at, row.session_key == session_key
        )
        for row in rows.defer("session_data")
    ]
    return sorted(places, key=lambda place: not place.is_here)


def person(request: HttpRequest) -> User:
    """Who asks; the view is for people who are signed in."""
    assert isinstance(request.user, User)
    return request.user
