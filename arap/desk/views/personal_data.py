"""Personal data for the administrator: how long it is kept, what is kept of a person, taking it out, erasing it, and
who looked at it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.core.spreadsheets import csv_answer
from arap.desk.actions.personal_data import erase_person
from arap.desk.forms.personal_data import RetentionForm
from arap.desk.queries.personal_data import dossier
from customers.access import looked
from customers.actions import set_retention
from customers.models import AccessEntry, Contact
from customers.personal import contacts_due, notes_due, people, retention_of

PAGE = 50
PEOPLE_SHOWN = 50


@requires("personal_data.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def personal_data(request: CompanyRequest) -> HttpResponse:
    """How long each kind is kept, what waits to be erased, and a search for a person."""
    form = RetentionForm(request.POST or None, initial=retention_of(request.company))
    if request.method == "POST" and form.is_valid():
        set_retention(request.company, form.cleaned_data, by=request.user)
        messages.success(request, _("The changes are kept."))
        return redirect("desk:personal_data")
    text = request.GET.get("q", "").strip()[:100]
    found = list(people(request.company, text)[: PEOPLE_SHOWN + 1])
    if found:
        looked(request.company, request.user, AccessEntry.Page.SEARCH)
    today = timezone.localdate()
    context = {
        "form": form,
        "text": text,
        "people": found[:PEOPLE_SHOWN],
        "more": len(found) > PEOPLE_SHOWN,
        "waiting": list(_contacts().filter(company=request.company, erased_at=None, erase_asked_at__isnull=False)[:20]),
        "contacts_due": contacts_due(request.company, as_of=today).count(),
        "notes_due": notes_due(request.company, as_of=today).count(),
    }
    return render(request, "desk/personal_data.html", context, status=422 if form.errors else 200)


@requires("personal_data.manage")
@require_safe
def person(request: CompanyRequest, pk: int) -> HttpResponse:
    """What is kept of a person, what may be erased now, and what is kept and why."""
    contact = get_for(request.user, "personal_data.manage", _contacts(), pk, request.company)
    looked(
        request.company, request.user, AccessEntry.Page.PERSON, customer_id=contact.customer_id, contact_id=contact.pk
    )
    context = {"contact": contact, "kept": dossier(contact), "months": retention_of(request.company)}
    return render(request, "desk/person.html", context)


@requires("personal_data.manage")
@require_safe
def person_export(request: CompanyRequest, pk: int) -> HttpResponse:
    """All that is kept of a person as JSON or CSV, for a request to see it. That it was taken out is noted."""
    contact = get_for(request.user, "personal_data.manage", _contacts(), pk, request.company)
    looked(
        request.company, request.user, AccessEntry.Page.EXPORT, customer_id=contact.customer_id, contact_id=contact.pk
    )
    name = f"person-{contact.pk}"
    found = dossier(contact)
    if request.GET.get("format") == "csv":
        return csv_answer(name, [("what", "number", "field", "value"), *found.rows()])
    response = JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.json")
    return response


@requires("personal_data.manage")
@require_POST
def person_erase(request: CompanyRequest, pk: int) -> HttpResponse:
    """Erase a person on request, with the notes that are ticked; where that has to wait it is noted."""
    contact = get_for(request.user, "personal_data.manage", _contacts(), pk, request.company)
    ticked = [number for number in map(read_number, request.POST.getlist("note")[:1000]) if number]
    try:
        is_gone = erase_person(contact, notes=ticked, by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("desk:person", pk)
    if is_gone:
        messages.success(request, _("The person is erased. That it was done stays in the history, without the words."))
    else:
        messages.success(request, _("Nothing more is sent to this person; they are erased once nothing is open."))
    return redirect("desk:person", pk)


@requires("audit.view")
@require_safe
def personal_data_access(request: CompanyRequest) -> HttpResponse:
    """Who looked at personal data, newest first, in pages."""
    before = read_number(request.GET.get("before"))
    found = AccessEntry.objects.filter(company=request.company).select_related("actor", "customer").order_by("-pk")
    rows = list((found.filter(pk__lt=before) if before else found)[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "is_first": before is None,
        "first_query": "",
        "next_query": urlencode({"before": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
    }
    return render(request, "desk/personal_data_access.html", context)


def _contacts() -> QuerySet[Contact]:
    return Contact.objects.select_related("customer", "company")
