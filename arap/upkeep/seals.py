"""The nightly seals, and whether they are made: what is not sealed could be altered by a superuser without a trace."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, OuterRef, Subquery
from django.utils.translation import gettext as _

from arap.core.models import Company
from arap.ledger.actions import seal_ledger
from arap.ledger.models import Posting, Seal

SEAL_OLD = timedelta(hours=26)


def seal_all() -> int:
    """Seal the book of every company, one after the other; gives how many had something new."""
    return sum(seal_ledger(company) is not None for company in Company.objects.order_by("pk"))


def unsealed(at: datetime) -> Iterator[str]:
    """A sentence for each company whose book has waited longer than a night for its seal. One query, and one each."""
    sealed = Seal.objects.filter(company=OuterRef("pk")).order_by("-to_position").values("to_position")[:1]
    for company in Company.objects.filter(is_active=True).annotate(sealed_to=Subquery(sealed)).order_by("code"):
        waiting = Posting.objects.filter(company=company, position__gt=company.sealed_to or 0)
        oldest = waiting.aggregate(oldest=Min("recorded_at"))["oldest"]
        if oldest and at - oldest > SEAL_OLD:
            yield _("The book of %(company)s has waited %(hours)s hours for its seal.") % {
                "company": company.code,
                "hours": (at - oldest) // timedelta(hours=1),
            }


def facts(at: datetime) -> dict[str, Any]:
    """Hours since the last seal of any company; None before the first."""
    last = Seal.objects.aggregate(last=Max("sealed_at"))["last"]
    return {"sealed_hours": (at - last) // timedelta(hours=1) if last else None}
