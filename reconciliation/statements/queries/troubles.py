"""What jobs of runs left undone: PDFs that could not be made."""

from collections.abc import Sequence

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import ngettext

from arap.core.job_kinds import Trouble
from arap.core.models import Company, Job
from statements.models import Statement
from statements.queries.releasing import PDF_FAILED


def troubles(jobs: Sequence[Job]) -> dict[int, Trouble]:
    """Job id -> how many PDFs of its run could not be made, for those where some could not. Two queries."""
    runs = dict(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("pk", "params__run"))
    rows = Statement.objects.filter(run__in=[run for run in runs.values() if run], pdf_state=Statement.Pdf.FAILED)
    failed = dict(rows.values_list("run").annotate(count=Count("pk")).order_by())
    return {pk: _trouble(run, failed[run]) for pk, run in runs.items() if run in failed}


def _trouble(run: int, count: int) -> Trouble:
    words = ngettext("Done, %(count)s PDF failed", "Done, %(count)s PDFs failed", count)
    return Trouble(words % {"count": f"{count:,}"}, f"{reverse('statements:run', args=[run])}?why={PDF_FAILED}")


def troubled(company: Company) -> Q:
    """The jobs of runs with a PDF that could not be made."""
    rows = Statement.objects.filter(company=company, pdf_state=Statement.Pdf.FAILED).exclude(run=None)
    return Q(params__run__in=list(rows.values_list("run", flat=True).distinct().order_by()))
