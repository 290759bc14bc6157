from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy


class AgingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "aging"
    label = "aging"
    verbose_name = _("Aging")

    def ready(self) -> None:
        """Name the jobs of this room."""
        from arap.core.job_kinds import describe

        describe("aging.report", _("Adding up an aging report"), unit=npgettext_lazy("count", "report", "reports"))
