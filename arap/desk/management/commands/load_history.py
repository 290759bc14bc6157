"""load_history FILE --company CODE --mapping NAME_OR_FILE [--base-currency CUR] [--rates FILE]"""

import argparse
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company
from arap.desk.actions.load_history import Loaded, Watch, load_history
from arap.desk.mapping import shipped_mappings


class Command(ArapCommand):
    help = _("Take on customers, invoices and settlements from a CSV file or an Excel workbook.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        add_company(parser)
        names = ", ".join(shipped_mappings())
        parser.add_argument(
            "--mapping",
            required=True,
            metavar="NAME_OR_FILE",
            help=_("one of %(names)s, or a TOML file") % {"names": names},
        )
        parser.add_argument("--base-currency", metavar="CUR", help=_("of a company that is created"))
        parser.add_argument("--rates", type=Path, metavar="FILE", help=_("CSV: currency,date,rate"))

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_history(
            options["file"],
            company_code=options["company"],
            mapping=options["mapping"],
            base_currency=options["base_currency"],
            rates_path=options["rates"],
            watch=Watch(progress=self.progress),
        )
        self.say(summary(loaded))
        self.print_json(
            {
                "customers": loaded.customers,
                "invoices": loaded.invoices,
                "receipts": loaded.receipts,
                "skipped": loaded.skipped,
                "warnings": loaded.warnings,
                "rejected": [rejected._asdict() for rejected in loaded.rejected],
            }
        )

    def progress(self, done: int, total: int) -> None:
        if total > done:
            self.say(_("%(done)d of %(total)d documents posted") % {"done": done, "total": total})


def summary(loaded: Loaded) -> str:
    """One sentence with everything that was created, credit notes and refunds too."""
    return _(
        "Created: %(customers)d customers, %(invoices)d invoices, %(credit_notes)d credit notes, "
        "%(receipts)d receipts, %(refunds)d refunds. Skipped: %(skipped)d. Rejected: %(rejected)d."
    ) % {
        "customers": loaded.customers,
        "invoices": loaded.invoices,
        "credit_notes": loaded.credit_notes,
        "receipts": loaded.receipts,
        "refunds": loaded.refunds,
        "skipped": loaded.skipped,
        "rejected": len(loaded.rejected),
    }
