from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy


class DunningConfig(AppConfig):
    name = "dunning"
    label = "dunning"
    verbose_name = _("Dunning")

    def ready(self) -> None:
        """Name the jobs of this room, and who tells what an undo touches here."""
        from arap.core.job_kinds import describe
        from receipts.previews import register

        customers = npgettext_lazy("count", "customer", "customers")
        reminders = npgettext_lazy("count", "reminder", "reminders")
        describe("reminders", _("Deciding reminders"), unit=customers)
        describe("reminders.release", _("Releasing reminders"), unit=reminders)
        register("dunning.previews.of_undo")
