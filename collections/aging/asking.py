"""What an address asks of the aging report."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from aging.forms import AgingForm
from aging.rules import buckets_at
from arap.core.models import Company
from arap.core.paging import read_number
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

    @property
    def kept_as(self) -> dict[str, Any]:
        """What tells the report from others that are kept. Known now it is as known when it is made."""
        return {
            "as_of": self.as_of, "basis": self.form.basis_name, "edges": self.form.edges,
            "position": self.position if self.known_at else None,
        }  # fmt: skip


def ask(company: Company, data: QueryDict, *, today: date) -> Asked:
    """What an address asks for; a field that cannot be read counts as its default. Two queries."""
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
