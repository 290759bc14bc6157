"""statement --company CODE --customer CODE --as-of DATE [--kind] [--from DATE] [--lang] --out FILE.pdf"""

import argparse
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.core.models import Company
from arap.core.pdf import render_pdf
from arap.core.queries import company_by_code
from customers.models import Customer
from customers.queries import customer_by_code
from statements.actions import Wanted, preview, wanted
from statements.models import PaperLanguage
from statements.paper import html_of
from statements.rules import KINDS, OPEN
from statements.tasks import today_of


def add_statement(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which statement."""
    add_company(parser)
    parser.add_argument("--customer", required=True, metavar="CODE")
    parser.add_argument("--as-of", required=True, type=iso_date, metavar="YYYY-MM-DD")
    parser.add_argument("--kind", choices=KINDS, default=OPEN)
    parser.add_argument("--from", dest="from_on", type=iso_date, metavar="YYYY-MM-DD")
    parser.add_argument("--lang", choices=PaperLanguage.values, help=_("without it, the customer’s own language"))


def asked(options: dict[str, Any]) -> tuple[Company, Customer, Wanted]:
    """The statement that the arguments ask for. Raises NotFound and Invalid."""
    company = company_by_code(options["company"])
    customer = customer_by_code(company, options["customer"])
    want = wanted(
        company, kind=options["kind"], as_of=options["as_of"], from_on=options["from_on"],
        language=options["lang"] or "own", at=timezone.now(), today=today_of(company),
    )  # fmt: skip
    return company, customer, want


class Command(ArapCommand):
    help = _("Write what a customer’s statement of account would say to a PDF. Nothing is stored or sent.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_statement(parser)
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        content = render_pdf(html_of(preview(*asked(options))))
        options["out"].write_bytes(content)
        self.say(_("%(file)s: %(size)s bytes") % {"file": options["out"], "size": len(content)})
