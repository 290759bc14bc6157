"""Workbooks of reports too long for one answer: made by a job, kept for whoever asked."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arap.core import audit, jobs, sheets
from arap.core.errors import Invalid
from arap.core.files import store_path
from arap.core.models import Company, Job, User
from arap.desk.forms.reports import ReportForm
from arap.desk.reports import REPORTS, Report
from arap.desk.reports.files import sheet_of

KIND = "report_file"
TASK = "arap.desk.tasks.make_report_file"
ROWS_BETWEEN_NEWS = 5_000


@transaction.atomic
def begin_report_file(report: Report, form: ReportForm, *, by: User) -> Job:
    """The job that makes the workbook: the one that is under way for the same, or a new one. Taking it out is told."""
    company = form.company
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # pressed twice, it is made once
    params = {"report": report.slug, "query": form.query()}
    same = Job.objects.filter(
        company=company,
        kind=KIND,
        created_by=by,
        state__in=(Job.State.QUEUED, Job.State.RUNNING),
        params__contains=params,
    )
    if at_work := same.first():
        return at_work
    audit.record(by=by, verb="report.export", obj=company, after={**params, "as": "xlsx"})
    return jobs.create(company, KIND, task=TASK, by=by, params=params)


def make_report_file(job: Job) -> dict[str, Any]:
    """The work of such a job, as of the day on which it was asked for. Done again after a crash it gives the same.

    Raises Invalid, JobCancelled.
    """
    company: Company = job.company
    today = job.created_at.astimezone(ZoneInfo(str(company.time_zone))).date()
    report = REPORTS[job.params["report"]]
    form = ReportForm(QueryDict(job.params["query"]), report=report, company=company, today=today)
    if not form.is_valid() or form.lacking:
        raise Invalid("not_asked", _("What the report asks is not right any more."))
    sheet = sheet_of(report, form)
    total = sum(row["count"] for row in report.source.totals(company, form.asked(), []))

    def told(count: int) -> None:
        if count % ROWS_BETWEEN_NEWS == 0:
            jobs.progress(job, count, total)

    with TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        count = sheets.write_workbook(sheet, path, rows_max=sheets.XLSX_ROWS_EVER, told=told)
        name = sheets.file_name(sheet, "xlsx")
        with transaction.atomic():
            jobs.progress(job, count, total)
            file = store_path(company, path, name=name, media_type=sheets.MEDIA_TYPES["xlsx"], by=job.created_by)
    return {"file": file.pk, "name": file.name, "rows": count, "bytes": file.size}
