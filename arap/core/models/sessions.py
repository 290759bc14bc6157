"""Who is signed in where, and the codes that let somebody in who has lost their telephone."""

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.devices import device_name


class Session(AbstractBaseSession):
    """A browser that has been here; with a `user`, one that is signed in. session_store.py writes the rows.

    `expire_date` is the earlier of both ends: of idleness, and of the longest session there is.
    """

    user = models.ForeignKey(
        "core.User", verbose_name=_("user"), on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    began_at = models.DateTimeField(_("signed in"), db_default=Now())
    seen_at = models.DateTimeField(_("last seen"), db_default=Now())
    address = models.CharField(_("address"), max_length=45, default="", db_default="")
    agent = models.CharField(_("program"), max_length=300, default="", db_default="")

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering: ClassVar[list[str]] = ["-seen_at"]

    def __str__(self) -> str:
        # The key itself opens the session: it stands nowhere.
        return self.device

    @property
    def device(self) -> str:
        """The browser and the system, as far as they say who they are."""
        return device_name(self.agent)


class RecoveryCode(models.Model):
    """One of ten codes that each count once in place of the second factor. Only its digest is kept.

    All codes of one set share their salt, so that a code is digested once to be compared with all.
    """

    user = models.ForeignKey("core.User", verbose_name=_("user"), on_delete=models.CASCADE, related_name="+")
    salt = models.BinaryField(_("salt"))
    digest = models.BinaryField(_("digest"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "digest"], name="core_recoverycode_once")
        ]
