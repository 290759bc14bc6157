"""The payment slip at the foot of what asks for money: our account, the reference and a code to pay by.

Printed by templates/pdf/_payment_slip.html, on invoices and statements alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import override

from arap.core import qr
from arap.core.models import Company, CompanyBankAccount
from arap.core.references import printed


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSlip:
    """`amounts` are labels and amounts in `currency`; the first is what the code asks for and stands out."""

    payee: str
    bank: str
    account_no: str
    currency: str
    reference: str
    amounts: Sequence[tuple[str | Promise, Decimal]]
    qr_uri: str
    is_epc: bool


def slip_of(
    *,
    payee: str,
    bank: str,
    account_no: str,
    currency: str,
    amounts: Sequence[tuple[str | Promise, Decimal]],
    reference: str,
    language: str,
) -> PaymentSlip:
    """The slip for the first of `amounts`, into that account; labels inside the code are in `language`."""
    payment = qr.Payment(
        payee=payee, bank=bank, account_no=account_no, amount=amounts[0][1], currency=currency, reference=reference
    )
    with override(language):
        uri = qr.data_uri(payment)
    return PaymentSlip(
        payee=payee,
        bank=bank,
        account_no=account_no,
        currency=currency,
        reference=printed(reference),
        amounts=amounts,
        qr_uri=uri,
        is_epc=qr.is_epc(payment),
    )


def payment_slip(
    company: Company,
    amounts: Sequence[tuple[str | Promise, Decimal]],
    *,
    currency: str,
    reference: str,
    language: str,
) -> PaymentSlip | None:
    """The slip for the first of `amounts`, with an RF `reference`; labels inside the code are in `language`.

    None where there is nothing to pay, or no account of ours in `currency`. One query.
    """
    account = account_for(company, currency)
    if account is None or not amounts or amounts[0][1] <= 0:
        return None
    return slip_of(
        payee=account.name,
        bank=account.bank_line,
        account_no=account.account_no,
        currency=currency,
        amounts=amounts,
        reference=reference,
        language=language,
    )


def account_for(company: Company, currency: str) -> CompanyBankAccount | None:
    """Our account that customers pay `currency` into: the active one that is printed, else the first active one."""
    active = CompanyBankAccount.objects.filter(company=company, currency=currency, is_active=True)
    return active.order_by("-is_default", "pk").first()
