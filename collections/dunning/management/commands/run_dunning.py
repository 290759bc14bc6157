"""run_dunning --company CODE --as-of DATE [--preview] [--format json|table]"""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.core.money import format_amount
from arap.core.queries import company_by_code
from dunning.actions import rehearsed, remind
from dunning.queries.runs import Decided, table_of
from dunning.tasks import now_at


class Command(ArapCommand):
    help = _("Decide the reminders of a day and release them. A day that has its run keeps it, and prints it again.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--as-of", required=True, type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--preview", action="store_true", help=_("decide, print, and leave nothing behind"))
        parser.add_argument("--format", choices=("json", "table"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        company, as_of = company_by_code(options["company"]), options["as_of"]
        if options["preview"]:
            with rehearsed(company, as_of=as_of) as run:
                table = table_of(run)
        else:
            today = now_at(company).date()
            table = table_of(remind(company, as_of=as_of, today=today, by=None, only_automatic=False))
        if options["format"] == "json":
            self.print_json(as_json(table, run_id=None if options["preview"] else table.run_id))
        else:
            self.print_table(table)

    def print_table(self, table: Decided) -> None:
        for decision in table.decisions:
            items = ", ".join(
                f"{item.number} {item.currency} {format_amount(item.open_amount, item.currency)} ({item.days:+d})"
                for item in decision.items
            )
            self.stdout.write(f"{decision.customer}  {decision.step}  {items}  {decision.why}")
        for customer, reason in table.skipped:
            self.stdout.write(f"{customer}  -  {reason}")


def as_json(table: Decided, *, run_id: int | None) -> dict[str, object]:
    """The run as programs read it; `run` is null for a preview, which leaves none."""
    return {
        "run": run_id,
        "customers": table.customers,
        "messages": table.messages,
        "by_step": {str(step): count for step, count in table.by_step.items()},
        "skipped": [{"customer": customer, "reason": reason} for customer, reason in table.skipped],
        "decisions": [
            {
                "customer": decision.customer,
                "step": decision.step,
                "items": [
                    {"number": item.number, "open": format_amount(item.open_amount, item.currency), "days": item.days}
                    for item in decision.items
                ],
                "why": decision.why,
            }
            for decision in table.decisions
        ],
    }
