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
        from arap.ledger.refusals import CONSTRAINTS

        register("receipt", "receipts.approving.receipts")
        register("refund", "receipts.approving.refunds")
        register("arrangement", "receipts.approving.arrangements")
        register("write-off", "receipts.approving.write_offs")
        for name in ("CONFIRMED", "UNIDENTIFIED", "UNAPPLIED", "WRITE_OFFS"):
            close_checks.register(f"receipts.close_checks.{name}")
        CONSTRAINTS["receipts_refund_reserved"] = (
            "reserved",
            _("Part of this credit is reserved for a refund. Cancel the refund first, or apply less."),
        )
