"""Notes about a customer, and files beside them."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError, Forbidden, NotFound
from arap.core.file_kinds import SHOWN_INLINE
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import allows, get_for, requires
from arap.desk.forms.notes import NoteForm
from arap.desk.views.customers import customer_rows, head
from customers.actions import withdraw_note, write_note
from customers.models import Note
from customers.queries import ids_standing_for

PAGE = 20


@requires("customer.view")
@require_http_methods(["GET", "HEAD", "POST"])
def customer_notes(request: CompanyRequest, pk: int) -> HttpResponse:
    """The notes of a customer and of duplicates merged into it, newest first, in pages; and writing one."""
    found = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    form = NoteForm(request)
    if request.method == "POST":
        if not allows(request.roles, "customer.note"):
            raise Forbidden("forbidden", _("Your role does not allow this."), verb="customer.note")
        if form.is_valid():
            try:
                write_note(found, text=form.cleaned_data["text"], file=form.cleaned_data["file"], by=request.user)
            except DomainError as error:
                form.add_error(error.facts.get("field"), str(error.message))
            else:
                messages.success(request, _("The note is kept."))
                return redirect("desk:customer_notes", found.pk)
    ids = ids_standing_for(found)
    after = read_number(request.GET.get("after"))
    notes = Note.objects.filter(company=request.company, customer__in=ids).order_by("-pk")
    notes = notes.select_related("file", "written_by", "withdrawn_by").defer("file__content")
    rows = list((notes.filter(pk__lt=after) if after else notes)[: PAGE + 1])
    context = {
        **head(found, ids),
        "form": form,
        "rows": rows[:PAGE],
        "next_query": urlencode({"after": rows[PAGE - 1].pk}) if len(rows) > PAGE else "",
        "is_first": after is None,
        "tab": "notes",
    }
    return render(request, "desk/customer_notes.html", context, status=422 if form.errors else 200)


@requires("customer.view")
@require_safe
def customer_note_file(request: CompanyRequest, pk: int, note_pk: int) -> HttpResponse:
    """The file of a note: pictures and PDFs to look at, others to save. One that was withdrawn is not given out."""
    customer = get_for(request.user, "customer.view", customer_rows(), pk, request.company)
    notes = Note.objects.standing().filter(customer__in=ids_standing_for(customer)).select_related("file")
    note = get_for(request.user, "customer.view", notes, note_pk, request.company)
    if note.file is None:
        raise NotFound("no_file", _("This note has no file."))
    return file_response(note.file, inline=note.file.media_type in SHOWN_INLINE and "save" not in request.GET)


@requires("customer.note")
@require_POST
def customer_note_withdraw(request: CompanyRequest, pk: int, note_pk: int) -> HttpResponse:
    """Take a note back. It stays in the history, struck out."""
    customer = get_for(request.user, "customer.note", customer_rows(), pk, request.company)
    notes = Note.objects.filter(customer__in=ids_standing_for(customer))
    note = get_for(request.user, "customer.note", notes, note_pk, request.company)
    withdraw_note(note, by=request.user)
    messages.success(request, _("The note is withdrawn; the history keeps it."))
    return redirect("desk:customer_notes", customer.pk)
