"""Print the aging report of a company as JSON, CSV or a table."""

import argparse
import csv
from typing import Any

from django.utils.translation import gettext as _

from aging.queries import AgingReport, AgingRow, aging, ties
from aging.rules import BASES, DEFAULT_EDGES, parse_edges
from arap.core.commands import ArapCommand, add_company, iso_date, iso_instant
from arap.core.money import format_amount
from arap.core.queries import company_by_code
from arap.core.spreadsheets import as_text
from arap.ledger.queries import position_at
from customers.models import Customer


def edges(text: str) -> tuple[int, ...]:
    try:
        return parse_edges(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


class Command(ArapCommand):
    help = _("Print the aging of a company's receivables as of a date, as known now or at an earlier instant.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--as-of", required=True, type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--known-at", type=iso_instant, metavar="ISO_WITH_OFFSET")
        parser.add_argument("--basis", choices=BASES, default="due")
        parser.add_argument("--buckets", type=edges, default=DEFAULT_EDGES, metavar="30,60,90")
        parser.add_argument("--format", choices=("json", "csv", "table"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        company = company_by_code(options["company"])
        known_at = options["known_at"]
        position = position_at(company, known_at=known_at)
        report = aging(
            company, as_of=options["as_of"], position=position, basis=options["basis"], edges=options["buckets"]
        )
        codes = dict(Customer.objects.filter(company=company).values_list("pk", "code"))
        rows = sorted(report.rows, key=lambda row: (row.key is None, codes.get(row.key, ""), row.currency))
        proved = ties(company, report)
        if options["format"] == "json":
            self.print_json(
                {
                    "as_of": report.as_of.isoformat(),
                    "known_at": known_at.isoformat() if known_at else None,
                    "basis": report.basis,
                    "buckets": [bucket.label for bucket in report.buckets],
                    "rows": [{"customer": codes.get(row.key), **_figures(row)} for row in rows],
                    "totals": [_figures(row) for row in report.totals],
                    "ties": proved,
                }
            )
        else:
            self._print_table(report, [(codes.get(row.key), row) for row in rows], options["format"])
        if not proved:
            self.say(_("The report does not tie to the control accounts. Run check_ledger."))
            raise SystemExit(1)

    def _print_table(self, report: AgingReport, rows: list[tuple[str | None, AgingRow]], form: str) -> None:
        heads = ["customer", "currency", *(bucket.label for bucket in report.buckets), "unapplied", "total"]
        lines = [[code or "", *_cells(row)] for code, row in rows]
        if form == "csv":
            writer = csv.writer(self.stdout, lineterminator="\n")
            writer.writerows([heads, *([as_text(line[0]), *line[1:]] for line in lines)])
            return
        lines += [[_("Total"), *_cells(row)] for row in report.totals]
        widths = [max(len(line[n]) for line in (heads, *lines)) for n in range(len(heads))]
        for line in (heads, *lines):
            cells = [
                cell.ljust(width) if n < 2 else cell.rjust(width)
                for n, (cell, width) in enumerate(zip(line, widths, strict=True))
            ]
            self.stdout.write("  ".join(cells).rstrip())


def _figures(row: AgingRow) -> dict[str, object]:
    return {
        "currency": row.currency,
        "total": format_amount(row.total, row.currency),
        "buckets": [format_amount(amount, row.currency) for amount in row.buckets],
        "unapplied": format_amount(row.unapplied, row.currency),
    }


def _cells(row: AgingRow) -> list[str]:
    return [row.currency, *(format_amount(amount, row.currency) for amount in (*row.buckets, row.unapplied, row.total))]
