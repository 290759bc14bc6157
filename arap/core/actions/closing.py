"""Explaining what stands in the way of a close."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import CloseExplanation, Company, Period, User

TEXT_MAX = 500


@transaction.atomic
def explain_check(
    company: Company, period: Period, check_key: str, facts: Mapping[str, Any], *, text: str, by: User
) -> CloseExplanation:
    """Keep why the period may be closed although a check found `facts`. Raises Invalid("explanation_missing")."""
    text = text.strip()
    if not text or len(text) > TEXT_MAX:
        raise Invalid("explanation_missing", _("Explain it in a sentence."), field="text")
    made = CloseExplanation.objects.create(
        company=company, period=period, check_key=check_key, facts=dict(facts), text=text, explained_by=by
    )
    audit.record(by=by, verb="period.explain", obj=period, after={"check": check_key, "explanation": text})
    return made
