"""What the desk keeps for itself: where taken-on documents come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned


class TakenOn(CompanyOwned):
    """A document that came from another system's history, so that the same file can be loaded again.

    `settled_on` is the settlement that has been carried into the book, empty while the document was open when last
    loaded. `fingerprint` stands for what the row said besides the columns of the book (order, terms, facts).
    """

    document = models.OneToOneField(
        "ledger.Document", verbose_name=_("document in the book"), on_delete=models.PROTECT, related_name="taken_on"
    )
    settled_on = models.DateField(_("settled on"), null=True)
    fingerprint = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta(CompanyOwned.Meta):
        verbose_name = _("document taken on")
        verbose_name_plural = _("documents taken on")

    def __str__(self) -> str:
        return str(self.document_id)
