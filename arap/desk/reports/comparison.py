"""Aging on two days side by side: by how much each bucket of each customer rose or fell."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.functional import lazystr
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aging.pages import named
from aging.queries import AgingRow, aging
from aging.queries import proofs as aging_proofs
from aging.rules import buckets_at
from arap.core import wording
from arap.core.models import Company
from arap.core.sheets import Cells, Column
from arap.desk.reports.frame import Asked, Computed, Proof, Report
from customers.models import Customer

ZERO = Decimal(0)


def columns(asked: Asked) -> list[Column]:
    """The balance on both days and the difference, then the difference of each bucket."""
    heads = [wording.bucket_words(each.from_days, each.to_days) for each in buckets_at(asked.last_on, basis="due")]
    return [
        Column("code", _("Code"), width_mm=20, is_quiet=True),
        Column("customer", _("Customer"), width_mm=40),
        Column("currency", _("Currency"), width_mm=16, is_quiet=True),
        Column("before", lazystr(wording.prose_day(asked.first_on)), "amount", 24, is_summed=True),
        Column("after", lazystr(wording.prose_day(asked.last_on)), "amount", 24, is_summed=True),
        Column("difference", _("Difference"), "amount", 24, is_summed=True, is_strong=True),
        *[
            Column(f"bucket{at}", lazystr(f"{head} ±"), "amount", 20, is_summed=True, drops=at in (0, 2))
            for at, head in enumerate(heads)
        ],
        Column("unapplied", lazystr(gettext("Not applied") + " ±"), "amount", 20, is_summed=True, drops=True),
    ]


def work(company: Company, asked: Asked) -> list[dict[str, Any]]:
    """A row for each customer and currency with something open on either day, the largest difference first."""
    before, after = _report(company, asked, first=True), _report(company, asked, first=False)
    chosen = _chosen(company, asked)
    rows = []
    for key in before.keys() | after.keys():
        if chosen is not None and key[0] not in chosen:
            continue
        rows.append(_row(before.get(key), after.get(key)))
    rows.sort(key=lambda row: (-abs(row["difference"]), row["code"], row["currency"]))
    names = {each.row.key: each for each in named(company, "customer", [row["row"] for row in rows])}
    for row in rows:
        called = names[row.pop("row").key]
        row |= {"customer": called.name, "code": called.code, "customer_id": called.customer_id}
    return rows


def _report(company: Company, asked: Asked, *, first: bool) -> dict[tuple[Any, str], AgingRow]:
    made = aging(
        company,
        as_of=asked.first_on if first else asked.last_on,
        position=asked.position,
        currency=asked.currency or None,
        customer_id=asked.customer.pk if asked.customer else None,
    )
    return {(row.key, row.currency): row for row in made.rows}


def _chosen(company: Company, asked: Asked) -> set[int | None] | None:
    if not asked.segment:
        return None
    return set(Customer.objects.filter(company=company, segment=asked.segment).values_list("pk", flat=True))


def _row(before: AgingRow | None, after: AgingRow | None) -> dict[str, Any]:
    row = after or before
    assert row is not None
    nothing = AgingRow(row.key, row.currency, (ZERO,) * len(row.buckets), ZERO, ZERO)
    old, new = before or nothing, after or nothing
    return {
        "row": row,
        "code": "",
        "currency": row.currency,
        "before": old.total,
        "after": new.total,
        "difference": new.total - old.total,
        "unapplied": new.unapplied - old.unapplied,
        **{f"bucket{at}": new.buckets[at] - old.buckets[at] for at in range(len(row.buckets))},
    }


def urls(cells: Cells, asked: Asked) -> Mapping[str, str]:
    if not cells["customer_id"]:
        return {}
    balance = reverse("desk:customer_balance", args=[cells["customer_id"]])
    ledger = reverse("desk:report", args=["customer-ledger"])
    period = f"period=days&first={asked.first_on}&last={asked.last_on}"
    return {
        "customer": reverse("desk:customer", args=[cells["customer_id"]]),
        "before": f"{balance}?as_of={asked.first_on}",
        "after": f"{balance}?as_of={asked.last_on}",
        "difference": f"{ledger}?customer={cells['code']}&{period}",
    }


def proofs(company: Company, asked: Asked) -> list[Proof]:
    """Each of the two days beside the control accounts of its day."""
    if asked.is_narrowed:
        return []
    return [
        Proof(lazystr(wording.prose_day(on)), proof.report, _("Control accounts"), proof.control, proof.currency)
        for on in (asked.first_on, asked.last_on)
        for proof in aging_proofs(company, aging(company, as_of=on, position=asked.position))
    ]


COMPARISON = Report(
    slug="aging-comparison",
    title=_("Aging compared"),
    about=_("The aging of two days side by side: which customer and which bucket rose or fell, and by how much."),
    clock="two days",
    fields=("customer", "currency", "segment"),
    columns=columns,
    source=Computed(work),
    urls=urls,
    verb="aging.view",
    proofs=proofs,
)
