"""A document that would be posted, as lines for whoever decides."""

from arap.core.approvals import Line
from arap.core.models import Company
from arap.core.wording import names
from arap.ledger.actions import NewDocument, NewItem, NewLine
from arap.ledger.models import Account


def lines_of(company: Company, document: NewDocument) -> list[Line]:
    """Its journal: the accounts by code and name, debits above zero."""
    known = {account.role: account for account in Account.objects.filter(company=company)}
    lines: list[NewLine | NewItem] = [*document.lines, *document.items]
    return [
        Line(
            text=_named(known[line.account]),
            amount=line.amount,
            currency=document.currency,
        )
        for line in lines
    ]


def _named(account: Account) -> str:
    return f"{account.code} {names(account.name, account.name_local)[0]}"
