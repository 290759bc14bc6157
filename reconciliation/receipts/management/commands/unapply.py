"""unapply --company CODE --receipt NUMBER [--item NUMBER] --date D --idempotency-key K"""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.core.queries import company_by_code
from receipts.actions import unapply_receipt
from receipts.queries import receipt_by_number
from receipts.reasons import answer


class Command(ArapCommand):
    help = _("Undo what a receipt was applied to, all of it or one document, as of a date.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--receipt", required=True, metavar="NUMBER")
        parser.add_argument("--item", action="append", metavar="NUMBER", help=_("the document; all when left out"))
        parser.add_argument("--date", required=True, type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--idempotency-key", required=True, metavar="KEY")

    def handle(self, *args: Any, **options: Any) -> None:
        company = company_by_code(options["company"])
        receipt = receipt_by_number(company, options["receipt"])
        done = unapply_receipt(
            company,
            receipt.pk,
            effective_on=options["date"],
            by=None,
            numbers=options["item"],
            key=options["idempotency_key"],
        )
        self.print_json(answer(done, receipt.currency))
