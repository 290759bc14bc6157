"""What is shown when a request cannot be answered."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from arap.core.permissions import page_before

logger = logging.getLogger(__name__)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: an old page, or cookies are off."""
    logger.info("csrf: %s", reason)
    message = _(
        "This form is too old or cookies are switched off. Nothing was recorded. Go back to it and send it again."
    )
    return unread(request, 403, _("The form was not taken"), message)


def other_company(request: HttpRequest, code: str) -> HttpResponse:
    """A form of one company came while its person works in another, as after a change in another tab."""
    message = _(
        "This form belongs to another company, and you work in %(company)s now: another tab has changed it. Nothing was"
        " recorded. Change the company back, then return to the form."
    )
    return unread(request, 409, _("The form was not taken"), message % {"company": code})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return error(request, 400, _("The request is not right"), _("The address or the form cannot be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 from Django itself; ours come through the error middleware."""
    return error(request, 403, _("You may not do this"), _("Your role does not allow this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 for an address that does not exist."""
    return error(request, 404, _("Not found"), _("There is no such page."))


def failed(request: HttpRequest) -> HttpResponse:
    """500: what went wrong is in the log, under the reference that the page shows."""
    return HttpResponseServerError(render_to_string("500.html", {"reference": getattr(request, "reference", "")}))


def unread(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """A form that was refused unread: what was typed comes back on its page (static/js/typed.js)."""
    context = {"title": title, "message": message, "form_page": page_before(request)}
    return render(request, "core/error.html", context, status=status)


def error(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """A page that says what happened, in the frame where there is a company."""
    return render(request, "core/error.html", {"title": title, "message": message}, status=status)
