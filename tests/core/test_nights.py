"""Work that the clock begins, company by company."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from arap.core.jobs import JobContinues
from arap.core.models import Company
from arap.core.nights import NightFailed, each_company

COMPANIES = [Company(code=code) for code in ("a", "b", "c")]


def test_all_have_their_turn() -> None:
    seen: list[str] = []

    def work(company: Company) -> bool:
        seen.append(company.code)
        return company.code != "b"

    assert each_company(COMPANIES, work) == 2
    assert seen == ["a", "b", "c"]


def test_one_companys_trouble_is_not_the_next_ones(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def work(company: Company) -> None:
        seen.append(company.code)
        if company.code != "c":
            raise ZeroDivisionError("a mistake")

    with pytest.raises(NightFailed, match=r"^a, b$"):
        each_company(COMPANIES, work)
    assert seen == ["a", "b", "c"]
    assert [record.message for record in caplog.records] == ["the work for a failed", "the work for b failed"]


@pytest.mark.parametrize("end", [SoftTimeLimitExceeded, JobContinues])
def test_the_end_of_a_tasks_time_is_nobodys_trouble(end: type[Exception]) -> None:
    seen: list[str] = []

    def work(company: Company) -> None:
        seen.append(company.code)
        raise end

    with pytest.raises(end):
        each_company(COMPANIES, work)
    assert seen == ["a"]
