from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext_lazy


class DeskConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "arap.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        """Name the jobs of this room, and what it checks before a month is closed."""
        from arap.core.close_checks import register
        from arap.core.job_kinds import describe
        from arap.desk.actions.practice import result_context as practice_context
        from arap.desk.actions.revaluing import result_context
        from arap.desk.queries.imports import trial_context, troubles

        rows = npgettext_lazy("count", "row", "rows")
        describe("import_trial", _("Dry run of an import"), unit=rows, context=trial_context)
        months = npgettext_lazy("count", "month", "months")
        describe("revaluation", _("Revaluation"), unit=months, context=result_context)
        describe("report_file", _("Workbook of a report"), unit=rows)
        describe("practice", _("Practice company"), context=practice_context)
        describe("import_run", _("Import"), unit=rows, troubles=troubles)
        describe("close_check", _("Checks before a close"), unit=npgettext_lazy("count", "check", "checks"))
        for name in ("BOOK", "SEALS", "REVALUATION", "EARLIER"):
            register(f"arap.desk.close_checks.{name}")
