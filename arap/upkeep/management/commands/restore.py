"""Load a backup into a database and prove it."""

import argparse
import re
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arap.core.commands import ArapCommand
from arap.core.errors import DomainError, Refused
from arap.core.probes import is_migrated
from arap.upkeep.backups import totals
from arap.upkeep.backups.restoring import APPLICATION, Restored, loading_name, restore, working_on


class Command(ArapCommand):
    help = _(
        "Load a backup into the database NAME of the same server, made if it is not there, and prove it: totals as "
        "counted when it was made, migrations, invariants, seals. Exit 1 when something does not hold."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--database", required=True, metavar="NAME", type=name)
        parser.add_argument("--migrate", action="store_true", help=_("a backup of an older version: migrate it"))

    def handle(self, *args: Any, **options: Any) -> None:
        database = options["database"]
        is_whole = False

        def prove(loading: str, restored: Restored) -> None:
            nonlocal is_whole
            is_whole = True
            self._prove(loading, restored, is_older=options["migrate"])

        try:
            restore(options["file"], database, prove=prove)
        except (DomainError, CommandError):
            if is_whole:
                self.say(
                    _(
                        "There is no database %(database)s: what was loaded is kept as %(loading)s, to be looked at,"
                        " until the next restore into %(database)s."
                    )
                    % {"database": database, "loading": loading_name(database)}
                )
            raise
        self.say(_("Restored into %(database)s, and proven.") % {"database": database})

    def _prove(self, database: str, restored: Restored, *, is_older: bool) -> None:
        """Raises Refused and CommandError where something does not hold."""
        found = restored.comparisons
        if restored.broke_off:
            self.say(_("An earlier restore broke off or was not proven: what it had left was dropped."))
        self._say_what_is_held(restored)
        for each in found:
            if isinstance(each.then or each.now, dict):
                self._line(each.holds, f"{each.name}  {totals.sentence(each.now)}")
                if not each.holds:
                    self.stdout.write(f"        then: {totals.sentence(each.then)}")
            elif not each.holds:
                self._line(False, f"{each.name}  {each.now} rows, then {each.then}")
        tables = [each for each in found if not isinstance(each.then or each.now, dict)]
        rows = sum(each.now or 0 for each in tables)
        self._line(all(each.holds for each in tables), f"{len(tables)} tables, {rows} rows")
        if is_older:
            with working_on(database):
                call_command("migrate", interactive=False, verbosity=0)
        with working_on(database, role=APPLICATION):
            if not is_migrated():
                raise Refused("not_migrated", _("It was restored, but belongs to an older version: add --migrate."))
            call_command("check_ledger", stdout=self.stdout)
            call_command("verify_seals", stdout=self.stdout)
        if not all(each.holds for each in found):
            raise Refused("totals_differ", _("What was restored is not what was there."))

    def _say_what_is_held(self, restored: Restored) -> None:
        """What waits for a person before anything reaches a customer again."""
        if count := restored.parked_messages:
            self.say(
                ngettext(
                    "%(count)s message waited when the backup was made and may have left since: it is marked as"
                    " unknown, and not sent. See in the mail server’s log; then decide in the outbox, “Needs a"
                    " decision”, or about many at once in the admin, “Messages”.",
                    "%(count)s messages waited when the backup was made and may have left since: they are marked as"
                    " unknown, and not sent. See in the mail server’s log; then decide in the outbox, “Needs a"
                    " decision”, or about many at once in the admin, “Messages”.",
                    count,
                )
                % {"count": count}
            )
        if restored.held_statements:
            self.say(
                _(
                    "Statements that were released while their PDF was still to come are stopped: %(count)s. They may"
                    " have left since; whoever has looked sends them one by one."
                )
                % {"count": restored.held_statements}
            )
        if restored.ended_jobs:
            self.say(_("Jobs that were under way have ended: %(count)s.") % {"count": restored.ended_jobs})
        if restored.switched_off:
            names = ", ".join(restored.switched_off)
            self.say(
                _(
                    "Switched off, so that nobody is written to twice: %(names)s. Switch it on in the admin, "
                    "“Periodic tasks”."
                )
                % {"names": names}
            )

    def _line(self, holds: bool, text: str) -> None:
        self.stdout.write(f"{'ok    ' if holds else 'BROKEN'}  {text}")


def name(text: str) -> str:
    """An argparse type: what PostgreSQL takes as a name without quotes."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", text):
        raise argparse.ArgumentTypeError(
            _("%(text)s is not a name: small letters, digits and underscores.") % {"text": text}
        )
    return text
