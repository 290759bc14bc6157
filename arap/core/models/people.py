"""Users, and the roles they hold in each company."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.models.base import CompanyOwned
from arap.core.models.companies import LANGUAGES


class Role(models.TextChoices):
    """What a person is in a company. permissions.py says what each may do."""

    CLERK = "clerk", _("Clerk")
    COLLECTOR = "collector", _("Collector")
    CREDIT_MANAGER = "credit_manager", _("Credit manager")
    CONTROLLER = "controller", _("Controller")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class User(AbstractUser):
    """A person who signs in, or the system user behind automatic postings."""

    # One field holds the whole name: splitting it does not fit Chinese names.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en")
    last_company = models.ForeignKey(
        "core.Company",
        verbose_name=_("last company"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    gets_digest = models.BooleanField(_("wants the approvals of the day by e-mail"), default=True, db_default=True)
    hides_first_hour = models.BooleanField(_("wants no first hour"), default=False, db_default=False, editable=False)

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    def get_full_name(self) -> str:
        """The name to print; the user name stands in where none was given."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def __str__(self) -> str:
        return self.get_full_name()


class Membership(CompanyOwned):
    """One role of one user in one company. A user may hold several."""

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("role in a company")
        verbose_name_plural = _("roles in companies")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["user", "company", "role"], name="core_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="core_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"
