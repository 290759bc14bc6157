"""Tokens: what a program signs in with. Only a digest is kept, so nobody can read one out of the database."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned

REQUESTS_PER_MINUTE = 600


class ApiToken(CompanyOwned):
    """A program's way in, for one company and in the name of one person.

    `scopes` are verbs of the permission table; what counts is those among them that the person's roles allow at the
    moment. `prefix` is how the token begins, to tell it from others; `digest` is the SHA-256 (hex) of the whole.
    """

    user = models.ForeignKey("core.User", verbose_name=_("user"), on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("beginning"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("scopes"))
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"),
        default=REQUESTS_PER_MINUTE,
        db_default=REQUESTS_PER_MINUTE,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
    )
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("token of the API")
        verbose_name_plural = _("API tokens")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="api_token_digest"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["company", "user"], name="api_token_owner")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_live(self, at: datetime) -> bool:
        """Whether it lets anybody in at that moment."""
        return self.revoked_at is None and self.expires_at > at and self.user.is_active and self.company.is_active
