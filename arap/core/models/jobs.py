"""Long work that a browser can follow, and requests that must count only once."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models.base import CompanyOwned


class Job(CompanyOwned):
    """A piece of long work. This row is the queue of record; Celery only wakes the worker."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("kind"), max_length=60)
    task = models.CharField(_("task"), max_length=120, help_text=_("Dotted name of the task."))
    params = models.JSONField(_("parameters"), default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED, db_default=State.QUEUED)
    progress_done = models.PositiveBigIntegerField(_("done"), default=0, db_default=0)
    progress_total = models.PositiveBigIntegerField(_("total"), null=True, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True, default="", db_default="")
    result = models.JSONField(_("result"), null=True, blank=True, encoder=DjangoJSONEncoder)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, db_default=0)
    created_by = models.ForeignKey(
        "core.User",
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed", "cancelled"]),
                name="core_job_state",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="core_job_unfinished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class IdempotencyKey(CompanyOwned):
    """The answer given to a request, so that the same request sent again gets it again."""

    key = models.CharField(_("key"), max_length=200)
    request_sha256 = models.CharField(max_length=64)
    response = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(CompanyOwned.Meta):
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "key"], name="core_idempotencykey_once"),
        ]

    def __str__(self) -> str:
        return self.key
