"""The pages around the API: one's tokens, the documentation, the schema; and every address that is none."""

from functools import cache
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from drf_spectacular.generators import SchemaGenerator

from arap.api.actions import NewToken, issue_token, revoke_token
from arap.api.examples import examples
from arap.api.forms import TokenForm, offered
from arap.api.models import ApiToken
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.idempotency import idempotent
from arap.core.permissions import get_for, public, requires

SHOWN_MAX = 100


@requires("token.use")
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: CompanyRequest) -> HttpResponse:
    """One's own tokens for this company, and a new one. Its secret is on the page that answers, and nowhere else."""
    scopes = offered(request.roles)
    if request.method != "POST":
        return _tokens_page(request, TokenForm(initial={"key": uuid4().hex}, scopes=scopes))
    form = TokenForm(request.POST, scopes=scopes)
    if not form.is_valid():
        return _tokens_page(request, form, status=422)
    made: list[NewToken] = []
    data = form.cleaned_data

    def make() -> int:
        at = timezone.now()
        new = issue_token(
            request.company, request.user, name=data["name"], scopes=data["scopes"], days=data["days"], at=at
        )
        made.append(new)
        return new.token.pk

    asked = {"name": data["name"], "scopes": data["scopes"], "days": data["days"]}
    try:
        idempotent(request.company, f"token:{request.user.pk}:{data['key']}", asked, make)
    except DomainError as error:
        field = str(error.facts.get("field", ""))
        form.add_error(field if field in form.fields else None, str(error.message))
        return _tokens_page(request, form, status=error.status)
    if not made:  # the same form once more: there is nothing to show that was not shown
        messages.warning(request, _("This token was made already. Its secret was shown then, and only then."))
        return redirect("api:tokens")
    return _tokens_page(request, TokenForm(initial={"key": uuid4().hex}, scopes=scopes), made[0])


@requires("token.use")
@require_POST
def revoke(request: CompanyRequest, pk: int) -> HttpResponse:
    """Take one of one's own tokens back."""
    own = ApiToken.objects.filter(user=request.user)
    token = get_for(request.user, "token.use", own, pk, request.company)
    try:
        revoke_token(token, by=request.user)
    except DomainError as error:
        messages.warning(request, str(error.message))
    else:
        messages.success(request, _("Taken back: this token lets nobody in any more."))
    return redirect("api:tokens")


@requires("token.use")
@require_safe
def docs(request: CompanyRequest) -> HttpResponse:
    """How to use the API; what each address takes and answers is shown by Swagger UI, from the schema."""
    return render(request, "api/docs.html", {"examples": examples(settings.SITE_URL)})


@public
@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """The schema in OpenAPI 3.0, for programs that make clients. It holds nothing of any company."""
    return JsonResponse(_schema(get_language()))


@cache
def _schema(language: str) -> dict[str, Any]:
    """The schema in the language in use, made once."""
    generator: Any = SchemaGenerator
    made: dict[str, Any] = generator().get_schema(request=None, public=True)
    return made


@csrf_exempt
@public
def no_such_address(request: HttpRequest) -> JsonResponse:
    """404 in the shape of the API's errors."""
    said = {"code": "no_such_address", "message": _("There is no such address."), "errors": []}
    return JsonResponse(said, status=404)


def _tokens_page(
    request: CompanyRequest, form: TokenForm, new: NewToken | None = None, *, status: int = 200
) -> HttpResponse:
    own = ApiToken.objects.filter(company=request.company, user=request.user).select_related("user", "company")
    now = timezone.now()
    rows = [(token, token.is_live(now)) for token in own.order_by("-pk")[:SHOWN_MAX]]
    context = {"form": form, "rows": rows, "new": new}
    return render(request, "api/tokens.html", context, status=201 if new else status)
