"""The aging report as a sheet, from which each kind of file is made."""

from collections.abc import Sequence
from typing import Any

from django.utils.functional import lazystr
from django.utils.translation import gettext as _

from aging.forms import AgingForm
from aging.pages import NamedRow, named
from aging.queries import AgingReport, AgingRow
from arap.core import wording
from arap.core.models import Company
from arap.core.sheets import Column, Sheet


def sheet_of(company: Company, form: AgingForm, made: AgingReport, rows: Sequence[AgingRow], *, is_cut: bool) -> Sheet:
    """The `rows` of the report; its totals only where no row is left out (`is_cut`)."""
    heads = [wording.bucket_words(each.from_days, each.to_days) for each in made.buckets]
    columns = [
        Column("code", _("Code"), width_mm=20),
        Column("name", _("Name"), width_mm=50),
        Column("currency", _("Currency"), width_mm=16),
        *(Column(f"bucket{at}", lazystr(head), "amount", 25) for at, head in enumerate(heads)),
        Column("unapplied", _("Not applied"), "amount", 25),
        Column("total", _("Total"), "amount", 27, is_strong=True),
    ]
    shown = named(company, form.grouping, rows)
    return Sheet(
        company=company,
        name=f"aging-{company.code}-{made.as_of.isoformat()}",
        title=_("Aging of receivables"),
        facts=facts(company, form),
        columns=columns,
        rows=lambda: [_cells(each) for each in shown],
        totals=[] if is_cut else [{**_figures(row), "code": _("Total")} for row in made.totals],
    )


def facts(company: Company, form: AgingForm) -> list[tuple[str, str]]:
    """What was asked, in words: (name, value)."""
    found = [(_("Company"), company.name), (_("As of"), wording.prose_day(form.as_of_on))]
    if form.known_at_instant:
        found.append((_("Known at"), wording.moment(form.known_at_instant)))
    basis = dict(form.fields["basis"].choices)[form.basis_name]  # type: ignore[attr-defined]
    found += [(_("Age from"), str(basis)), (_("Group by"), form.grouping_words)]
    if currency := form.cleaned_data.get("currency"):
        found.append((_("Currency"), currency))
    return found


def _cells(each: NamedRow) -> dict[str, Any]:
    return {"code": each.code or each.key, "name": each.name, **_figures(each.row)}


def _figures(row: AgingRow) -> dict[str, Any]:
    buckets = {f"bucket{at}": amount for at, amount in enumerate(row.buckets)}
    return {"currency": row.currency, **buckets, "unapplied": row.unapplied, "total": row.total}
