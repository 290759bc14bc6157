"""Measure the book beside hand-written SQL, in a database of its own that is dropped afterwards; and PDFs."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand

NAMES = ("post", "apply", "aging", "dunning")
INVOICES = 10_000
# What is measured by itself, with its usual size, and with that among all.
ALONE = {
    "pdf": (2_000, 2_000),
    "statements": (2_000, 100),
    "outbox": (1_000, 0),
    "api": (10_000, 0),
    "revaluation": (200_000, 10_000),
}


class Command(ArapCommand):
    help = _(
        "Measure the book beside hand-written SQL, PDFs beside plain calls, or sending messages, and print a table."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=(*NAMES, *ALONE, "desk", "all"))
        parser.add_argument("--size", type=int, nargs="+", metavar="N", help=_("invoices, PDFs, items or messages"))
        parser.add_argument("--requests", type=int, metavar="N", help=_("of desk: when the people stop"))
        parser.add_argument("--keep", action="store_true", help=_("of desk: build its database only once"))

    def handle(self, *args: Any, **options: Any) -> None:
        # the measurements stand beside the product, and the product does not need them
        from bench.measure import table
        from bench.run import run

        name = options["name"]
        if name == "desk":
            self._desk(options["size"] or [INVOICES], options["requests"], keep=options["keep"])
            return
        runs: list[tuple[set[str], int]]
        if name in ALONE:
            runs = [({name}, size) for size in options["size"] or [ALONE[name][0]]]
        else:
            runs = [(set(NAMES) if name == "all" else {name}, size) for size in options["size"] or [INVOICES]]
        if name == "all":
            runs = [*(({each}, size) for each, (_usual, size) in ALONE.items() if size), *runs]
        sheets = []
        for measured, size in runs:
            self.say(f"{', '.join(sorted(measured))}, {size:,} ...")
            sheets.append(run(measured, size))
        self.stdout.write(table(sheets))

    def _desk(self, sizes: list[int], requests: int | None, *, keep: bool) -> None:
        from bench import desk

        for size in sizes:
            self.say(f"desk, {size:,} ...")
            self.stdout.write(desk.run(size, requests or desk.REQUESTS, keep=keep))
