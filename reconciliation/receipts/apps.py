from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "receipts"
    label = "receipts"
    verbose_name = _("Receipts")

    def ready(self) -> None:
        """Name what a second person approves here."""
        from arap.core.approvals import register

        register("receipt", "receipts.approving.receipts")
        register("arrangement", "receipts.approving.arrangements")
        register("write-off", "receipts.approving.write_offs")
