"""Fields that a company keeps of its customers besides ours."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned


class CustomField(CompanyOwned):
    """A field of a company's own. Its values stand in Customer.custom under its id, spelled as rules.spelled does.

    One that is no longer wanted is set inactive: what was recorded under it stays.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")

    name = models.CharField(_("name"), max_length=60)
    name_local = models.CharField(_("local name"), max_length=60, blank=True, default="", db_default="")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    choices = ArrayField(
        models.CharField(max_length=60), verbose_name=_("choices"), default=list, blank=True, size=50,
        help_text=_("Of a choice: separated by commas."),
    )  # fmt: skip
    is_required = models.BooleanField(_("required"), default=False, db_default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0, db_default=0)
    is_active = models.BooleanField(_("active"), default=True, db_default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "position", "id"]
        verbose_name = _("field of customers")
        verbose_name_plural = _("fields of customers")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "name"],
                name="customers_customfield_name",
                violation_error_message=_("There is a field with this name."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="choice", choices=[]),
                name="customers_customfield_choices",
                violation_error_message=_("A choice needs something to choose from."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
