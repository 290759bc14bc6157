"""Payment terms that a take-on or a form needs."""

from collections.abc import Iterable

from django.db import transaction

from arap.core import audit
from arap.core.errors import Invalid
from arap.core.models import Company, User
from customers.models import PaymentTerms
from customers.rules import TermsError, parse_terms, write_terms

CODE_LENGTH_MAX = 30


@transaction.atomic
def ensure_terms(company: Company, rules: Iterable[str], *, by: User | None) -> dict[str, int]:
    """Payment terms for each rule in the notation of rules.py: rule as given -> id.

    Terms of the same meaning are reused; those missing are created with the rule as their code.
    Raises Invalid("invalid_terms") for a rule that cannot be read.
    """
    spelling = {rule: _spell(rule) for rule in rules}
    wanted = dict.fromkeys(spelling.values())
    known = _ids(company, wanted)
    missing = [rule for rule in wanted if rule not in known]
    if missing:
        PaymentTerms.objects.bulk_create(
            [PaymentTerms(company=company, code=rule[:CODE_LENGTH_MAX], name=rule, rule=rule) for rule in missing],
            ignore_conflicts=True,
        )
        audit.record(by=by, verb="terms.create", obj=company, after={"rules": missing})
        known = _ids(company, wanted)
    return {rule: known[canonical] for rule, canonical in spelling.items()}


def _ids(company: Company, rules: Iterable[str]) -> dict[str, int]:
    found = PaymentTerms.objects.filter(company=company, rule__in=list(rules), is_active=True)
    return dict(found.order_by("-id").values_list("rule", "id"))


def _spell(rule: str) -> str:
    try:
        return write_terms(parse_terms(rule))
    except TermsError as error:
        raise Invalid("invalid_terms", str(error), rule=rule) from error
