"""send_statement: make the record, queue the message, print both as JSON."""

import argparse
from typing import Any

from django.utils.translation import gettext as _

from arap.core.commands import ArapCommand
from arap.core.money import format_amount
from statements.actions import message_of, recipient_for, render_waiting, send_statement
from statements.management.commands.statement import add_statement, asked
from statements.models import Statement


class Command(ArapCommand):
    help = _("Make a customer’s statement of account, keep it with its number, and send it.")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_statement(parser)
        parser.add_argument("--to", default="", metavar="ADDRESS", help=_("instead of the contact on file"))

    def handle(self, *args: Any, **options: Any) -> None:
        company, customer, want = asked(options)
        to = recipient_for(company, customer, to_address=options["to"])
        made = send_statement(company, customer, want, by=None, to=to)
        render_waiting(statement_id=made.pk)
        made = Statement.objects.select_related("file").get(pk=made.pk)
        message = message_of(made)
        self.print_json(
            {
                "statement": {
                    "id": made.pk, "number": made.number, "customer": customer.code, "kind": made.kind,
                    "as_of": made.as_of.isoformat(), "language": made.language, "position": made.position,
                    "balances": [
                        {"currency": each.currency, "closing": format_amount(each.closing, each.currency)}
                        for each in made.balances.order_by("currency")
                    ],
                    "pdf": {"sha256": made.file.sha256, "size": made.file.size} if made.file else None,
                },
                "message": {
                    "id": message.pk, "message_id": message.message_id, "to": message.to_address,
                    "subject": message.subject, "state": message.state,
                } if message else None,
            }
        )  # fmt: skip
        if message is None:
            self.say(made.pdf_error or _("Its PDF is being made by a worker; it is sent then."))
            raise SystemExit(1 if made.pdf_error else 0)
