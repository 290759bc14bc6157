"""How ready a month is to be closed, and what was posted into it after it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from arap.core.close_checks import Check, checks
from arap.core.models import CloseExplanation, Company, Job, Period, PeriodException, User
from arap.ledger.models import Document, JournalLine, LatePosting, Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A check with what it found (`is_met` None: it was not run) and the explanation that holds for that."""

    check: Check
    is_met: bool | None
    facts: Mapping[str, Any]
    url: str
    explanation: CloseExplanation | None

    @property
    def sentence(self) -> str:
        """What it found, unless all is well."""
        return self.check.sentence(self.facts) if self.is_met is False else ""

    @property
    def may_be_explained(self) -> bool:
        return self.is_met is False and not self.check.must

    @property
    def is_settled(self) -> bool:
        return bool(self.is_met) or (self.may_be_explained and self.explanation is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """A run of the checks that ended well: what each found when the book was at `position`."""

    job_id: int
    at: datetime
    position: int
    findings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What one transaction posted into a closed period, by whom and why it was let in (None: by role)."""

    position: int
    recorded_at: datetime
    actor: User | None
    exception: PeriodException | None
    documents: list[Document]


def latest_check(company: Company, period: Period) -> CheckRun | None:
    """The last run of the period's checks."""
    job = _check_jobs(company, period).filter(state=Job.State.DONE).order_by("-pk").first()
    if job is None:
        return None
    assert job.result is not None, "a job that is done has a result"
    assert job.finished_at is not None, "a job that is done has ended"
    return CheckRun(job_id=job.pk, at=job.finished_at, position=job.result["position"], findings=job.result["findings"])


def check_under_way(company: Company, period: Period) -> Job | None:
    """The run that has not ended."""
    return _check_jobs(company, period).filter(state__in=(Job.State.QUEUED, Job.State.RUNNING)).first()


def _check_jobs(company: Company, period: Period) -> QuerySet[Job]:
    return Job.objects.filter(company=company, kind="close_check", params__period=period.pk)


def check_lines(company: Company, period: Period, run: CheckRun | None) -> list[CheckLine]:
    """Every check, with what the run found. A check that came up since has not been run. One query."""
    found = {each["key"]: each for each in run.findings} if run else {}
    said: dict[str, CloseExplanation] = {}
    for each in CloseExplanation.objects.filter(company=company, period=period).select_related("explained_by"):
        said.setdefault(each.check_key, each)
    return [_line(each, found.get(each.key), said.get(each.key)) for each in checks()]


def _line(check: Check, found: Mapping[str, Any] | None, said: CloseExplanation | None) -> CheckLine:
    facts = found["facts"] if found else {}
    return CheckLine(
        check=check,
        is_met=found["is_met"] if found else None,
        facts=facts,
        url=found["url"] if found else "",
        explanation=said if said and said.facts == facts else None,
    )


def is_stale(company: Company, period: Period, *, position: int) -> bool:
    """Whether something was posted into the period after that position."""
    lines = JournalLine.objects.filter(company=company, posted_on__range=(period.starts_on, period.ends_on))
    return lines.filter(position__gt=position).exists()


def late_postings(company: Company, period: Period, *, before: int | None, limit: int) -> list[Late]:
    """What was posted into the period while it was closed, the last first. Three queries."""
    rows = LatePosting.objects.filter(company=company, period=period)
    if before is not None:
        rows = rows.filter(position__lt=before)
    found = list(rows.select_related("exception__granted_to", "exception__granted_by").order_by("-position")[:limit])
    positions = [each.position for each in found]
    postings = {
        each.position: each
        for each in Posting.objects.filter(company=company, position__in=positions).select_related("actor")
    }
    documents: dict[int, list[Document]] = {}
    for each in Document.objects.filter(company=company, position__in=positions).order_by("pk"):
        documents.setdefault(each.position, []).append(each)
    return [
        Late(
            position=each.position,
            recorded_at=_instant(postings[each.position]),
            actor=postings[each.position].actor,
            exception=each.exception,
            documents=documents.get(each.position, []),
        )
        for each in found
    ]


def _instant(posting: Posting) -> datetime:
    assert posting.recorded_at is not None, "the database gives every posting its instant"
    return posting.recorded_at
