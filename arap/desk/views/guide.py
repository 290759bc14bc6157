"""The first day: what a company needs, step by step, each done on a small page of its own."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError, Forbidden, Refused
from arap.core.http import CompanyRequest
from arap.core.middleware import SESSION_COMPANY
from arap.core.models import Company, Membership, Role, User
from arap.core.permissions import allows, get_for, requires, signed_in
from arap.core.queries import keeping_first_password
from arap.desk.actions import set_up
from arap.desk.forms.set_up import CompanyForm, InviteForm, LetterheadForm
from arap.desk.queries.guide import Progress, first_debtor, progress
from arap.desk.views.today import today
from customers.models import Customer

INVITED = "invited"


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Today; for somebody without any company who may found one, the guide."""
    if getattr(request, "company", None) is None and _may_found(request):
        return redirect("desk:guide")
    return today(request)


@signed_in
@require_safe
def guide(request: CompanyRequest) -> HttpResponse:
    """The steps with what is done of them."""
    is_homeless = getattr(request, "company", None) is None
    if not (_may_found(request) if is_homeless else allows(request.roles, "company.set_up")):
        raise Forbidden("forbidden", _("Your role does not allow this."), verb="company.set_up")
    found = progress(request.company)
    debtor = first_debtor(request.company) if found.items else None
    context = {"progress": found, "next": _next(found), "debtor": debtor, "statement_url": _statement_url(debtor)}
    return render(request, "desk/guide.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def guide_company(request: CompanyRequest) -> HttpResponse:
    """Found a company. For superusers: whoever founds one is its administrator."""
    if not _may_found(request):
        raise Forbidden("forbidden", _("Your role does not allow this."), verb="company.set_up")
    form = CompanyForm(request.POST or None, initial=_first_values(request.user.language))
    if request.method == "POST" and form.is_valid():
        try:
            company = set_up.found_company(by=request.user, year=timezone.localdate().year, **form.cleaned_data)
        except DomainError as error:
            form.add_error(_field(error, form, "code"), str(error.message))
        else:
            request.session[SESSION_COMPANY] = company.pk
            messages.success(request, _("The company is founded. You are its administrator and controller."))
            return redirect("desk:guide")
    return render(request, "desk/guide_company.html", {"form": form}, status=422 if form.errors else 200)


@requires("company.set_up")
@require_http_methods(["GET", "HEAD", "POST"])
def guide_letterhead(request: CompanyRequest) -> HttpResponse:
    """What is printed on top of every paper."""
    company = Company.objects.get(pk=request.company.pk)  # its own copy: a form writes on it before it is valid
    form = LetterheadForm(
        request.POST or None,
        request.FILES or None,
        instance=company,
        upload_too_large=getattr(request, "upload_too_large", False),
    )
    if request.method == "POST" and form.is_valid():
        set_up.set_letterhead(request.company, by=request.user, **form.changes())
        messages.success(request, _("The letterhead is recorded. Papers that left keep theirs."))
        return redirect("desk:guide")
    context = {"form": form, "has_logo": bool(request.company.logo)}
    return render(request, "desk/guide_letterhead.html", context, status=422 if form.errors else 200)


@requires("company.set_up")
@require_http_methods(["GET", "HEAD", "POST"])
def guide_people(request: CompanyRequest) -> HttpResponse:
    """Who works here and as what; a new person's first password is shown once."""
    form = InviteForm(request.POST or None, initial=_first(request))
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
        try:
            user, password = set_up.invite(request.company, by=request.user, **data)
        except DomainError as error:
            form.add_error(_field(error, form, "username"), str(error.message))
        else:
            return _with_password(request, user, password)
    return render(request, "desk/guide_people.html", _people(request.company, form), status=422 if form.errors else 200)


@requires("company.set_up")
@require_POST
def guide_password(request: CompanyRequest, pk: int) -> HttpResponse:
    """Another first password for somebody who has not signed in yet, where the first was lost."""
    held = get_for(request.user, "company.set_up", Membership.objects.select_related("user"), pk, request.company)
    try:
        password = set_up.renew_first_password(request.company, held.user, by=request.user)
    except Refused as error:
        messages.warning(request, str(error.message))
        return redirect("desk:guide_people")
    return _with_password(request, held.user, password)


def _with_password(request: CompanyRequest, user: User, password: str) -> HttpResponse:
    """The page of people with a first password on it, once. Not in a message: those are kept until they are shown."""
    context = {"invited": user, "password": password, **_people(request.company, InviteForm(initial=_first(request)))}
    response = render(request, "desk/guide_people.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _first(request: CompanyRequest) -> dict[str, Any]:
    return {"language": request.company.language, "role": Role.CLERK}


def _people(company: Company, form: InviteForm) -> dict[str, Any]:
    held: dict[int, list[Membership]] = {}
    rows: QuerySet[Membership] = Membership.objects.filter(company=company, user__is_active=True)
    for row in rows.select_related("user").order_by("user__username", "role"):
        held.setdefault(row.user_id, []).append(row)
    first = keeping_first_password(held)
    return {"form": form, "people": [(rows[0].user, rows, pk in first) for pk, rows in held.items()]}


def _may_found(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _first_values(language: str) -> dict[str, str]:
    """What most companies of a language will choose; the form shows it and can be told otherwise."""
    if language == "zh-hans":
        return {"language": language, "country": "CN", "base_currency": "CNY", "time_zone": "Asia/Shanghai"}
    return {"language": language, "country": "", "base_currency": "USD", "time_zone": "UTC"}


def _next(found: Progress) -> str:
    """The step to do next: the first that is not done. People can wait until there is work for them."""
    order = ["company", "letterhead", "bank_account", "items"]
    if found.needs_rates:
        order.append("rates")
    return next((name for name in [*order, "statement", "people"] if not getattr(found, name)), "")


def _statement_url(debtor: Customer | None) -> str:
    """Where the first statement is made."""
    return reverse("statements:new", args=[debtor.pk]) if debtor else ""


def _field(error: DomainError, form: Any, otherwise: str) -> str:
    field = error.facts.get("field")
    return str(field) if field in form.fields else otherwise
