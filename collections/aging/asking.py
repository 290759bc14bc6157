"""What the aging report is asked, by a page or by anybody who keeps its address, and the report that answers it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.http import QueryDict

from aging.forms import AgingForm
from aging.pages import cut
from aging.queries import AgingReport, aging
from aging.rules import buckets_at
from aging.sheets import sheet_of
from arap.core.models import Company
from arap.core.paging import read_number
from arap.core.sheets import Sheet
from arap.ledger.models import Item
from arap.ledger.queries import position_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The report asked for, with the position that "known at" came to."""

    form: AgingForm
    as_of: date
    known_at: datetime | None
    position: int
    now: int
    bucket: int | None

    def query(self, **more: object) -> str:
        """The address of the same report, with other fields."""
        fields: dict[str, object] = {
            "as_of": self.as_of.isoformat(),
            "known_at": self.form.data.get("known_at", ""),
            "basis": self.form.basis_name,
            "by": self.form.grouping,
            "currency": self.form.cleaned_data.get("currency", ""),
            "buckets": ",".join(str(edge) for edge in self.form.edges),
            "bucket": self.bucket,
            **more,
        }
        return urlencode({name: value for name, value in fields.items() if value not in ("", None)})


def ask(company: Company, data: QueryDict, *, today: date) -> Asked:
    """What an address asks; a field that cannot be read counts as its default."""
    used = Item.objects.filter(company=company).exclude(open_amount=0)
    currencies = sorted(set(used.values_list("currency", flat=True).distinct()) | {company.base_currency})
    form = AgingForm(data, today=today, currencies=currencies)
    form.is_valid()
    now = position_at(company, known_at=None)
    known_at = form.known_at_instant
    position = position_at(company, known_at=known_at) if known_at else _pinned(data.get("position"), now)
    bucket = form.cleaned_data.get("bucket")
    count = len(buckets_at(form.as_of_on, basis=form.basis_name, edges=form.edges))
    return Asked(
        form=form,
        as_of=form.as_of_on,
        known_at=known_at,
        position=position,
        now=now,
        bucket=bucket if bucket is not None and bucket < count else None,
    )


def _pinned(text: str | None, now: int) -> int:
    """The position a drill-down was asked at, so that it shows what its report read; never a future one."""
    position = read_number(text)
    return now if position is None else min(position, now)


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
    """All its rows as a sheet."""
    made = made_of(company, asked)
    shown = cut(made.rows, bucket=asked.bucket, after=(), limit=0)[0]
    return sheet_of(company, asked.form, made, shown, is_cut=asked.bucket is not None)
