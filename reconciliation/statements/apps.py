from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy


class StatementsConfig(AppConfig):
    name = "statements"
    label = "statements"
    verbose_name = _("Statements")

    def ready(self) -> None:
        """Name the jobs of this room, who tells what an undo touches here, and what it checks before a close."""
        from arap.core import close_checks
        from arap.core.job_kinds import describe
        from receipts.previews import register
        from statements.queries.troubles import troubled, troubles

        customers = npgettext_lazy("count", "customer", "customers")
        statements = npgettext_lazy("count", "statement", "statements")
        describe("statement_run", _("Making statements"), unit=customers, troubles=troubles, troubled=troubled)
        describe("statement_run_release", _("Sending statements"), unit=statements)
        register("statements.previews.of_undo")
        close_checks.register("statements.close_checks.STATEMENTS")
