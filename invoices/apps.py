from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy


class InvoicesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "invoices"
    label = "invoices"
    verbose_name = _("Invoices")

    def ready(self) -> None:
        """Name the jobs of this room."""
        from arap.core.job_kinds import describe

        describe("invoices.send", _("Sending invoices"), unit=npgettext_lazy("count", "invoice", "invoices"))
