from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DunningConfig(AppConfig):
    name = "dunning"
    label = "dunning"
    verbose_name = _("Dunning")

    def ready(self) -> None:
        """Name the jobs of this room."""
        from arap.core.job_kinds import describe

        describe("reminders", _("Deciding reminders"))
        describe("reminders.release", _("Releasing reminders"))
