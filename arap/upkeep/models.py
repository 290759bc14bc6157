"""Which backups were made. Rows of the whole installation, of no company's."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Backup(models.Model):
    """A backup that was made, or why it was not. Noted after the file is whole, so no backup holds its own row."""

    made_at = models.DateTimeField(_("made at"), db_index=True)
    file_name = models.CharField(_("file"), max_length=100, blank=True, default="", db_default="")
    byte_count = models.PositiveBigIntegerField(_("bytes"), default=0, db_default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="", db_default="")
    milliseconds = models.PositiveBigIntegerField(_("milliseconds"), default=0, db_default=0)
    message = models.TextField(_("why it failed"), blank=True, default="", db_default="")

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self) -> str:
        return self.file_name or self.message
