"""Taking on what another system held: bring a file, see how it is understood, try, load, read what was left out."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arap.core.errors import DomainError, Refused
from arap.core.http import CompanyRequest
from arap.core.models import Job
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.core.spreadsheets import as_text
from arap.desk.actions import imports as actions
from arap.desk.forms.imports import FileForm
from arap.desk.mapping import FileRefused, Row, load_mapping, open_rows, shipped_mappings
from arap.desk.models import Import, ImportLine
from arap.desk.takeon import rates as rate_files
from arap.desk.takeon.reading import Read, understood
from arap.desk.takeon.target import HISTORY

IMPORTS_SHOWN = 20
PREVIEW_ROWS = 12
PAGE = 50
VERB = "history.load"
TITLES = {
    "standard": gettext_lazy("Standard file: invoices and credit notes, days as 2026-11-20"),
    "open-items-iso": gettext_lazy("Open items in US dollars, days as 2026-11-20"),
    "late-payments-dmy": gettext_lazy("Late payments, day before month: 20/11/2026"),
    "late-payments-mdy": gettext_lazy("Late payments, month before day: 11/20/2026"),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a file as they are understood; or why the mapping does not suit (`fault`)."""

    rows: list[Any]
    notices: list[str]
    fault: str = ""


@requires("history.load")
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: CompanyRequest) -> HttpResponse:
    """Bring a file; and the files brought before."""
    form = FileForm(request, initial={"key": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        name, content = form.content()
        try:
            received = actions.receive_file(
                request.company, name=name, content=content, key=form.cleaned_data["key"], by=request.user
            )
            return redirect("desk:import", received.pk)
        except DomainError as error:
            form.add_error("file", str(error.message))
    found = _imports().filter(company=request.company).order_by("-pk")
    context = {"form": form, "rows": list(found[:IMPORTS_SHOWN]), "columns": _columns()}
    return render(request, "desk/imports.html", context, status=422 if form.errors else 200)


@requires("history.load")
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: CompanyRequest, pk: int) -> HttpResponse:
    """One file: how its first rows are understood under the mapping, which a POST changes, and what to do next."""
    received = get_for(request.user, VERB, _imports(), pk, request.company)
    if request.method == "POST":
        try:
            actions.choose_mapping(received, request.POST.get("mapping", ""), by=request.user)
        except Refused as error:
            messages.warning(request, str(error.message))
        return redirect("desk:import", received.pk)
    context = {
        "received": received,
        "preview": _preview(received),
        "mappings": [(name, _title(name)) for name in shipped_mappings()],
        "is_loaded": received.run is not None and received.run.state in (*actions.ACTIVE, Job.State.DONE),
    }
    return render(request, "desk/import.html", context)


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
def import_lines(request: CompanyRequest, pk: int) -> HttpResponse:
    """What becomes of each row, as a dry run or a load found it: views by what happens, in pages."""
    job = get_for(request.user, VERB, _import_jobs(), pk, request.company)
    view = _view(request)
    after = read_number(request.GET.get("after")) or 0
    found = _lines(job, view).filter(row__gt=after).order_by("row")
    page = list(found[: PAGE + 1])
    more, page = len(page) > PAGE, page[:PAGE]
    context = {
        "job": job,
        "rows": page,
        "view": view,
        "counts": _counts(job),
        "is_first": not after,
        "is_trial": job.kind == actions.TRIAL,
        "first_query": urlencode({"view": view}),
        "next_query": urlencode({"view": view, "after": page[-1].row}) if more else "",
    }
    return render(request, "desk/import_lines.html", context)


@requires("history.load")  # type: ignore[arg-type]  # a stream answers as any response does
@require_safe
def import_lines_csv(request: CompanyRequest, pk: int) -> StreamingHttpResponse:
    """The same rows as a file, all of them."""
    job = get_for(request.user, VERB, _import_jobs(), pk, request.company)
    view = _view(request)
    lines = _lines(job, view).order_by("row").iterator(chunk_size=2000)
    response = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(True, f"import-{job.pk}-{view}.csv")
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires("history.load")
@require_safe
def import_example(request: CompanyRequest) -> HttpResponse:
    """An example of the standard file, to be filled in a spreadsheet."""
    response = HttpResponse("\ufeff" + EXAMPLE, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="arap-example.csv"'
    return response


@requires("admin.rates")
@require_http_methods(["GET", "HEAD", "POST"])
def rates(request: CompanyRequest) -> HttpResponse:
    """Exchange rates from a file of currency, date, rate; and the latest ones known."""
    form = FileForm(request, initial={"key": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        name, content = form.content()
        try:
            with actions.as_path(content) as path:
                given = rate_files.read_rates(path)
            changed = rate_files.apply_rates(request.company, given, source=name[:100], by=request.user)
        except DomainError as error:
            form.add_error("file", str(error.message))
        else:
            text = _("%(read)d rates read, %(changed)d of them new or different.")
            messages.success(request, text % {"read": len(given), "changed": changed})
            return redirect("desk:rates")
    context = {"form": form, "rows": rate_files.latest_rates(request.company)}
    return render(request, "desk/rates.html", context, status=422 if form.errors else 200)


def _imports() -> QuerySet[Import]:
    return Import.objects.select_related("file", "trial", "run", "created_by").defer("file__content")


def _import_jobs() -> QuerySet[Job]:
    return Job.objects.filter(kind__in=[actions.TRIAL, actions.RUN], state=Job.State.DONE)


def _preview(received: Import) -> Preview:
    """Read the head of the kept file. A fault that lies further down is for the dry run to find."""
    try:
        with actions.as_path(bytes(received.file.content)) as path:
            reading = open_rows(path, load_mapping(received.mapping, HISTORY), HISTORY)
            rows = list(islice(understood(reading, Read()), PREVIEW_ROWS))
    except FileRefused as error:
        return Preview([], [], str(error.message))
    return Preview([{"is_good": isinstance(row, Row), "row": row} for row in rows], reading.notices)


def _title(mapping: str) -> str:
    """What a mapping supplied is called to the reader; its own title where it has no other."""
    return str(TITLES.get(mapping) or load_mapping(mapping, HISTORY).title)


def _columns() -> list[tuple[str, bool]]:
    """The columns of the standard file, and which must be filled."""
    return [(column.header, column.required) for column in load_mapping("standard", HISTORY).columns]


def _view(request: CompanyRequest) -> str:
    view = request.GET.get("view", "")
    return view if view in (*ImportLine.Fate.values, "customers") else ImportLine.Fate.REJECTED.value


def _lines(job: Job, view: str) -> QuerySet[ImportLine]:
    lines = ImportLine.objects.filter(company=job.company, job=job)
    return lines.filter(is_new_customer=True) if view == "customers" else lines.filter(fate=view)


def _counts(job: Job) -> dict[str, int]:
    fates = {fate.value: Count("pk", filter=Q(fate=fate)) for fate in ImportLine.Fate}
    customers = Count("pk", filter=Q(is_new_customer=True))
    return ImportLine.objects.filter(company=job.company, job=job).aggregate(**fates, customers=customers)


def _csv(lines: Iterator[ImportLine]) -> Iterator[str]:
    """The rows with the names of the standard file's columns, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    names = ["row", "what_happens", "column", "reason", "document_type", "document_number", "customer_code"]
    writer.writerow([*names, "customer_name", "currency", "amount", "issued_on", "due_on", "settled_on"])
    yield "\ufeff"
    for line in lines:
        cells = [line.field, line.message, line.kind, line.number, line.customer_code, line.customer_name]
        days = [day.isoformat() if day else "" for day in (line.issued_on, line.due_on, line.settled_on)]
        amount = "" if line.amount is None else f"{line.amount.normalize():f}"
        writer.writerow([line.row, line.get_fate_display(), *map(as_text, cells), line.currency, amount, *days])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


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
