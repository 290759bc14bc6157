from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "arap.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        """Name the jobs of this room."""
        from arap.core.job_kinds import describe

        describe("import_trial", _("Dry run of an import"))
        describe("import_run", _("Import"))
