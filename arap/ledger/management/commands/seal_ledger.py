"""Seal what was posted since the last seal."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, companies
from arap.ledger.actions import seal_ledger


class Command(ArapCommand):
    help = _("Seal what was posted since the last seal, and print the digest to keep elsewhere.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser, required=False)

    def handle(self, *args: Any, **options: Any) -> None:
        for company in companies(options["company"]):
            seal = seal_ledger(company)
            if seal is None:
                self.stdout.write(company.code + "  " + _("nothing new to seal"))
            else:
                self.stdout.write(
                    f"{company.code}  {seal.from_position}-{seal.to_position}  {seal.row_count}  {seal.digest}"
                )
