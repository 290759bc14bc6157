"""Founding a company."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from arap.core import audit
from arap.core.errors import Invalid, Refused
from arap.core.models import BusinessCalendar, Company, User
from arap.core.money import CURRENCIES


@transaction.atomic
def create_company(*, code: str, name: str, base_currency: str, by: User | None, **fields: Any) -> Company:
    """A new company that keeps its book in `base_currency` (ISO 4217).

    Further fields are those of Company. A company in China gets China's calendar unless another is
    given. Periods and accounts are opened by actions of their own.
    Raises Refused("company_exists") and Invalid("unknown_currency").
    """
    if base_currency not in CURRENCIES:
        raise Invalid(
            "unknown_currency",
            _("“%(code)s” is not a currency.") % {"code": base_currency},
            field="base_currency",
        )
    fields.setdefault("country", "CN")
    if fields["country"] == "CN":
        fields.setdefault("calendar", BusinessCalendar.objects.filter(code="CN").first())
    company, is_new = Company.objects.get_or_create(
        code=code, defaults={"name": name, "base_currency": base_currency, **fields}
    )
    if not is_new:
        raise Refused("company_exists", _("There is a company “%(code)s” already.") % {"code": code})
    audit.record(
        by=by,
        verb="company.create",
        obj=company,
        after={"code": code, "name": name, "base_currency": base_currency},
    )
    return company
