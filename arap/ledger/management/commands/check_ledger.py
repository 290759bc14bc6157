"""Run every invariant of the book: one line each, with the rows that break it."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, companies
from arap.ledger.checks import check, invariants


class Command(ArapCommand):
    help = _("Check that every invariant of the book holds. Exit 1 when one does not.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser, required=False)

    def handle(self, *args: Any, **options: Any) -> None:
        broken = False
        for company in companies(options["company"]):
            for invariant in invariants():
                finding = check(company, invariant)
                self.stdout.write(
                    f"{'ok    ' if finding.holds else 'BROKEN'}  {company.code}  {invariant.name}  {invariant.title}"
                )
                for row in finding.rows:
                    self.stdout.write("        " + ", ".join(f"{name} {value}" for name, value in row.items()))
                broken = broken or not finding.holds
        if broken:
            raise SystemExit(1)
