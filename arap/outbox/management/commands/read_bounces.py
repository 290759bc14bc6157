"""Read the mailbox in which messages come back."""

import argparse
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand
from arap.core.errors import Refused
from arap.outbox.actions import read_bounces


class Command(ArapCommand):
    help = _(
        "Read the delivery reports in the mailbox of BOUNCES_URL: mark the messages that came back, and write no more "
        "to addresses that do not exist. Each mail counts once."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.BOUNCES_URL:
            raise Refused("no_mailbox", _("BOUNCES_URL is not set: there is no mailbox to read."))
        found = read_bounces(settings.BOUNCES_URL)
        counts = {name: found[name] for name in ("bounced", "known", "foreign")}
        if options["format"] == "json":
            self.print_json(counts)
        else:
            self.stdout.write(_("came back %(bounced)s, known before %(known)s, of other senders %(foreign)s") % counts)
