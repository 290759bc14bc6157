"""Reports: their list, each on screen page by page, and taken out as a file."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arap.core import audit, sheets
from arap.core.errors import Forbidden, Invalid, NotFound
from arap.core.files import file_response
from arap.core.http import CompanyRequest
from arap.core.models import Job, StoredFile
from arap.core.permissions import allows, get_for, requires
from arap.core.sheets import Cells, Column
from arap.desk.actions.report_files import KIND, begin_report_file
from arap.desk.forms.reports import ReportForm
from arap.desk.queries.saved_views import seen_by
from arap.desk.reports import REPORTS, Report
from arap.desk.reports.files import sheet_of
from arap.desk.reports.frame import Asked
from arap.desk.reports.kept import address, page_of, title_of, verbs_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """What a template needs of one cell."""

    column: Column
    value: Any
    currency: str
    url: str


@requires("report.view")
@require_safe
def reports(request: CompanyRequest) -> HttpResponse:
    """All reports, each with the question it answers, and what people keep of them."""
    shown = [report for report in REPORTS.values() if allows(request.roles, report.verb)]
    today = timezone.localdate()
    views = [
        (view, title_of(view.page), address(view, today=today))
        for view in seen_by(request.user, request.company)
        if allows(request.roles, verbs_of(view.page)[0])
    ]
    return render(request, "desk/reports.html", {"reports": shown, "views": views})


@requires("report.view")
@require_safe
def job_file(request: CompanyRequest, pk: int) -> HttpResponse:
    """The workbook that a job made, for whoever asked for it and may still take that report out."""
    mine = Job.objects.filter(company=request.company, kind=KIND, created_by=request.user, state=Job.State.DONE)
    job = get_for(request.user, "report.view", mine, pk, request.company)
    made = _report(request, job.params["report"])
    _check_export(request, made)
    assert job.result, "it is done"
    return file_response(StoredFile.objects.get(company=request.company, pk=job.result["file"]))


@requires("report.view")
@require_safe
def report(request: CompanyRequest, report: str) -> HttpResponse:
    """One report, as the address says, by pages. Errors stand beside their fields; then nothing is shown."""
    made = _report(request, report)
    form = ReportForm(request.GET, report=made, company=request.company, today=timezone.localdate())
    context: dict[str, Any] = {"report": made, "page_name": page_of(made), "form": form}
    if not form.is_valid():
        return render(request, "desk/report.html", context, status=422)
    if form.lacking:
        return render(request, "desk/report.html", {**context, "lacking": form.lacking})
    asked, after = form.asked(), request.GET.get("after", "")
    columns = form.columns(asked)
    rows, more = made.source.page(request.company, asked, after=after, limit=PAGE)
    totals = made.source.totals(request.company, asked, columns)
    proofs = made.proofs(request.company, asked)
    query = form.query()
    context |= {
        "asked": asked,
        "columns": columns,
        "rows": [(cells, _cells(request, made, asked, columns, cells)) for cells in rows],
        "totals": [(total, _totals(request, columns, total)) for total in totals],
        "count": sum(total["count"] for total in totals),
        "is_mixed": len(totals) > 1,
        "proofs": proofs,
        "ties": all(proof.difference == 0 for proof in proofs),
        "query": query,
        "may_export": allows(request.roles, made.export_verb),
        "is_first": not after,
        "first_query": query,
        "next_query": f"{query}&{urlencode({'after': more})}".lstrip("&") if more else "",
    }
    return render(request, "desk/report.html", context)


@requires("report.view")  # type: ignore[arg-type]  # a stream answers as any response does
@require_safe
def report_export(request: CompanyRequest, report: str) -> HttpResponseBase:
    """The whole report as CSV, XLSX or PDF. That it was taken out is an act of its own."""
    made = _report(request, report)
    _check_export(request, made)
    form = ReportForm(request.GET, report=made, company=request.company, today=timezone.localdate())
    kind = request.GET.get("as", "csv")
    if kind not in sheets.FORMATS or not form.is_valid() or form.lacking:
        return redirect(f"{reverse('desk:report', args=[made.slug])}?{request.GET.urlencode()}")
    try:
        answer = sheets.answer(sheet_of(made, form), kind)
    except Invalid as error:
        if error.code != "too_many_rows" or kind != "xlsx":
            raise
        return redirect("desk:job", pk=begin_report_file(made, form, by=request.user).pk)
    after = {"report": made.slug, "query": form.query(), "as": kind}
    with transaction.atomic():
        audit.record(by=request.user, verb="report.export", obj=request.company, after=after)
    return answer


def _report(request: CompanyRequest, slug: str) -> Report:
    """Raises NotFound and Forbidden."""
    made = REPORTS.get(slug)
    if made is None:
        raise NotFound("not_found", _("There is no such report."), report=slug)
    if not allows(request.roles, made.verb):
        raise Forbidden("forbidden", _("Your role does not allow this."), verb=made.verb)
    return made


def _check_export(request: CompanyRequest, made: Report) -> None:
    """Raises Forbidden."""
    if not allows(request.roles, made.export_verb):
        raise Forbidden("forbidden", _("Your role does not allow this."), verb=made.export_verb)


def _cells(request: CompanyRequest, made: Report, asked: Asked, columns: Any, cells: Cells) -> list[Cell]:
    urls = made.urls(cells, asked)
    return [
        Cell(each, cells.get(each.name), _currency(request, each, cells), urls.get(each.name, "")) for each in columns
    ]


def _totals(request: CompanyRequest, columns: Any, total: dict[str, Any]) -> list[Cell]:
    shown = {"currency"} | {each.name for each in columns if each.is_summed}
    return [
        Cell(each, total.get(each.name) if each.name in shown else None, _currency(request, each, total), "")
        for each in columns
    ]


def _currency(request: CompanyRequest, column: Column, cells: Cells) -> str:
    return request.company.base_currency if column.kind == "base" else str(cells.get(column.currency) or "")
