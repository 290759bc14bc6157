"""What invoices refer to: payment terms, tax codes, our bank accounts. And who the token says that one is."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Many, Record
from arap.api.shapes import Figure, Flag, Id, Instant, Text, Whole
from arap.core.models import CompanyBankAccount, TaxCode
from customers.models import PaymentTerms

TOKEN = Record(
    "Token",
    {
        "company": Text(20),
        "base_currency": Text(3),
        "user": Text(150),
        "name": Text(100),
        "scopes": Many(Text(60), 200, about=_("What it may do now: its scopes within the person's role.")),
        "requests_per_minute": Whole(1, 1_000_000),
        "expires_at": Instant(),
    },
)
TERMS = Record(
    "PaymentTerms",
    {"id": Id(), "code": Text(30), "name": Text(100), "name_local": Text(100), "rule": Text(200), "is_active": Flag()},
)
TAX_CODE = Record(
    "TaxCode",
    {
        "id": Id(),
        "code": Text(20),
        "name": Text(100),
        "name_local": Text(100),
        "rate": Figure(about=_("In per cent.")),
        "is_active": Flag(),
    },
)
BANK_ACCOUNT = Record(
    "BankAccount",
    {
        "id": Id(),
        "name": Text(200),
        "bank": Text(200),
        "account_no": Text(60),
        "currency": Text(3),
        "is_default": Flag(),
        "is_active": Flag(),
    },
)
LIST = Record("Paging", PAGING)


@operation("GET", "token/", "session.use", summary=_("What this token is, and what it may do"), answer=TOKEN)
def token_read(call: Call) -> Answer:
    token = call.token
    return Answer(
        {
            "company": token.company.code,
            "base_currency": token.company.base_currency,
            "user": token.user.username,
            "name": token.name,
            "scopes": sorted(call.verbs),
            "requests_per_minute": token.requests_per_minute,
            "expires_at": token.expires_at,
        }
    )


@operation(
    "GET", "payment-terms/", "company.view", summary=_("Payment terms"), query=LIST, answer=page_of(TERMS)
)  # fmt: skip
def payment_terms_list(call: Call) -> Answer:
    found = PaymentTerms.objects.filter(company=call.company)
    return page(call, found, _plain(TERMS), newest_first=False)


@operation("GET", "tax-codes/", "company.view", summary=_("Tax codes"), query=LIST, answer=page_of(TAX_CODE))
def tax_codes_list(call: Call) -> Answer:
    found = TaxCode.objects.filter(company=call.company)
    return page(call, found, _plain(TAX_CODE), newest_first=False)


@operation(
    "GET", "bank-accounts/", "company.view", summary=_("Our bank accounts"), query=LIST, answer=page_of(BANK_ACCOUNT)
)
def bank_accounts_list(call: Call) -> Answer:
    found = CompanyBankAccount.objects.filter(company=call.company)
    return page(call, found, _plain(BANK_ACCOUNT), newest_first=False)


def _plain(record: Record) -> Any:
    """Rows as they stand in the table, by the fields of the shape."""

    def show(rows: Sequence[Any]) -> list[dict[str, Any]]:
        return [
            {
                name: f"{getattr(row, name):f}" if isinstance(shape, Figure) else getattr(row, name)
                for name, shape in record.fields.items()
            }
            for row in rows
        ]

    return show
