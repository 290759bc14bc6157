"""What becomes of each row of a file, as a dry run or a load found it."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from arap.core.http import CompanyRequest
from arap.core.models import Job
from arap.core.paging import read_number
from arap.core.permissions import get_for, requires
from arap.core.spreadsheets import as_text
from arap.desk.actions import imports as actions
from arap.desk.models import ImportLine

PAGE = 50
VERB = "history.load"


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
    counts = _counts(job)
    context = {
        "job": job,
        # Another dry run was made since, or it ended long ago: its rows are not kept.
        "is_forgotten": job.kind == actions.TRIAL and not any(counts.values()) and _had_rows(job),
        "rows": page,
        "view": view,
        "counts": counts,
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


def _import_jobs() -> QuerySet[Job]:
    return Job.objects.filter(kind__in=[actions.TRIAL, actions.RUN], state=Job.State.DONE)


def _view(request: CompanyRequest) -> str:
    view = request.GET.get("view", "")
    return view if view in (*ImportLine.Fate.values, "customers") else ImportLine.Fate.REJECTED.value


def _lines(job: Job, view: str) -> QuerySet[ImportLine]:
    lines = ImportLine.objects.filter(company=job.company, job=job)
    return lines.filter(is_new_customer=True) if view == "customers" else lines.filter(fate=view)


def _had_rows(job: Job) -> bool:
    names = ("customers", "invoices", "credit_notes", "receipts", "refunds", "changed", "skipped", "rejected")
    return any((job.result or {}).get(name) for name in names)


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
