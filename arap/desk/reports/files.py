"""A report as a sheet, from which each kind of file is made."""

from django.utils.translation import gettext as _

from arap.core import wording
from arap.core.sheets import Sheet
from arap.desk.forms.reports import ReportForm
from arap.desk.reports.frame import Proof, Report


def sheet_of(report: Report, form: ReportForm) -> Sheet:
    """What the valid form asks, in the language in use."""
    company, asked = form.company, form.asked()
    columns = form.columns(asked)
    first = columns[0].name
    totals = report.source.totals(company, asked, columns)
    return Sheet(
        company=company,
        name=f"{report.slug}-{company.code}-{asked.last_on.isoformat()}",
        title=str(report.title),
        facts=form.facts(asked),
        columns=columns,
        rows=lambda: report.source.rows(company, asked),
        totals=[{**total, first: _("Total")} for total in totals],
        verdict=verdict(report.proofs(company, asked)),
    )


def verdict(proofs: list[Proof]) -> str:
    """Whether the report ties, in one sentence; nothing where it has nothing to tie with."""
    if not proofs:
        return ""
    broken = [proof for proof in proofs if proof.difference]
    if not broken:
        return _("Ties with the book: difference 0.00.")
    sums = "; ".join(f"{each.currency} {wording.amount_text(each.difference, each.currency)}" for each in broken)
    return _("Does not tie with the book: %(sums)s.") % {"sums": sums}
