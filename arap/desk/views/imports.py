"""Taking on what another system held: bring a file, see how it is understood, try, load."""

from uuid import uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError, Refused
from arap.core.http import CompanyRequest
from arap.core.models import Job
from arap.core.paging import read_number
from arap.core.permissions import check, get_for, requires
from arap.core.spreadsheets import csv_answer
from arap.desk.actions import imports as actions
from arap.desk.actions import receiving
from arap.desk.forms.imports import FileForm, LayoutForm
from arap.desk.intake.targets import TARGETS, column_of, label_of, own_fields, target_of
from arap.desk.intake.targets import TITLES as TARGET_TITLES
from arap.desk.mapping import FileRefused, load_mapping, read_head, shipped_mappings
from arap.desk.mapping.encodings import ENCODINGS, codec_of, title_of
from arap.desk.mapping.layouts import OWN, Layout
from arap.desk.models import Import, KeptLayout
from arap.desk.queries.imports import look_at, stage_of
from arap.desk.takeon.target import HISTORY, field_label
from customers.models import CustomField

IMPORTS_SHOWN = 20
EXAMPLES_SHOWN = 3
VERB = "history.load"
TITLES = {
    "standard": gettext_lazy("Standard file: invoices and credit notes, days as 2026-11-20"),
    "open-items-iso": gettext_lazy("Open items in US dollars, days as 2026-11-20"),
    "late-payments-dmy": gettext_lazy("Late payments, day before month: 20/11/2026"),
    "late-payments-mdy": gettext_lazy("Late payments, month before day: 11/20/2026"),
    OWN: gettext_lazy("By its own columns"),
}


@requires("history.load")
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: CompanyRequest) -> HttpResponse:
    """Bring a file; and the files brought before."""
    form = FileForm(request, initial={"key": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        try:
            with receiving.as_path(form.upload.chunks()) as path:
                received = receiving.receive_file(
                    request.company,
                    name=str(form.upload.name),
                    path=path,
                    key=form.cleaned_data["key"],
                    by=request.user,
                    target=form.cleaned_data["target"] or HISTORY.name,
                )
            return redirect("desk:import", received.pk)
        except DomainError as error:
            form.add_error("file", str(error.message))
    found = _imports().filter(company=request.company).order_by("-pk")
    kept = KeptLayout.objects.filter(company=request.company).select_related("created_by")
    targets = [each for each in TARGET_TITLES.items() if each[0] != HISTORY.name]
    context = {
        "form": form, "targets": targets, "rows": list(found[:IMPORTS_SHOWN]), "columns": _columns(),
        "kept": [(each, _read_columns(each)) for each in kept],
    }  # fmt: skip
    return render(request, "desk/imports.html", context, status=422 if form.errors else 200)


@requires("history.load")
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: CompanyRequest, pk: int) -> HttpResponse:
    """One file: how its first rows are understood under the mapping, which a POST changes, and what to do next."""
    received = get_for(request.user, VERB, _imports(), pk, request.company)
    if request.method == "POST":
        try:
            if "whole" in request.POST:
                receiving.choose_whole(received, is_whole=request.POST["whole"] == "yes", by=request.user)
            elif "encoding" in request.POST:
                receiving.choose_encoding(received, request.POST["encoding"], by=request.user)
            else:
                receiving.choose_mapping(received, request.POST.get("mapping", ""), by=request.user)
        except DomainError as error:
            messages.warning(request, str(error.message))
        return redirect("desk:import", received.pk)
    look = look_at(received, today=timezone.localdate())
    is_loaded = received.run is not None and received.run.state in (*receiving.ACTIVE, Job.State.DONE)
    is_text = received.file.media_type != receiving.XLSX
    context = {
        "received": received,
        "look": look,
        "stage": stage_of(received, look),
        "is_history": received.target == HISTORY.name,
        "content": TARGET_TITLES[received.target],
        "mappings": [(name, _title(name)) for name in (*shipped_mappings(), OWN)],
        "encodings": [(codec, title_of(codec)) for codec in ENCODINGS] if is_text and not is_loaded else [],
        "encoding": codec_of(received.encoding),
        "encoding_title": title_of(received.encoding) if received.encoding else "",
        "has_own_columns": received.mapping == OWN,
        "is_loaded": is_loaded,
    }
    return render(request, "desk/import.html", context)


@requires("history.load")
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: CompanyRequest, pk: int) -> HttpResponse:
    """Which column of the file is which field, with examples of each."""
    received = get_for(request.user, VERB, _imports(), pk, request.company)
    try:
        layout = receiving.layout_of(received)
        with receiving.kept_path(received.file, head_only=True) as path:
            _headers, rows = read_head(path, received.encoding or "auto", EXAMPLES_SHOWN)
    except FileRefused as error:
        messages.warning(request, str(error.message))
        return redirect("desk:import", received.pk)
    target = target_of(received.target, request.company)
    own = own_fields(request.company)
    labels = {name: _label(received, name, own) for name in target.fields}
    form = LayoutForm(layout, request.POST if request.method == "POST" else None, fields=list(labels.items()))
    if request.method == "POST" and form.is_valid():
        try:
            receiving.choose_columns(received, form.layout(), by=request.user)
        except DomainError as error:
            missing = [labels[name] for name in error.facts.get("missing", [])]
            text = _("No column is chosen for: %(fields)s.") % {"fields": _(", ").join(missing)}
            form.add_column_error(str(error.facts.get("field", "")), text if missing else str(error.message))
        else:
            return redirect("desk:import", received.pk)
    examples = [[row[at] for row in rows if at < len(row)] for at in range(len(layout.headers))]
    columns = [(field, values) for field, values in zip(form.columns(), examples, strict=True) if field is not None]
    context = {
        "is_history": target is HISTORY,
        "needed": _(", ").join(labels[name] for name in target.fields if name in target.required),
        "received": received,
        "form": form,
        "columns": columns,
        "missing": _(", ").join(labels[name] for name in layout.missing(target)),
    }
    return render(request, "desk/import_columns.html", context, status=422 if form.errors else 200)


