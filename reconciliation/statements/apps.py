from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatementsConfig(AppConfig):
    name = "statements"
    label = "statements"
    verbose_name = _("Statements")

    def ready(self) -> None:
        """Name the jobs of this room."""
        from arap.core.job_kinds import describe

        describe("statement_run", _("Making statements"))
        describe("statement_run_release", _("Sending statements"))
