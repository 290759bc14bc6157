"""Entering and changing a draft: its page, the effect while it is typed, duplicating and throwing away."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from arap.core.errors import DomainError, Refused
from arap.core.http import CompanyRequest
from arap.core.idempotency import recorded
from arap.core.paging import read_number
from arap.core.permissions import get_for, may, requires
from invoices.actions import delete_draft, enter_draft, post_invoice, update_draft
from invoices.entry import Entry, effect_of, entry_adding_to, entry_of, new_entry, typed_entry
from invoices.forms import COLUMN_LABELS
from invoices.history import changes_of
from invoices.models import Invoice
from invoices.units import UNITS

QUERYSET = Invoice.objects.select_related("customer", "terms", "company", "document", "adds_to__document")
# What is typed; late charges are worked out.
TYPED_KINDS = {Invoice.Kind.INVOICE.value, Invoice.Kind.DEBIT_NOTE.value, Invoice.Kind.CREDIT_NOTE.value}
# What the browser may forget, because it was saved; told to the next page of an invoice.
SAVED_SESSION_KEY = "saved_entry"


@requires("invoice.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: CompanyRequest) -> HttpResponse:
    """Enter an invoice, empty or like another one, or a debit note that adds to one; it is saved as a draft, and posted
    where that was asked for."""
    company, today = request.company, timezone.localdate()
    if request.method != "POST":
        if (adds_to := _added_to(request, request.GET)) is not None:
            return _page(request, entry_adding_to(adds_to, today=today))
        like = read_number(request.GET.get("like"))
        if like is None:
            return _page(request, new_entry(company, today=today, customer=request.GET.get("customer", "")[:60]))
        invoice = get_for(request.user, "invoice.view", QUERYSET, like, company)
        return _page(request, entry_of(invoice, today=today, as_new=True))
    entry = typed_entry(
        company, request.POST, today=today, kind=_kind(request), adds_to=_added_to(request, request.POST)
    )
    if not _is_complete(entry) or request.POST.get("then") == "line":
        return _page(request, entry, status=422 if entry.head.errors or entry.problem else 200)
    key = request.POST.get("key", "")[:64] or uuid4().hex
    try:
        pk = enter_draft(company, entry.draft(), key=key, by=request.user)
    except Refused as error:
        before = recorded(company, key) if error.code == "idempotency_conflict" else None
        if before is None:
            entry.refuse(error)
            return _page(request, entry, status=error.status)
        return _page(request, entry, entered_before=before["invoice"], status=error.status)
    except DomainError as error:
        entry.refuse(error)
        return _page(request, entry, status=error.status)
    return _saved(request, pk, _keep(request, None))


@requires("invoice.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change a draft. What is posted is never edited."""
    invoice = get_for(request.user, "invoice.draft", QUERYSET, pk, request.company)
    today = timezone.localdate()
    if request.method != "POST":
        if invoice.state != Invoice.State.DRAFT:
            messages.error(request, _("What is posted is never edited. Credit it, and enter it anew."))
            return redirect("invoices:detail", pk)
        return _page(request, entry_of(invoice, today=today), invoice=invoice)
    entry = typed_entry(request.company, request.POST, today=today, kind=invoice.kind, adds_to=invoice.adds_to)
    if not _is_complete(entry) or request.POST.get("then") == "line":
        return _page(request, entry, invoice=invoice, status=422 if entry.head.errors or entry.problem else 200)
    version = entry.head.cleaned_data["version"] or 0
    try:
        update_draft(request.company, pk, entry.draft(), version=version, by=request.user)
    except Refused as error:
        if error.code == "stale_draft":
            return _page(request, entry, invoice=invoice, stale=True, status=error.status)
        entry.refuse(error)
        return _page(request, entry, invoice=invoice, status=error.status)
    except DomainError as error:
        entry.refuse(error)
        return _page(request, entry, invoice=invoice, status=error.status)
    return _saved(request, pk, _keep(request, pk))


@requires("invoice.draft")
@require_POST
def effect(request: CompanyRequest) -> HttpResponse:
    """What is typed so far amounts to. Nothing is saved."""
    found = effect_of(request.company, request.POST, today=timezone.localdate())
    return render(request, "invoices/_effect.html", {"effect": found})


@requires("invoice.draft")
@require_POST
def delete(request: CompanyRequest, pk: int) -> HttpResponse:
    """Throw a draft away, as it was looked at."""
    invoice = get_for(request.user, "invoice.draft", Invoice, pk, request.company)
    try:
        delete_draft(
            request.company, invoice.pk, version=read_number(request.POST.get("version")) or 0, by=request.user
        )
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("invoices:detail", pk)
    messages.success(
        request,
        _("Draft %(number)s is thrown away. It had no number in the book, so none is missing.") % {"number": pk},
    )
    return redirect(f"{reverse('invoices:list')}?view=drafts")


def _is_complete(entry: Entry) -> bool:
    """Whether the entry can be taken; what is wrong is said in it."""
    valid = entry.is_valid()
    if not entry.rows:
        entry.problem = _("Type at least one line.")
    elif not valid:
        entry.problem = _("Some fields need another look; each says why.")
    return valid and bool(entry.rows)


def _kind(request: CompanyRequest) -> str:
    given = request.POST.get("kind", "")
    return given if given in TYPED_KINDS else Invoice.Kind.INVOICE.value


def _added_to(request: CompanyRequest, given: QueryDict) -> Invoice | None:
    """The invoice that a debit note is to add to, where one is named."""
    pk = read_number(given.get("adds_to"))
    return None if pk is None else get_for(request.user, "invoice.view", QUERYSET, pk, request.company)


def _keep(request: CompanyRequest, pk: int | None) -> str:
    """The name under which the browser keeps what is typed, until it is saved."""
    return f"invoice-{request.company.pk}-{request.user.pk}-{pk or 'new'}"


def _saved(request: CompanyRequest, pk: int, kept: str) -> HttpResponse:
    """The page of the saved draft; posted first where that was asked for. A refusal leaves the draft as it is."""
    request.session[SAVED_SESSION_KEY] = kept
    if request.POST.get("then") == "post" and may(request.user, "invoice.post", request.company):
        try:
            posted = post_invoice(request.company, pk, by=request.user)
        except DomainError as error:
            if error.code != "already_posted":
                messages.success(request, _("The draft is saved."))
                messages.error(request, f"{error.message} " + _("Nothing was posted."))
        else:
            messages.success(request, _("Posted as %(number)s.") % {"number": posted.number})
    else:
        messages.success(request, _("The draft is saved."))
    return HttpResponseRedirect(reverse("invoices:detail", args=[pk]))


def _page(
    request: CompanyRequest,
    entry: Entry,
    *,
    invoice: Invoice | None = None,
    stale: bool = False,
    entered_before: int | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "entry": entry,
        "invoice": invoice,
        "columns": COLUMN_LABELS,
        "units": UNITS.values(),
        "keep": _keep(request, invoice.pk if invoice else None),
        "version": invoice.version if invoice else "",
        "entered_before": entered_before,
        "stale": stale,
        "latest": changes_of(invoice, limit=1) if stale and invoice else [],
        "blanks": range(2 if entry.rows else 3),
    }
    return render(request, "invoices/editor.html", context, status=status)
