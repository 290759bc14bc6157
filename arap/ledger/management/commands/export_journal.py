"""Write a period's journal as CSV."""

import argparse
import csv
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.core.queries import company_by_code
from arap.ledger.journal import COLUMNS, journal_rows
from arap.ledger.queries import position_at


class Command(ArapCommand):
    help = _("Write the journal lines of a period as CSV, for the general ledger.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--from", dest="first_on", required=True, type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last_on", required=True, type=iso_date, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        company = company_by_code(options["company"])
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        position = position_at(company, known_at=None)
        writer.writerows(
            journal_rows(company, first_on=options["first_on"], last_on=options["last_on"], position=position)
        )
