"""What releasing a run would do: how many go, in which languages, how many do not and why."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arap.core.models import Job
from statements.models import PaperLanguage, Statement, StatementRun, StatementSkipped
from statements.models.choices import Unsent
from statements.queries.recipients import recipients

RELEASE_KIND = "statement_run_release"
PDF_FAILED = "pdf_failed"


@dataclass(frozen=True, slots=True)
class Plan:
    """`goes`: how many would be sent now. `papers`: language of the paper -> how many of them. `held`: why not -> how
    many, a code of Unsent or PDF_FAILED. `gone`: how many were released before. `unaddressed`: (id, code) of customers
    where nobody receives statements."""

    goes: int
    papers: dict[str, int]
    held: dict[str, int]
    gone: int
    unaddressed: list[tuple[int, str]]

    @property
    def papers_words(self) -> list[tuple[str, int]]:
        """The languages in words."""
        return [(str(PaperLanguage(code).label), count) for code, count in self.papers.items()]

    @property
    def held_words(self) -> list[tuple[str, str, int]]:
        """(code, why not in words, how many), the most frequent first."""
        words = {**dict(Unsent.choices), PDF_FAILED: _("The PDF could not be made")}
        ordered = sorted(self.held.items(), key=lambda each: (-each[1], each[0]))
        return [(code, str(words[code]), count) for code, count in ordered]

    @property
    def stays(self) -> int:
        """How many customers get nothing."""
        return sum(self.held.values())


def plan_of(run: StatementRun) -> Plan:
    """The plan as things stand at this moment. Three queries however many statements there are."""
    held = Counter(StatementSkipped.objects.filter(run=run).values_list("reason", flat=True))
    rows = list(
        Statement.objects.filter(run=run).values_list(
            "customer_id", "customer__code", "customer__is_active", "unsent", "released_at", "pdf_state", "language"
        )
    )
    known = recipients(run.company, [row[0] for row in rows if not row[3] and row[4] is None])
    papers: Counter[str] = Counter()
    unaddressed: list[tuple[int, str]] = []
    gone = 0
    for customer_id, code, is_active, unsent, released_at, pdf_state, language in rows:
        if unsent:
            held[unsent] += 1
        elif released_at is not None:
            gone += 1
        elif not is_active:
            held[Unsent.INACTIVE.value] += 1
        elif customer_id not in known:
            held[Unsent.NO_ADDRESS.value] += 1
            unaddressed.append((customer_id, code))
        elif pdf_state == Statement.Pdf.FAILED:
            held[PDF_FAILED] += 1
        else:
            papers[language] += 1
    return Plan(
        goes=papers.total(),
        papers=dict(sorted(papers.items())),
        held=dict(held),
        gone=gone,
        unaddressed=sorted(unaddressed, key=lambda each: each[1]),
    )


def release_job(run: StatementRun) -> Job | None:
    """The job that releases the run now or as soon as a worker is free; None when nobody does."""
    unended = Job.objects.filter(
        company=run.company_id, kind=RELEASE_KIND, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    return unended.filter(params__run=run.pk).first()
