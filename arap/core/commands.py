"""What the product's own commands share: exit codes, and an as-of and a company given by their codes.

Exit 0: done. 1: refused, or something does not hold. 2: wrong usage, such as an unknown company. Standard output
carries only the answer; sentences go to standard error.
"""

import argparse
import json
import sys
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from arap.core.errors import DomainError, NotFound
from arap.core.models import Company
from arap.core.queries import company_by_code


class ArapCommand(BaseCommand):
    """A command that refuses in one sentence. `answer` is what `handle` calls with the parsed options."""

    requires_system_checks: list[str] = []

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except NotFound as error:
            raise CommandError(str(error), returncode=2) from error
        except DomainError as error:
            raise CommandError(str(error), returncode=1) from error

    def print_json(self, answer: object) -> None:
        """One JSON object on standard output; amounts are strings already."""
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def say(self, sentence: str) -> None:
        """A notice, on standard error."""
        sys.stderr.write(f"{sentence}\n")


def add_company(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    parser.add_argument("--company", required=required, metavar="CODE", help=_("the company's code"))


def companies(code: str | None) -> list[Company]:
    """The company called `code`, or all of them. Raises NotFound."""
    return [company_by_code(code)] if code else list(Company.objects.order_by("code"))


def iso_date(text: str) -> date:
    """An argparse type: YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("%(text)s is not a date such as 2026-03-31.") % {"text": text}) from None


def iso_instant(text: str) -> datetime:
    """An argparse type: an ISO 8601 instant with its offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise argparse.ArgumentTypeError(
            _("%(text)s is not an instant with its offset, such as 2026-04-02T18:00:00+08:00.") % {"text": text}
        )
    return instant
