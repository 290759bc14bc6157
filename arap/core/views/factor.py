"""The second factor: the step at signing in, setting it up, its recovery codes, turning it off."""

from base64 import b32encode
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from arap.core import qr
from arap.core.actions.factors import Verdict, check_factor, prepare_factor, remove_factor, renew_codes, set_factor
from arap.core.errors import Refused
from arap.core.factors import codes_left, has_factor
from arap.core.forms import CodeForm, PasswordAgainForm
from arap.core.middleware import SESSION_FACTOR
from arap.core.models import User
from arap.core.permissions import public, signed_in
from arap.core.views.account import person
from arap.core.views.choices import target_of
from arap.core.views.sign_in import SESSION_PENDING, TOO_MANY, enter
from arap.core.wording import seconds_words

# How long a password that was right waits for its code, and how many wrong ones it bears.
PENDING_LASTS = timedelta(minutes=10)
WRONG_MAX = 5


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step of signing in. Nobody is in yet."""
    user = _pending(request)
    if user is None:
        request.session.pop(SESSION_PENDING, None)
        return redirect("core:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict = check_factor(user, form.cleaned_data["code"])
        if verdict.factor:
            target = request.session.pop(SESSION_PENDING)["next"]
            response = enter(request, user, target, factor=verdict.factor)
            _say_what_is_left(request, user, verdict)
            return response
        _explain(form, verdict)
        if not _may_go_on(request):
            messages.error(request, _("Too many wrong codes: start again with your password."))
            return redirect("core:sign_in")
    status = TOO_MANY if form.must_wait else 422 if form.errors else 200
    return render(request, "core/sign_in_code.html", {"form": form}, status=status)


@signed_in
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Set the second factor up, or see that it is."""
    user = person(request)
    if has_factor(user):
        if not request.session.get(SESSION_FACTOR):  # it was set up elsewhere: this session has not shown it
            logout(request)
            return redirect("core:sign_in")
        return _is_set(request, user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verdict, codes = set_factor(user, form.cleaned_data["code"], session_key=request.session.session_key)
        if codes:
            request.session[SESSION_FACTOR] = True
            return _show_codes(request, codes)
        _explain(form, verdict)
    device = prepare_factor(user)
    secret = b32encode(device.bin_key).decode()
    context = {
        "form": form,
        "picture": qr.picture(device.config_url),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "is_required": request.factor_required,  # type: ignore[attr-defined]
        "next": target_of(request),
    }
    status = TOO_MANY if form.must_wait else 422 if form.errors else 200
    return render(request, "core/factor_new.html", context, status=status)


@signed_in
@never_cache
@sensitive_post_parameters("password")
@require_POST
def factor_codes(request: HttpRequest) -> HttpResponse:
    """Ten other recovery codes, for who gives the password again."""
    user = person(request)
    form = PasswordAgainForm(request.POST, request=request, prefix="codes")
    if form.is_valid():
        return _show_codes(request, renew_codes(user))
    return _is_set(request, user, codes_form=form)


@signed_in
@never_cache
@sensitive_post_parameters("password")
@require_POST
def factor_off(request: HttpRequest) -> HttpResponse:
    """Sign in by the password alone from now on, for who gives it again; not where it is required."""
    user = person(request)
    if request.factor_required:  # type: ignore[attr-defined]
        raise Refused("factor_required", _("Your role asks for the second factor: it can be changed, not turned off."))
    form = PasswordAgainForm(request.POST, request=request, prefix="off")
    if not form.is_valid():
        return _is_set(request, user, off_form=form)
    remove_factor(user, by=user)
    request.session.pop(SESSION_FACTOR, None)
    messages.success(request, _("The second factor is off."))
    return redirect("core:account")


def _is_set(request: HttpRequest, user: User, **forms: PasswordAgainForm) -> HttpResponse:
    context = {
        "left": codes_left(user),
        "is_required": request.factor_required,  # type: ignore[attr-defined]
        "codes_form": forms.get("codes_form") or PasswordAgainForm(request=request, prefix="codes"),
        "off_form": forms.get("off_form") or PasswordAgainForm(request=request, prefix="off"),
    }
    return render(request, "core/factor.html", context, status=422 if forms else 200)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "next": target_of(request)}
    return render(request, "core/factor_codes.html", context)


def _pending(request: HttpRequest) -> User | None:
    """Who has given the right password in this browser a moment ago, and is still to show the second factor."""
    pending: dict[str, Any] = request.session.get(SESSION_PENDING) or {}
    if not pending or timezone.now() - datetime.fromisoformat(pending["at"]) > PENDING_LASTS:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), pending["bound_to"]) else None


def _may_go_on(request: HttpRequest) -> bool:
    """Count a wrong code. After too many the password has to be given again."""
    pending = request.session[SESSION_PENDING]
    wrong = pending["wrong"] + 1
    if wrong >= WRONG_MAX:
        del request.session[SESSION_PENDING]
        return False
    request.session[SESSION_PENDING] = {**pending, "wrong": wrong}
    return True


def _explain(form: CodeForm, verdict: Verdict) -> None:
    if verdict.wait_until is None:
        text = _("This code is not right. Each code counts once, and for half a minute.")
        form.add_error("code", text)
        return
    seconds = max(round((verdict.wait_until - timezone.now()).total_seconds()), 1)
    form.must_wait = True
    form.add_error("code", _("Wait %(time)s before the next code.") % {"time": seconds_words(seconds)})


def _say_what_is_left(request: HttpRequest, user: User, verdict: Verdict) -> None:
    if verdict.factor != "recovery":
        return
    left = codes_left(user)
    text = ngettext(
        "That was a recovery code; %(count)s is left. Make new ones in your account.",
        "That was a recovery code; %(count)s are left. Make new ones in your account.",
        left,
    )
    messages.warning(request, text % {"count": left})
