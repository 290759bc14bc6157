"""job: live progress of one piece of long work, what became of it, and stopping it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import npgettext_lazy

from arap.core import jobs
from arap.core.job_kinds import describe, title_of
from arap.core.models import AuditEntry, Company, Job, User
from arap.desk.views.jobs import pace
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def job(company: Company, clerk: User) -> Job:
    """A job that waits."""
    return jobs.create(company, "test", task="arap.test", by=clerk)


def url(job: Job) -> str:
    return f"/jobs/{job.pk}/"


def begun(job: Job, *, seconds: int, done: int, total: int | None, **more: object) -> None:
    """The job runs since so many seconds and has done so much."""
    start = timezone.now() - timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(
        **{"state": "running", "started_at": start, "progress_done": done, "progress_total": total, **more}
    )


def test_while_it_runs_it_asks_again_and_says_how_far_it_is(as_clerk: Client, job: Job) -> None:
    begun(job, seconds=10_000, done=2_000, total=6_000, message="Reading")
    page = as_clerk.get(url(job))
    words = text_of(page)
    assert b'hx-trigger="every 1s"' in page.content
    for words_expected in ("2,000 of 6,000", "a second", "about 5 h 33 min left", "You may close this page", "Reading"):
        assert words_expected in words


def test_what_is_counted_is_named_and_never_more_than_all_of_it(as_clerk: Client, job: Job) -> None:
    begun(job, seconds=10, done=0, total=None, attempts=1)
    job.refresh_from_db()
    jobs.progress(job, 6_001, 6_000)
    assert "6,001 of 6,001 items" in text_of(as_clerk.get(url(job)))
    describe("test", "Test", unit=npgettext_lazy("count", "row", "rows"))
    jobs.progress(job, 1, 1)
    assert "1 of 1 row" in text_of(as_clerk.get(url(job)))


def test_it_stops_asking_at_the_end(as_clerk: Client, job: Job) -> None:
    begun(job, seconds=70, done=6_000, total=6_000, state="done", finished_at=timezone.now())
    part = as_clerk.get(url(job), headers=HTMX)
    assert b"hx-trigger" not in part.content
    assert b"<html" not in part.content
    assert "took 1 min 10 s" in text_of(part)
    assert "The work is done." in text_of(part)


def test_a_failed_job_says_why(as_clerk: Client, job: Job) -> None:
    begun(job, seconds=3, done=1, total=9, state="failed", message="The file is empty.", finished_at=timezone.now())
    assert "The file is empty." in text_of(as_clerk.get(url(job)))
    assert 'hx-trigger="every' not in as_clerk.get(url(job)).content.decode()


def test_stopping(as_clerk: Client, clerk: User, job: Job) -> None:
    answer = as_clerk.post(f"{url(job)}cancel/", follow=True)
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    assert "Stopped. What was written by then stays." in text_of(answer)
    assert AuditEntry.objects.get(verb="job.cancel").actor == clerk


def test_stopping_twice_says_so(as_clerk: Client, job: Job) -> None:
    as_clerk.post(f"{url(job)}cancel/")
    assert "This job has ended already." in text_of(as_clerk.post(f"{url(job)}cancel/", follow=True))
    assert AuditEntry.objects.filter(verb="job.cancel").count() == 1


def test_who_may_not_stop_sees_no_button(company: Company, auditor: User, job: Job) -> None:
    client = Client()
    client.force_login(auditor)
    assert "Stop this job" not in text_of(client.get(url(job)))


def test_another_company_s_job_is_not_found(as_clerk: Client, other_company: Company) -> None:
    foreign = jobs.create(other_company, "test", task="arap.test", by=None)
    assert as_clerk.get(url(foreign)).status_code == 404
    assert as_clerk.post(f"{url(foreign)}cancel/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == Job.State.QUEUED


def test_methods(as_clerk: Client, job: Job) -> None:
    check_method(as_clerk, url(job), wrong="post")
    check_method(as_clerk, f"{url(job)}cancel/", wrong="get")


def test_in_chinese(as_clerk: Client, clerk: User, job: Job) -> None:
    clerk.language = "zh-hans"
    clerk.save(update_fields=["language"])
    begun(job, seconds=125, done=500, total=1_000)
    words = text_of(as_clerk.get(url(job)))
    assert "约剩 2 分 5 秒" in words
    assert "可以关闭本页" in words


def test_a_kind_is_named_by_its_room() -> None:
    assert title_of("never.heard") == "never.heard"
    describe("heard", "Heard of")
    assert title_of("heard") == "Heard of"


# seconds done total state   | rate  left percent
CASES = """
10        500  1000  running | 50.0  10   50
10        0    1000  running | None  None 0
10        500  None  running | 50.0  None None
10        900  800   running | 90.0  0    100
10        500  1000  failed  | 50.0  None 50
0         5    10    running | None  None 50
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_pace(line: str) -> None:
    given, expected = (part.split() for part in line.split("|"))
    now = timezone.now()
    job = Job(
        started_at=now - timedelta(seconds=int(given[0])),
        progress_done=int(given[1]),
        progress_total=None if given[2] == "None" else int(given[2]),
        state=given[3],
    )
    found = pace(job, now)
    assert [str(found.rate), str(found.seconds_left), str(found.percent)] == expected
