"""From what was sent to the drafts that the actions want."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError

from arap.core.errors import Forbidden
from arap.core.models import Company, TaxCode
from customers.models import PaymentTerms
from customers.queries import ids_by_code
from invoices.actions import Draft, DraftLine
from invoices.models import Invoice

Problems = dict[str, list[str]]


def may_post(request: Any, data: Mapping[str, Any]) -> bool:
    """Whether the request asks for posting, which must be among what the token may do."""
    if data["post"] and "invoice.post" not in request.verbs:
        raise Forbidden("forbidden", gettext_lazy("This token may draft invoices, not post them."))
    return bool(data["post"])


def drafts_of(company: Company, given: Sequence[Mapping[str, Any]], *, rows: str = "") -> list[Draft]:
    """The drafts as the action wants them: codes are looked up, three queries for all. Raises ValidationError."""
    customers = ids_by_code(company, {one["customer"] for one in given})
    terms = _ids(PaymentTerms, company, (one["terms"] for one in given))
    codes = _ids(TaxCode, company, (line["tax_code"] for one in given for line in one["lines"]))
    problems: Problems = {}
    drafts = []
    for place, one in enumerate(given):
        at = f"{rows}.{place}." if rows else ""
        if one["customer"] not in customers:
            problems[f"{at}customer"] = [_("There is no customer “%(code)s”.") % {"code": one["customer"]}]
            continue
        if one["terms"] and one["terms"] not in terms:
            problems[f"{at}terms"] = [_("There are no payment terms “%(code)s”.") % {"code": one["terms"]}]
            continue
        drafts.append(_draft(one, customers, terms, _lines(one["lines"], codes, at, problems)))
    if problems:
        raise ValidationError(problems)
    return drafts


def _draft(
    one: Mapping[str, Any], customers: Mapping[str, int], terms: Mapping[str, int], lines: list[DraftLine]
) -> Draft:
    return Draft(
        customer_id=customers[one["customer"]],
        currency=one["currency"],
        issued_on=one["issued_on"],
        lines=lines,
        terms_id=terms[one["terms"]] if one["terms"] else None,
        instalments=[(part["due_on"], part["amount"]) for part in one["instalments"]],
        rate=one["rate"],
        reference=one["reference"],
        order_number=one["order_number"],
        contract_number=one["contract_number"],
        memo=one["memo"],
        kind=(Invoice.Kind.INVOICE if one["adds_to_id"] is None else Invoice.Kind.DEBIT_NOTE).value,
        adds_to_id=one["adds_to_id"],
    )


def _lines(
    given: Sequence[Mapping[str, Any]], codes: Mapping[str, int], at: str, problems: Problems
) -> list[DraftLine]:
    lines = []
    for place, line in enumerate(given):
        code = line["tax_code"]
        if code and code not in codes:
            problems[f"{at}lines.{place}.tax_code"] = [_("There is no tax code “%(code)s”.") % {"code": code}]
            continue
        fields = {name: value for name, value in line.items() if name != "tax_code"}
        lines.append(DraftLine(**fields, tax_code_id=codes[code] if code else None))
    return lines


def _ids(model: Any, company: Company, codes: Iterable[str | None]) -> dict[str, int]:
    """Code -> id of those in use; no query where none is named."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    found = model.objects.filter(company=company, code__in=wanted, is_active=True).order_by()
    return dict(found.values_list("code", "pk"))
