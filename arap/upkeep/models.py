"""Which backups were made. Rows of the whole installation, of no company's."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BackupQuerySet(models.QuerySet["Backup"]):
    def finished(self) -> "BackupQuerySet":
        """Those that are there."""
        return self.exclude(file_name="")

    def unfinished(self) -> "BackupQuerySet":
        """Those that were begun and of which nothing is known since: being made, or killed."""
        return self.filter(file_name="", message="")


class Backup(models.Model):
    """A backup that was made, or why it was not. Noted outside of the snapshot, so no backup holds its own row."""

    made_at = models.DateTimeField(_("made at"), db_index=True)
    file_name = models.CharField(_("file"), max_length=100, blank=True, default="", db_default="")
    byte_count = models.PositiveBigIntegerField(_("bytes"), default=0, db_default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="", db_default="")
    milliseconds = models.PositiveBigIntegerField(_("milliseconds"), default=0, db_default=0)
    message = models.TextField(_("why it failed"), blank=True, default="", db_default="")

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self) -> str:
        return self.file_name or self.message
