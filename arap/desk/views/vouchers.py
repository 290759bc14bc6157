"""Vouchers for the general ledger (制单): what waits, making them once, and printing them again."""

from itertools import islice

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError
from arap.core.http import CompanyRequest
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.desk.forms.vouchers import ChooseTemplateForm, TemplateForm
from arap.ledger.actions.vouchers import make_vouchers, print_vouchers, save_template
from arap.ledger.models import VoucherBatch, VoucherTemplate
from arap.ledger.queries import position_at
from arap.ledger.vouchers import batch_vouchers, journal_total, waiting

PAGE = 50
BATCHES = VoucherBatch.objects.select_related("company", "made_by")
KINDS = {"csv": ("csv", "text/csv; charset=utf-8"), "beancount": ("beancount", "text/plain; charset=utf-8")}


@requires("voucher.view")
@require_safe
def vouchers(request: CompanyRequest) -> HttpResponse:
    """What is in no voucher yet, and what that comes to; all batches, the last first."""
    return _list(request, ChooseTemplateForm(company=request.company))


@requires("voucher.make")
@require_POST
def voucher_make(request: CompanyRequest) -> HttpResponse:
    """Make the vouchers of all that waits."""
    form = ChooseTemplateForm(request.POST, company=request.company)
    if not form.is_valid():
        return _list(request, form, status=422)
    try:
        batch = make_vouchers(request.company, form.cleaned_data["template"], by=request.user)
    except DomainError as error:
        form.add_error(None, str(error.message))
        return _list(request, form, status=error.status)
    messages.success(request, _("The vouchers are made; take them out as a file."))
    return redirect("desk:voucher_batch", batch.pk)


@requires("voucher.view")
@require_safe
def voucher_batch(request: CompanyRequest, pk: int) -> HttpResponse:
    """One batch: its totals beside the journal's, and its vouchers in pages."""
    batch = get_for(request.user, "voucher.view", BATCHES, pk, request.company)
    start = read_number(request.GET.get("after")) or 0
    rows = list(islice(batch_vouchers(batch), start, start + PAGE + 1))
    debit, credit, _lines = journal_total(request.company, after=batch.after_position, to=batch.to_position)
    context = {
        "batch": batch,
        "rows": rows[:PAGE],
        "next": start + PAGE if len(rows) > PAGE else None,
        "debit": debit,
        "credit": credit,
        "ties": debit == credit == batch.base_total,
    }
    return render(request, "desk/voucher_batch.html", context)


@requires("voucher.view")
@require_safe
def voucher_file(request: CompanyRequest, pk: int) -> HttpResponse:
    """The batch as a file, the first time and again. That it was taken out is an act of its own."""
    batch = get_for(request.user, "voucher.view", BATCHES, pk, request.company)
    kind = request.GET.get("as", "csv")
    if kind not in KINDS:
        return redirect("desk:voucher_batch", pk)
    ending, media_type = KINDS[kind]
    text = print_vouchers(batch, kind=kind, by=request.user)
    name = f"vouchers-{request.company.code}-{batch.after_position + 1}-{batch.to_position}.{ending}"
    # Excel reads Chinese names only after this mark, which beancount does not know.
    response = HttpResponse(("\ufeff" if kind == "csv" else "") + text, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@requires("voucher.template")
@require_http_methods(["GET", "HEAD", "POST"])
def voucher_template_new(request: CompanyRequest) -> HttpResponse:
    """Say how vouchers are made."""
    return _template(request, None)


@requires("voucher.template")
@require_http_methods(["GET", "HEAD", "POST"])
def voucher_template(request: CompanyRequest, pk: int) -> HttpResponse:
    """Change how vouchers are made; those that are made stay as they are."""
    return _template(request, get_for(request.user, "voucher.template", VoucherTemplate, pk, request.company))


def _template(request: CompanyRequest, template: VoucherTemplate | None) -> HttpResponse:
    form, status = TemplateForm(request.POST or None, company=request.company, template=template), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                save_template(
                    request.company, template, name=data["name"], grouping=data["grouping"], word=data["word"],
                    by_customer=data["by_customer"], codes=form.codes, by=request.user,
                )  # fmt: skip
            except DomainError as error:
                form.add_error(error.facts.get("field"), str(error.message))
                status = error.status
            else:
                messages.success(request, _("Saved; the next vouchers are made like this."))
                return redirect("desk:vouchers")
    return render(request, "desk/voucher_template.html", {"form": form, "template": template}, status=status)


def _list(request: CompanyRequest, form: ChooseTemplateForm, *, status: int = 200) -> HttpResponse:
    found = waiting(request.company, position=position_at(request.company, known_at=None))
    own = BATCHES.filter(company=request.company)
    before = read_number(request.GET.get("before"))
    page = list((own.filter(to_position__lt=before) if before else own)[: PAGE + 1])
    templates = list(VoucherTemplate.objects.filter(company=request.company))
    context = {
        "form": form,
        "waiting": found,
        "templates": [(each, found.vouchers(each.grouping)) for each in templates],
        "rows": page[:PAGE],
        "next": page[PAGE - 1].to_position if len(page) > PAGE else None,
    }
    return render(request, "desk/vouchers.html", context, status=status)
