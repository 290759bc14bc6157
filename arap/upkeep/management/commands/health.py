"""Say whether everything that runs by itself does."""

import argparse
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand
from arap.upkeep.health import signs


class Command(ArapCommand):
    help = _("Say whether everything that runs by itself does, one line each. Exit 1 when something does not.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        found = signs(at=timezone.now())
        if options["format"] == "json":
            self.print_json({sign.name: {"ok": sign.is_well, "reason": sign.reason, **sign.facts} for sign in found})
        else:
            for sign in found:
                facts = ", ".join(f"{name} {value}" for name, value in sign.facts.items() if value is not None)
                words = "  ".join(filter(None, (sign.name, sign.reason, facts)))
                self.stdout.write(f"{'ok    ' if sign.is_well else 'BROKEN'}  {words}")
        if not all(sign.is_well for sign in found):
            raise SystemExit(1)
