"""A report too long for one answer: its workbook is made by a job, for whoever asked."""

from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from arap.core.jobs import cancel
from arap.core.models import AuditEntry, Job, Role, User
from arap.desk.tasks import make_report_file
from tests.pages import signed_in, text_of
from tests.stories import Story

pytestmark = pytest.mark.django_db
ASKED = "period=days&first=2020-01-01&last=2030-01-01"
URL = f"/reports/documents/export/?as=xlsx&{ASKED}"


@pytest.fixture
def asked(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Asked for while an answer holds three rows."""
    monkeypatch.setattr("arap.core.sheets.XLSX_ROWS_MAX", 3)
    answer = as_clerk.get(URL)
    job = Job.objects.get(kind="report_file")
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    return job


def test_made_and_saved_by_who_asked(as_clerk: Client, asked: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_clerk.get(f"/jobs/{asked.pk}/file/").status_code == 404, "it is not made yet"
    make_report_file(asked.pk)
    job = Job.objects.get(pk=asked.pk)
    assert "rows in the workbook" in text_of(as_clerk.get(f"/jobs/{job.pk}/"))
    answer = as_clerk.get(f"/jobs/{job.pk}/file/")
    monkeypatch.undo()
    whole = as_clerk.get(URL)
    rows, same = (
        [list(row) for row in load_workbook(BytesIO(each.content)).active.values]  # type: ignore[union-attr]
        for each in (answer, whole)
    )
    assert rows == same, "as the whole report in one answer has it"
    assert job.result
    assert job.result["rows"] > 3
    assert AuditEntry.objects.filter(verb="report.export").count() == 2


def test_it_is_nobody_elses(asked: Job, story: Story) -> None:
    make_report_file(asked.pk)
    other = signed_in(story.company, Role.CONTROLLER)
    assert other.get(f"/jobs/{asked.pk}/file/").status_code == 404
    assert "Save the file" not in text_of(other.get(f"/jobs/{asked.pk}/"))


def test_asked_twice_it_is_made_once(as_clerk: Client, asked: Job) -> None:
    as_clerk.get(URL)
    assert Job.objects.filter(kind="report_file").count() == 1


def test_cancelled_it_ends(asked: Job, clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """While rows are written."""
    monkeypatch.setattr("arap.desk.actions.report_files.ROWS_BETWEEN_NEWS", 1)
    real = make_report_file

    def stop(*_given: object) -> object:
        cancel(Job.objects.get(pk=asked.pk), by=clerk)
        return "report.xlsx"

    monkeypatch.setattr("arap.core.sheets._sheet_title", stop)
    real(asked.pk)
    assert Job.objects.get(pk=asked.pk).state == "cancelled"


def test_a_paper_that_long_is_refused(as_clerk: Client, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arap.core.sheets.PDF_ROWS_MAX", 3)
    answer = as_clerk.get(f"/reports/documents/export/?as=pdf&{ASKED}")
    assert answer.status_code == 422
    assert not Job.objects.filter(kind="report_file").exists()
