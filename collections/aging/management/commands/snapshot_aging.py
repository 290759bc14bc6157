"""Take the aging snapshot of one date by hand."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from aging.actions import run_aging_snapshot
from arap.core.commands import ArapCommand, add_company, companies, iso_date


class Command(ArapCommand):
    help = _("Keep the aging at the end of a date as known now. A date that has its snapshot keeps it.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser, required=False)
        parser.add_argument("--as-of", required=True, type=iso_date, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        for company in companies(options["company"]):
            run = run_aging_snapshot(company, as_of=options["as_of"])
            self.stdout.write(f"{company.code}  {run.as_of}  {run.row_count}")
