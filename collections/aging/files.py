"""The whole aging report as a sheet, added up from the items."""

from aging.asking import Asked
from aging.pages import cut
from aging.queries import AgingReport, aging
from aging.sheets import sheet_of
from arap.core.models import Company
from arap.core.sheets import Sheet


def made_of(company: Company, asked: Asked) -> AgingReport:
    """The report, added up from the items."""
    return aging(
        company,
        as_of=asked.as_of,
        position=asked.position,
        basis=asked.form.basis_name,
        edges=asked.form.edges,
        by=asked.form.grouping,
        currency=asked.form.cleaned_data.get("currency") or None,
        base=True,
    )


def whole(company: Company, asked: Asked) -> Sheet:
    """All its rows."""
    made = made_of(company, asked)
    shown = cut(made.rows, bucket=asked.bucket, after=(), limit=0)[0]
    return sheet_of(company, asked.form, made, shown, is_cut=asked.bucket is not None)
