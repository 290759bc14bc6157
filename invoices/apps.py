from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy


class InvoicesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "invoices"
    label = "invoices"
    verbose_name = _("Invoices")

    def ready(self) -> None:
        """Name the jobs of this room, and what it checks before a month is closed."""
        from arap.core.close_checks import register
        from arap.core.job_kinds import describe

        describe("invoices.send", _("Sending invoices"), unit=npgettext_lazy("count", "invoice", "invoices"))
        register("invoices.close_checks.DRAFTS")
