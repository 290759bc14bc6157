"""Files that were made or taken in and never change: PDFs that left the house, spreadsheets that were loaded."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models.base import CompanyOwned


class StoredFile(CompanyOwned):
    """A file with its digest, kept in the database so that a backup holds what was sent beside the reason why.

    The database refuses any change of a row (migrations/sql/files.sql). `sha256` is in hexadecimal.
    """

    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=100)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    content = models.BinaryField(_("content"))
    created_by = models.ForeignKey(
        "core.User",
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="core_storedfile_sha256"),
        ]

    def __str__(self) -> str:
        return self.name
