"""Measure the book beside hand-written SQL, in a database of its own that is dropped afterwards."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand

NAMES = ("post", "apply", "aging")


class Command(ArapCommand):
    help = _(
        "Measure posting, applying or aging beside hand-written SQL that writes the same rows, or sending messages, and"
        " print a table."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=(*NAMES, "outbox", "all"))
        parser.add_argument(
            "--size", type=int, nargs="+", default=[10_000], metavar="N", help=_("invoices, or messages")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # the measurements stand beside the product, and the product does not need them
        from bench.measure import table
        from bench.run import run

        names = set(NAMES) if options["name"] == "all" else {options["name"]}
        sheets = []
        for size in options["size"]:
            self.say(f"{options['name']}, {size:,} ...")
            sheets.append(run(names, size))
        self.stdout.write(table(sheets))
