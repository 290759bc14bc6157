"""What releasing a run would do, and what it did: who gets a statement, in which languages, who does not and why."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from arap.core.models import Job
from statements.models import PaperLanguage, Statement, StatementRun, StatementSkipped
from statements.models.choices import Unsent
from statements.queries.recipients import recipients

RELEASE_KIND = "statement_run_release"
PDF_FAILED = "pdf_failed"
GOES, GONE = "goes", "gone"
# What a list of a run can be narrowed to: what goes, what went, and each reason why the rest does not.
GROUPS = (GOES, GONE, *Unsent.values, PDF_FAILED)
NAMED_MAX = 10
MARK_LENGTH = 12  # of a digest of an address: long enough that no two are taken for each other


@dataclass(frozen=True, slots=True)
class Plan:
    """`papers`: language of the paper -> how many of those that go now. `held`: why not -> how many, a code of Unsent
    or PDF_FAILED. `unaddressed`: (id, code) of customers where nobody receives statements. `ids`: a code of GROUPS ->
    statements. `to`: statement that goes -> address. `codes`: statement -> customer code."""

    papers: dict[str, int]
    held: dict[str, int]
    unaddressed: list[tuple[int, str]]
    ids: dict[str, list[int]]
    to: dict[int, str]
    codes: dict[int, str]

    @property
    def goes(self) -> int:
        """How many would be sent now."""
        return len(self.to)

    @property
    def gone(self) -> int:
        """How many were released before."""
        return len(self.ids.get(GONE, ()))

    @property
    def papers_words(self) -> list[tuple[str, int]]:
        """The languages in words."""
        return [(str(PaperLanguage(code).label), count) for code, count in self.papers.items()]

    @property
    def held_words(self) -> list[tuple[str, str, int]]:
        """(code, why not in words, how many), the most frequent first."""
        ordered = sorted(self.held.items(), key=lambda each: (-each[1], each[0]))
        return [(code, words_of(code), count) for code, count in ordered]

    @property
    def stays(self) -> int:
        """How many customers get nothing."""
        return sum(self.held.values())

    @property
    def seen(self) -> str:
        """Which statement goes to which address, in short, for the form of the page that shows it."""
        return " ".join(f"{pk}:{_mark(address)}" for pk, address in sorted(self.to.items()))

    @property
    def digest(self) -> str:
        """Stands for `seen`: the same customers' statements to the same addresses."""
        return digest_of(self.seen)

    def changes_since(self, seen: str) -> list[str]:
        """What is no longer as it was in `seen`, one sentence for each kind of change."""
        before = dict(each.split(":", 1) for each in seen.split() if ":" in each)
        now = {str(pk): _mark(address) for pk, address in self.to.items()}
        both = now.keys() & before.keys()
        kinds = [
            (_("Goes now, too: %(customers)s."), now.keys() - before.keys()),
            (_("Does not go any more: %(customers)s."), before.keys() - now.keys()),
            (_("Goes to another address: %(customers)s."), {pk for pk in both if now[pk] != before[pk]}),
        ]
        return [words % {"customers": named} for words, which in kinds if (named := self._named(which))]

    def _named(self, ids: Iterable[str]) -> str:
        known = sorted(self.codes[int(pk)] for pk in ids if pk.isdecimal() and int(pk) in self.codes)
        return _(", ").join(known[:NAMED_MAX]) + (" …" if len(known) > NAMED_MAX else "")


def words_of(code: str) -> str:
    """Why a statement does not go, in words."""
    return _("The PDF could not be made") if code == PDF_FAILED else str(Unsent(code).label)


def digest_of(seen: str) -> str:
    """What stands for a text of Plan.seen."""
    return hashlib.sha256(seen.encode()).hexdigest()


def _mark(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:MARK_LENGTH]


def plan_of(run: StatementRun) -> Plan:
    """What would go now and what not, as things stand at this moment; of what was released, what became of it.

    Three queries however many statements there are.
    """
    held = Counter(StatementSkipped.objects.filter(run=run).values_list("reason", flat=True))
    rows = list(
        Statement.objects.filter(run=run).values_list(
            "pk", "customer_id", "customer__code", "customer__is_active", "unsent", "released_at", "pdf_state",
            "language",
        )
    )  # fmt: skip
    known = recipients(run.company, [row[1] for row in rows if not row[4] and row[5] is None])
    papers: Counter[str] = Counter()
    unaddressed: list[tuple[int, str]] = []
    ids: dict[str, list[int]] = {}
    to: dict[int, str] = {}
    for pk, customer_id, code, is_active, unsent, released_at, pdf_state, language in rows:
        group = _group(unsent, released_at is not None, is_active, customer_id in known, pdf_state)
        ids.setdefault(group, []).append(pk)
        if group == GOES:
            to[pk] = known[customer_id].address
            papers[language] += 1
        elif group != GONE:
            held[group] += 1
        if group == Unsent.NO_ADDRESS and not unsent:
            unaddressed.append((customer_id, code))
    return Plan(
        papers=dict(sorted(papers.items())),
        held=dict(held),
        unaddressed=sorted(unaddressed, key=lambda each: each[1]),
        ids=ids,
        to=to,
        codes={row[0]: row[2] for row in rows},
    )


def _group(unsent: str, is_released: bool, is_active: bool, is_addressed: bool, pdf_state: str) -> str:
    if unsent:
        return unsent
    if not is_released and not is_active:
        return Unsent.INACTIVE.value
    if not is_released and not is_addressed:
        return Unsent.NO_ADDRESS.value
    if pdf_state == Statement.Pdf.FAILED:
        return PDF_FAILED
    return GONE if is_released else GOES


def release_job(run: StatementRun) -> Job | None:
    """The job that releases the run now or as soon as a worker is free; None when nobody does."""
    unended = Job.objects.filter(
        company=run.company_id, kind=RELEASE_KIND, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    return unended.filter(params__run=run.pk).first()
