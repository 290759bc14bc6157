"""What the page of a job says in the end, for each kind that a room starts."""

import pytest
from django.test import Client

from arap.core.job_kinds import title_of
from arap.core.models import Company, Job
from tests.pages import text_of

pytestmark = pytest.mark.django_db

# kind, parameters, result: what the page says
CASES = [
    ("statement_run", {"run": 7}, {"run": 7, "statements": 1}, "1 statement was made."),
    ("statement_run", {"run": 7}, {"run": 7, "statements": 6001}, "6,001 statements were made."),
    ("statement_run_release", {"run": 7, "shown": 46}, {"released": 46}, "46 statements are on their way."),
    ("statement_run_release", {"run": 7, "shown": 48}, {"released": 46}, "When it was released they were 48"),
    ("reminders", {"as_of": "2026-03-11"}, {"run": 7}, "The reminders are decided."),
    ("reminders.release", {"run": 7}, {"run": 7, "released": 1}, "1 reminder is on its way."),
    (
        "invoices.send",
        {"invoices": [1, 2]},
        {"messages": 1, "skipped": [{"invoice": "I-2", "reason": "No address"}]},
        "I-2",
    ),
]


def ended(company: Company, kind: str, state: str, params: object, result: object) -> Job:
    return Job.objects.create(company=company, kind=kind, task="x", params=params, result=result, state=state)


@pytest.mark.parametrize(("kind", "params", "result", "words"), CASES)
def test_what_became_of_it(
    as_clerk: Client, company: Company, kind: str, params: object, result: object, words: str
) -> None:
    job = ended(company, kind, "done", params, result)
    page = text_of(as_clerk.get(f"/jobs/{job.pk}/"))
    assert words in page
    assert title_of(kind) != kind
    assert title_of(kind) in page


@pytest.mark.parametrize("state", ["failed", "cancelled"])
@pytest.mark.parametrize("kind", sorted({case[0] for case in CASES}))
def test_one_that_did_not_end_well_leads_on(as_clerk: Client, company: Company, kind: str, state: str) -> None:
    params = next(case[1] for case in CASES if case[0] == kind)
    answer = as_clerk.get(f"/jobs/{ended(company, kind, state, params, None).pk}/")
    assert "job__acts" in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "done", "total", "words"),
    [
        ("statement_run", 6000, 6001, "6,000 of 6,001 customers"),
        ("statement_run_release", 46, 46, "46 of 46 statements"),
        ("statement_run_release", 0, 1, "0 of 1 statement"),
        ("reminders", 7, 9, "7 of 9 customers"),
        ("reminders.release", 1, 2, "1 of 2 reminders"),
        ("invoices.send", 1, 2, "1 of 2 invoices"),
    ],
)
def test_what_is_counted_has_its_unit(
    as_clerk: Client, company: Company, kind: str, done: int, total: int, words: str
) -> None:
    params = next(case[1] for case in CASES if case[0] == kind)
    job = ended(company, kind, "running", params, None)
    Job.objects.filter(pk=job.pk).update(progress_done=done, progress_total=total)
    assert f"{words} " in text_of(as_clerk.get(f"/jobs/{job.pk}/"))
