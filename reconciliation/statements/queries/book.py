"""What the book says where a run says something: the totals that its statements must come to."""

from dataclasses import dataclass
from decimal import Decimal

from aging.queries import aging
from arap.ledger.queries import control_totals
from statements.models import StatementRun

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotal:
    """One currency at a run's day and position: what aging says, what of it has no known payer, and the control
    accounts, which know no segment: None for a run of one."""

    currency: str
    aging: Decimal
    unidentified: Decimal
    control: Decimal | None


def book_totals(run: StatementRun) -> list[BookTotal]:
    """By currency, read from the whole book. It costs what an aging report costs; a run keeps what it says."""
    if run.segment:
        report = aging(run.company, as_of=run.as_of, position=run.position, by="segment")
        return [
            BookTotal(currency=row.currency, aging=row.total, unidentified=ZERO, control=None)
            for row in report.rows
            if row.key == run.segment
        ]
    report = aging(run.company, as_of=run.as_of, position=run.position)
    aged = {row.currency: row.total for row in report.totals}
    unknown = {row.currency: row.total for row in report.rows if row.key is None}
    control: dict[str, Decimal] = {}
    for total in control_totals(run.company, as_of=run.as_of, position=run.position):
        control[total.currency] = control.get(total.currency, ZERO) + total.amount
    return [
        BookTotal(
            currency=code, aging=aged.get(code, ZERO), unidentified=unknown.get(code, ZERO),
            control=control.get(code, ZERO),
        )
        for code in sorted(aged.keys() | control.keys())
    ]  # fmt: skip
