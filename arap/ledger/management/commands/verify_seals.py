"""Compute the seals again and compare."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, companies
from arap.core.errors import Refused
from arap.ledger.actions import verify_seals
from arap.ledger.models import Seal


class Command(ArapCommand):
    help = _("Compute every seal again, from the first or from one that you kept. Exit 1 when one does not hold.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser, required=False)
        parser.add_argument("--since", metavar="SEAL", help=_("the digest of a seal kept elsewhere"))

    def handle(self, *args: Any, **options: Any) -> None:
        since = options["since"]
        broken = False
        checked = companies(options["company"])
        if since and not options["company"]:
            holders = set(Seal.objects.filter(digest=since).values_list("company_id", flat=True))
            if not holders:
                raise Refused("no_such_seal", _("No seal has the digest %(digest)s.") % {"digest": since})
            checked = [company for company in checked if company.pk in holders]
        for company in checked:
            for found in verify_seals(company, since=since):
                seal = found.seal
                self.stdout.write(
                    f"{'ok    ' if found.holds else 'BROKEN'}  {company.code}"
                    f"  {seal.from_position}-{seal.to_position}  {seal.digest}"
                )
                broken = broken or not found.holds
        if broken:
            raise SystemExit(1)
