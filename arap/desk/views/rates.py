"""Exchange rates: typed one by one or from a file, and what an import still lacks."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from arap.core.actions.rates import NewRate, set_rates
from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import allows, requires
from arap.desk.actions.receiving import as_path
from arap.desk.forms.imports import FileForm, RateForm
from arap.desk.models import Import
from arap.desk.takeon import rates as rate_files


@requires("admin.rates")
@require_http_methods(["GET", "HEAD", "POST"])
def rates(request: CompanyRequest) -> HttpResponse:
    """A rate that is typed, or a file of currency, date, rate; the latest ones known, and those an import lacks."""
    is_typed = request.method == "POST" and "rate" in request.POST
    received = _import(request)
    file_form = FileForm(request, initial={"key": uuid4().hex}, is_bound_here=not is_typed)
    lacking = _lacking(received) if received else []
    first = {"currency": lacking[0]["currency"], "valid_from": lacking[0]["first_on"]} if lacking else {}
    today = timezone.localdate()
    form = RateForm(request.POST if is_typed else None, initial=first, company=request.company, today=today)
    if request.method == "POST" and (_type(request, form) if is_typed else _read(request, file_form)):
        return redirect(reverse("desk:rates") + (f"?import={received.pk}" if received else ""))
    context = {
        "form": form,
        "file_form": file_form,
        "rows": rate_files.latest_rates(request.company),
        "received": received,
        "lacking": lacking,
    }
    return render(request, "desk/rates.html", context, status=422 if form.errors or file_form.errors else 200)


def _lacking(received: Import) -> list[dict[str, Any]]:
    result = received.trial.result if received.trial else None
    return list(result["lacking"]) if result else []


def _import(request: CompanyRequest) -> Import | None:
    """The import that waits for rates, where the reader comes from there."""
    number = read_number(request.GET.get("import"))
    if number is None or not allows(request.roles, "history.load"):
        return None
    rows = Import.objects.select_related("trial", "file").defer("file__content")
    received = rows.filter(company=request.company, pk=number).first()
    has_asked = received is not None and received.trial is not None and (received.trial.result or {}).get("lacking")
    return received if has_asked else None


def _type(request: CompanyRequest, form: RateForm) -> bool:
    """Set the rate that was typed; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        set_rates(request.company, [NewRate(**form.cleaned_data)], source=_("typed"), by=request.user)
    except DomainError as error:
        form.add_error("rate", str(error.message))
        return False
    messages.success(request, _("The rate is recorded. Documents posted before keep theirs."))
    return True


def _read(request: CompanyRequest, form: FileForm) -> bool:
    """Set the rates of the file; else the form says why not."""
    if not form.is_valid():
        return False
    upload = form.upload
    try:
        with as_path(upload.chunks()) as path:
            given = rate_files.read_rates(path)
        changed = rate_files.apply_rates(request.company, given, source=str(upload.name)[:100], by=request.user)
    except DomainError as error:
        form.add_error("file", str(error.message))
        return False
    text = ngettext(
        "%(count)d rate read, %(changed)d of them new or different.",
        "%(count)d rates read, %(changed)d of them new or different.",
        len(given),
    )
    facts: dict[str, Any] = {"count": len(given), "changed": changed}
    messages.success(request, text % facts)
    return True
