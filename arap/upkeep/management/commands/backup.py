"""Write the whole database to a file."""

import argparse
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand
from arap.upkeep.backups.making import back_up


class Command(ArapCommand):
    help = _("Write the whole database to a file in DIR, with its checksums and totals beside it, and print its path.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--keep-days",
            type=days,
            metavar="N",
            help=_("then remove backups in DIR that are older; the newest always stays"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        made = back_up(options["folder"], at=timezone.now(), keep_days=options["keep_days"])
        self.stdout.write(str(made.dump))
        for path in made.forgotten:
            self.say(_("Removed %(file)s.") % {"file": path.name})


def days(text: str) -> int:
    """An argparse type: a whole number of days, at least one."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(_("%(text)s is not a number of days.") % {"text": text})
    return int(text)
