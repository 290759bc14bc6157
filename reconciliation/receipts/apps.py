from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceiptsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "receipts"
    label = "receipts"
    verbose_name = _("Receipts")

    def ready(self) -> None:
        """Name what this room checks before a month is closed."""
        from arap.core.close_checks import register

        for name in ("CONFIRMED", "UNIDENTIFIED", "UNAPPLIED", "WRITE_OFFS"):
            register(f"receipts.close_checks.{name}")
