"""jobs: long work of the company, newest first, live while something is under way."""

import pytest
from django.test import Client

from arap.core import jobs
from arap.core.models import Company, Job, User
from tests.pages import check_method, text_of

pytestmark = pytest.mark.django_db
URL = "/jobs/"


@pytest.fixture
def job(company: Company, clerk: User) -> Job:
    """A job that waits."""
    return jobs.create(company, "test", task="arap.test", by=clerk)


def shown(client: Client, **query: str) -> list[int]:
    return [row[0].pk for row in client.get(URL, query).context["rows"]]


def test_newest_first_and_by_view(as_clerk: Client, company: Company, clerk: User, job: Job) -> None:
    failed = jobs.create(company, "test", task="arap.test", by=None)
    Job.objects.filter(pk=failed.pk).update(state="failed", message="No.")
    assert shown(as_clerk) == [failed.pk, job.pk]
    assert shown(as_clerk, view="active") == [job.pk]
    assert shown(as_clerk, view="failed") == [failed.pk]
    assert "the system" in text_of(as_clerk.get(URL))


def test_it_reloads_itself_only_while_something_is_under_way(as_clerk: Client, job: Job) -> None:
    assert b'hx-trigger="every 3s"' in as_clerk.get(URL).content
    Job.objects.filter(pk=job.pk).update(state="done")
    assert b'hx-trigger="every' not in as_clerk.get(URL).content


def test_the_refreshed_part_is_the_table_alone(as_clerk: Client, job: Job) -> None:
    part = as_clerk.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="tbl-wrap" id="jobs"')
    assert "<html" not in part


def test_pages_meet(as_clerk: Client, company: Company, clerk: User) -> None:
    made = [jobs.create(company, "test", task="arap.test", by=clerk).pk for _copy in range(23)]
    first = as_clerk.get(URL)
    second = as_clerk.get(URL + "?" + first.context["next_query"])
    both = [row[0].pk for row in [*first.context["rows"], *second.context["rows"]]]
    assert both == made[::-1]
    assert second.context["next_query"] == ""


def test_empty_says_what_will_be_here(as_clerk: Client) -> None:
    assert "Long work such as an import" in text_of(as_clerk.get(URL))
    assert "Show all jobs" in text_of(as_clerk.get(URL, {"view": "failed"}))


def test_another_company_s_jobs_are_not_listed(as_clerk: Client, other_company: Company) -> None:
    jobs.create(other_company, "test", task="arap.test", by=None)
    assert shown(as_clerk) == []


def test_post_is_refused(as_clerk: Client) -> None:
    check_method(as_clerk, URL, wrong="post")
