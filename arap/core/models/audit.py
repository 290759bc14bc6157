"""Who did what, when. Rows are only ever added (audit.sql refuses the rest)."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act on one object, with the values it changed. `actor` is empty for the system."""

    company = models.ForeignKey(
        "core.Company",
        verbose_name=_("company"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    actor = models.ForeignKey(
        "core.User", verbose_name=_("actor"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    verb = models.CharField(_("verb"), max_length=60)
    object_type = models.CharField(_("object type"), max_length=60)
    object_id = models.CharField(_("object"), max_length=60)
    before = models.JSONField(_("before"), null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), null=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["object_type", "object_id"], name="core_auditentry_object"),
            models.Index(fields=["company", "-at"], name="core_auditentry_company_at"),
            models.Index(fields=["company", "-id"], name="core_auditentry_company"),
            models.Index(fields=["company", "actor", "-id"], name="core_auditentry_actor"),
            models.Index(fields=["company", "verb", "-id"], name="core_auditentry_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.object_type} {self.object_id}"
