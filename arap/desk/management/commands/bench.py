"""Measure the book beside hand-written SQL, in a database of its own that is dropped afterwards."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand

NAMES = ("post", "apply", "aging")


class Command(ArapCommand):
    help = _("Measure posting, applying or aging beside hand-written SQL that writes the same rows, and print a table.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=(*NAMES, "all"))
        parser.add_argument("--size", type=int, nargs="+", default=[10_000], metavar="N", help=_("invoices"))

    def handle(self, *args: Any, **options: Any) -> None:
        # the measurements stand beside the product, and the product does not need them
        from bench import aging, apply, post
        from bench.measure import Sheet, table
        from bench.scratch import scratch_database

        sheets = []
        for size in options["size"]:
            for name in NAMES if options["name"] == "all" else (options["name"],):
                self.say(f"{name}, {size:,} ...")
                sheet = Sheet(size)
                with scratch_database() as url:
                    {"post": post.run, "apply": apply.run, "aging": aging.run}[name](sheet, url)
                sheets.append(sheet)
        self.stdout.write(table(sheets))
