"""What people of ours noted about a customer, and the files they put beside it."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned
from customers.models.customers import Customer


class NoteQuerySet(models.QuerySet["Note"]):
    def standing(self) -> "NoteQuerySet":
        """Those that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Note(CompanyOwned):
    """A note, a file, or both. It is never edited: it is withdrawn, and another one is written.

    Its words and its file can be erased where personal data must go; the database refuses any other change
    (migrations/sql/personal_data.sql).
    """

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="notes",
    )
    text = models.TextField(_("note"), max_length=4000, blank=True, default="", db_default="")
    file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )
    written_by = models.ForeignKey(
        "core.User", verbose_name=_("written by"), on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    written_at = models.DateTimeField(_("written at"), db_default=Now(), editable=False)
    withdrawn_by = models.ForeignKey(
        "core.User",
        verbose_name=_("withdrawn by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ["-id"]
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.CheckConstraint(
                condition=~models.Q(text="") | models.Q(file__isnull=False) | models.Q(erased_at__isnull=False),
                name="customers_note_says_something",
            ),
        ]
        indexes = [models.Index(fields=["company", "customer", "-id"], name="customers_note_newest")]

    def __str__(self) -> str:
        return self.text[:60]
