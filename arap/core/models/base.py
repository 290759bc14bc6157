"""What every table of a company has in common."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class CompanyOwned(models.Model):
    """A row of one company.

    The key (company, id) looks redundant beside the primary key. It is what composite foreign keys
    refer to, so that the database itself refuses a row of one company that points at another's.
    """

    # Its own index would repeat the first column of the key below.
    company = models.ForeignKey(
        "core.Company",
        verbose_name=_("company"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "id"], name="%(app_label)s_%(class)s_company_key")
        ]


def currency_is_three_letters(field: str, name: str) -> models.CheckConstraint:
    """Check that `field` holds the form of an ISO 4217 code. Which codes exist is for money.py."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__regex": r"^[A-Z]{3}$"}),
        name=name,
        violation_error_message=_("A currency is three capital letters, for example CNY."),
    )
