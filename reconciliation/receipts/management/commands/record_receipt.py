"""record_receipt --company CODE --customer CODE --date D --amount A --currency CUR
[--apply NUMBER=AMOUNT … | --auto] --idempotency-key K"""

import argparse
import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand, add_company, iso_date
from arap.core.money import CURRENCIES
from arap.core.queries import company_by_code
from customers.queries import customer_by_code
from receipts.actions import NewReceipt, receive
from receipts.reasons import answer

NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)


def amount(text: str) -> Decimal:
    """An argparse type: plain digits with a point. Sign and decimals are judged by the action."""
    if not NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(_("%(text)s is not an amount such as 12.50.") % {"text": text})
    return Decimal(text)


def currency(text: str) -> str:
    if text not in CURRENCIES:
        raise argparse.ArgumentTypeError(_("%(text)s is not a currency such as CNY.") % {"text": text})
    return text


def allocation(text: str) -> tuple[str, Decimal]:
    """An argparse type: NUMBER=AMOUNT. The number itself may hold an equals sign."""
    number, equals, figure = text.rpartition("=")
    if not (number and equals):
        raise argparse.ArgumentTypeError(_("%(text)s is not of the form NUMBER=AMOUNT.") % {"text": text})
    return number, amount(figure)


class Command(ArapCommand):
    help = _("Record a receipt and apply it to documents, by the best proposal, or not at all.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_company(parser)
        parser.add_argument("--customer", metavar="CODE", help=_("left out when the payer is not known"))
        parser.add_argument("--date", required=True, type=iso_date, metavar="YYYY-MM-DD")
        parser.add_argument("--amount", required=True, type=amount)
        parser.add_argument("--currency", required=True, type=currency)
        parser.add_argument("--reference", default="", help=_("what the payer wrote, for --auto"))
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--apply", nargs="+", action="extend", type=allocation, metavar="NUMBER=AMOUNT", default=[])
        how.add_argument("--auto", action="store_true")
        parser.add_argument("--idempotency-key", required=True, metavar="KEY")

    def handle(self, *args: Any, **options: Any) -> None:
        company = company_by_code(options["company"])
        customer = customer_by_code(company, options["customer"]) if options["customer"] else None
        apply_to: dict[str, Decimal] = {}
        for number, figure in options["apply"]:
            apply_to[number] = apply_to.get(number, Decimal(0)) + figure
        done = receive(
            company,
            NewReceipt(
                amount=options["amount"],
                currency=options["currency"],
                received_on=options["date"],
                customer_id=customer.pk if customer else None,
                remittance=options["reference"],
            ),
            by=None,
            apply_to=apply_to,
            auto=options["auto"],
            key=options["idempotency_key"],
        )
        if done.number is None:
            self.say(_("The receipt waits until a second person confirms it; it is not in the book yet."))
        self.print_json(answer(done, options["currency"]))
