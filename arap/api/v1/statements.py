"""Statements of account: what one would say, those that were made, and sending one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Many, Record
from arap.api.shapes import ID_MAX, Choice, Day, Email, Figure, Id, Instant, Shape, Text, Whole
from arap.api.v1.customers import customer_of
from arap.core.errors import Refused
from arap.core.money import CURRENCIES, format_amount
from statements.actions import Wanted, preview, recipient_for, send_statement, wanted
from statements.models import PaperLanguage, Statement, StatementBalance, StatementKind, StatementLine
from statements.rules import Block, Line

LINES_MAX = 100_000
OWN = "own"

WHICH: dict[str, Shape] = {
    "customer": Text(60, least=1, about=gettext_lazy("The customer's code.")),
    "kind": Choice(StatementKind.values, default="open"),
    "as_of": Day(null=True, default=None, about=gettext_lazy("Else today.")),
    "from_on": Day(null=True, default=None, about=gettext_lazy("First day of the period; else that of the month.")),
    "language": Choice([OWN, *PaperLanguage.values], default=OWN),
}
BALANCE = Record(
    "StatementBalance",
    {
        "currency": Text(3),
        "opening": Figure(),
        "charges": Figure(),
        "credits": Figure(),
        "closing": Figure(),
        "buckets": Many(Figure(), 12),
        "unapplied": Figure(),
    },
)
LINE = Record(
    "StatementLine",
    {
        "section": Choice(["movement", "open"]),
        "currency": Text(3),
        "on": Day(),
        "document_id": Id(null=True),
        "kind": Text(12),
        "number": Text(60),
        "reference": Text(140),
        "due_on": Day(null=True),
        "amount": Figure(),
        "balance": Figure(),
    },
)
SAID = Record(
    "StatementPreview",
    {
        "as_of": Day(),
        "from_on": Day(null=True),
        "position": Whole(0, ID_MAX),
        "balances": Many(BALANCE, len(CURRENCIES)),
        "lines": Many(LINE, LINES_MAX),
    },
)
STATEMENT = Record(
    "Statement",
    {
        "id": Id(),
        "number": Text(40),
        "customer_id": Id(),
        "customer": Text(60),
        "kind": Choice(StatementKind.values),
        "as_of": Day(),
        "from_on": Day(null=True),
        "language": Choice(PaperLanguage.values),
        "position": Whole(0, ID_MAX),
        "known_at": Instant(),
        "made_at": Instant(),
        "pdf_state": Choice(Statement.Pdf.values),
        "to_address": Text(254),
        "released_at": Instant(null=True),
    },
)
STATEMENT_WHOLE = Record(
    "StatementWithLines",
    {**STATEMENT.fields, "balances": Many(BALANCE, len(CURRENCIES)), "lines": Many(LINE, LINES_MAX)},
)
SEND = Record(
    "SendStatement",
    {
        **WHICH,
        "to_address": Email(default="", about=gettext_lazy("Else the contact who receives statements.")),
        "to_name": Text(150, default=""),
    },
)
FILTERS = Record("StatementFilters", {**PAGING, "customer": Text(60, default="")})
ROWS = Statement.objects.select_related("customer")


@operation(
    "GET",
    "statements/",
    "statement.view",
    summary=gettext_lazy("Statements, newest first"),
    query=FILTERS,
    answer=page_of(STATEMENT),
)
def statements_list(call: Call) -> Answer:
    found = ROWS.filter(company=call.company)
    if call.query["customer"]:
        found = found.filter(customer__code=call.query["customer"])
    return page(call, found, lambda rows: [_statement(row) for row in rows])


@operation(
    "GET",
    "statements/preview/",
    "statement.view",
    summary=gettext_lazy("What a statement would say; nothing is kept"),
    query=Record("StatementPreviewQuery", WHICH),
    answer=SAID,
)
def statements_preview(call: Call) -> Answer:
    want = _wanted(call, call.query)
    said = preview(call.company, customer_of(call, call.query["customer"]), want)
    return Answer(
        {
            "as_of": want.as_of,
            "from_on": want.from_on,
            "position": want.position,
            "balances": [_balance(block, block.currency) for block in said.blocks],
            "lines": [_line(line, block.currency) for block in said.blocks for line in _lines(block)][:LINES_MAX],
        }
    )


@operation(
    "POST",
    "statements/",
    "statement.send",
    summary=gettext_lazy("Make a statement and send it"),
    about=gettext_lazy("It gets its number at once; the message goes when its PDF is made."),
    body=SEND,
    answer=STATEMENT,
    status=201,
)
def statements_create(call: Call) -> Answer:
    body = call.body
    customer = customer_of(call, body["customer"])
    to = recipient_for(call.company, customer, to_address=body["to_address"], to_name=body["to_name"])
    made = send_statement(call.company, customer, _wanted(call, body), by=call.user, to=to)
    return Answer(_statement(ROWS.get(pk=made.pk)), 201, f"/api/v1/statements/{made.pk}/")


@operation(
    "GET",
    "statements/{id}/",
    "statement.view",
    summary=gettext_lazy("One statement with its lines"),
    answer=STATEMENT_WHOLE,
)
def statements_read(call: Call) -> Answer:
    statement = call.row(ROWS)
    balances = StatementBalance.objects.filter(statement=statement).order_by("currency")
    lines = StatementLine.objects.filter(statement=statement).order_by("line")[:LINES_MAX]
    return Answer(
        {
            **_statement(statement),
            "balances": [_balance(balance, balance.currency) for balance in balances],
            "lines": [_line(line, line.currency) for line in lines],
        }
    )


@operation(
    "GET",
    "statements/{id}/pdf/",
    "statement.view",
    summary=gettext_lazy("The paper of a statement, as it was made"),
    is_paper=True,
)
def statements_paper(call: Call) -> Answer:
    statement = call.row(Statement.objects.select_related("file"))
    if statement.file is None:
        raise Refused("no_pdf", _("Its PDF is still being made."))
    return Answer(file=(statement.file.name, bytes(statement.file.content)))


def _wanted(call: Call, asked: Any) -> Wanted:
    return wanted(
        call.company,
        kind=asked["kind"],
        as_of=asked["as_of"] or call.today,
        from_on=asked["from_on"],
        language=asked["language"],
        at=timezone.now(),
        today=call.today,
    )


def _statement(statement: Statement) -> dict[str, Any]:
    plain = [name for name in STATEMENT.fields if name != "customer"]
    return {**{name: getattr(statement, name) for name in plain}, "customer": statement.customer.code}


def _balance(block: Block | StatementBalance, currency: str) -> dict[str, Any]:
    names = ("opening", "charges", "credits", "closing", "unapplied")
    return {
        "currency": currency,
        **{name: format_amount(Decimal(getattr(block, name)), currency) for name in names},
        "buckets": [format_amount(amount, currency) for amount in block.buckets],
    }


def _lines(block: Block) -> Sequence[Line]:
    return (*block.movements, *block.items)


def _line(line: Line | StatementLine, currency: str) -> dict[str, Any]:
    plain = ("section", "on", "document_id", "kind", "number", "reference", "due_on")
    return {
        **{name: getattr(line, name) for name in plain},
        "currency": currency,
        "amount": format_amount(Decimal(line.amount), currency),
        "balance": format_amount(Decimal(line.balance), currency),
    }