@requires("history.load")
@require_POST
def forget_columns(request: CompanyRequest, pk: int) -> HttpResponse:
    """Propose kept columns no more: one's own, or an administrator anybody's."""
    rows = KeptLayout.objects.select_related("company")
    kept = get_for(request.user, VERB, rows, pk, request.company)
    if kept.created_by_id != request.user.pk:
        check(request.user, "history.tidy", request.company)
    receiving.forget_columns(kept, by=request.user)
    messages.success(request, _("The columns “%(name)s” are not proposed any more.") % {"name": kept.name})
    return redirect("desk:imports")


@requires("history.load")
@require_POST
def try_import(request: CompanyRequest, pk: int) -> HttpResponse:
    """Start the dry run, or go to the one that is under way."""
    received = get_for(request.user, VERB, _imports(), pk, request.company)
    return redirect("desk:job", actions.start_trial(received, by=request.user).pk)


@requires("history.load")
@require_POST
def run_import(request: CompanyRequest, pk: int) -> HttpResponse:
    """Start the load, or go to the one that is under way or done."""
    received = get_for(request.user, VERB, _imports(), pk, request.company)
    try:
        looked_at = read_number(request.POST.get("trial"))
        return redirect("desk:job", actions.start_run(received, by=request.user, trial_id=looked_at).pk)
    except Refused as error:
        messages.warning(request, str(error.message))
        return redirect("desk:import", received.pk)


@requires("history.load")
@require_safe
def import_example(request: CompanyRequest) -> HttpResponse:
    """An example of the standard file, to be filled in a spreadsheet; or, of another content, its columns."""
    target = request.GET.get("of", HISTORY.name)
    if target in TARGETS and target != HISTORY.name:
        own = own_fields(request.company)
        heads = [column_of(name, own) for name in target_of(target, request.company).fields]
        return csv_answer(f"arap-{target}", [heads])
    response = HttpResponse("\ufeff" + EXAMPLE, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="arap-example.csv"'
    return response


def _label(received: Import, name: str, own: dict[str, CustomField]) -> str:
    return str(field_label(name) if received.target == HISTORY.name else label_of(name, own))


def _imports() -> QuerySet[Import]:
    rows = Import.objects.select_related("company", "file", "trial", "run", "created_by")
    return rows.defer("file__content")


def _read_columns(kept: KeptLayout) -> str:
    """The headings of the columns that are read."""
    layout = Layout.from_json(kept.layout)
    return _(", ").join(header for header, name in zip(layout.headers, layout.fields, strict=True) if name)


def _title(mapping: str) -> str:
    """What a mapping supplied is called to the reader; its own title where it has no other."""
    return str(TITLES.get(mapping) or load_mapping(mapping, HISTORY).title)


def _columns() -> list[tuple[str, bool]]:
    """The columns of the standard file, and which must be filled."""
    return [(column.header, column.required) for column in load_mapping("standard", HISTORY).columns]


EXAMPLE = """\
customer_code,customer_name,customer_name_local,country,parent_code,payer_accounts,contact_email,currency,document_type,\
document_number,reference,order_number,issued_on,due_on,amount,settled_on,discount_terms
C-1001,Ningbo Haichen Mould,宁波海辰模具有限公司,CN,,6222 0210 0100 1234,ap@haichen.example,CNY,invoice,\
INV-2401,PO-7731,,2026-09-01,2026-10-01,128400.00,,
C-1001,Ningbo Haichen Mould,宁波海辰模具有限公司,CN,,,ap@haichen.example,CNY,invoice,\
INV-2377,PO-7702,,2026-08-03,2026-09-02,56000.00,2026-09-05,
C-1001,Ningbo Haichen Mould,宁波海辰模具有限公司,CN,,,ap@haichen.example,CNY,credit_note,\
CN-2402,Returned goods,,2026-09-20,,2400.00,,
C-1002,Ferrante Strumenti S.r.l.,,IT,,,amministrazione@ferrante.example,EUR,invoice,\
INV-2410,,SO-118,2026-10-12,2026-11-26,7350.50,,2/10 n/45
"""
