"""Measure the book beside hand-written SQL, in a database of its own that is dropped afterwards; and PDFs."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand

NAMES = ("post", "apply", "aging", "dunning", "pdf")
INVOICES = 10_000


class Command(ArapCommand):
    help = _(
        "Measure the book beside hand-written SQL, PDFs beside plain calls, or sending messages, and print a table."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=(*NAMES, "outbox", "api", "all"))
        parser.add_argument("--size", type=int, nargs="+", metavar="N", help=_("invoices, PDFs or messages"))

    def handle(self, *args: Any, **options: Any) -> None:
        # the measurements stand beside the product, and the product does not need them
        from bench.measure import table
        from bench.pdf import DOCUMENTS
        from bench.run import run

        names = set(NAMES) if options["name"] == "all" else {options["name"]}
        runs = [(names - {"pdf"}, size) for size in options["size"] or [INVOICES] if names - {"pdf"}]
        if "pdf" in names:
            # What a PDF costs does not depend on how many invoices there are: once is enough.
            documents = options["size"][0] if options["size"] and names == {"pdf"} else DOCUMENTS
            runs.insert(0, ({"pdf"}, documents))
        sheets = []
        for measured, size in runs:
            self.say(f"{', '.join(sorted(measured))}, {size:,} ...")
            sheets.append(run(measured, size))
        self.stdout.write(table(sheets))
