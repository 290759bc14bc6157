from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "receipts"
    label = "receipts"
    verbose_name = _("Receipts")

    def ready(self) -> None:
        """Name what a second person approves here, and what this room checks before a month is closed."""
        from arap.core import close_checks
        from arap.core.approvals import register

        register("receipt", "receipts.approving.receipts")
        register("arrangement", "receipts.approving.arrangements")
        register("write-off", "receipts.approving.write_offs")
        for name in ("CONFIRMED", "UNIDENTIFIED", "UNAPPLIED", "WRITE_OFFS"):
            close_checks.register(f"receipts.close_checks.{name}")
