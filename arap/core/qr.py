"""QR codes as pictures: to pay by, and to take a secret over into a telephone.

Two payloads to pay by, each for what can really read it:

- EUR to an account with an IBAN: EPC069-12 version 002 ("GiroCode", European Payments Council), which bank apps in the
  euro area turn into a filled-in transfer;
- everything else: a few labelled lines for a person. No scheme for paying a company's bank account by QR code is open
  to all of China's banks (WeChat Pay and Alipay need their own merchant codes), so nothing pretends to be one; a phone
  shows and copies the text.
"""

from dataclasses import dataclass
from decimal import Decimal

import segno
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from stdnum import iban

from arap.core.money import format_amount

EPC_NAME_LENGTH_MAX = 70
EPC_AMOUNT_MAX = Decimal("999999999.99")
EPC_VERSION_MAX = 13
# The white edge that ISO/IEC 18004 asks for around a code, in modules.
QUIET_ZONE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a payer needs to transfer: `amount` above zero in `currency`, `reference` an RF reference."""

    payee: str
    bank: str
    account_no: str
    amount: Decimal
    currency: str
    reference: str


def is_epc(payment: Payment) -> bool:
    """Whether the payment can be a GiroCode: euros within its limit, to an account that is a valid IBAN."""
    return (
        payment.currency == "EUR"
        and 0 < payment.amount <= EPC_AMOUNT_MAX
        and iban.is_valid(payment.account_no)
        and 0 < len(payment.payee) <= EPC_NAME_LENGTH_MAX
    )


def payload(payment: Payment) -> str:
    """The text of the code; of a plain one in the active language."""
    amount = format_amount(payment.amount, payment.currency)
    if is_epc(payment):
        # Service tag, version, UTF-8, SEPA credit transfer, no BIC, name, IBAN, amount, no purpose, reference.
        account = iban.compact(payment.account_no)
        return "\n".join(("BCD", "002", "1", "SCT", "", payment.payee, account, f"EUR{amount}", "", payment.reference))
    facts = (
        (pgettext("payment slip", "Payee"), payment.payee),
        (pgettext("payment slip", "Bank"), payment.bank),
        (pgettext("payment slip", "Account"), payment.account_no),
        (_("Amount"), f"{payment.currency} {amount}"),
        (pgettext("payment slip", "Reference"), payment.reference),
    )
    return "\n".join(f"{label}: {fact}" for label, fact in facts if fact)


def data_uri(payment: Payment) -> str:
    """The code as a PNG `data:` URI, a pixel for each module, with its quiet zone: papers draw it in any size, and a
    picture costs a tenth of what outlines of its modules cost. EPC069-12 asks for error correction M and no other.

    Raises segno's DataOverflowError for a text beyond what any QR code holds (2,331 bytes), which fields of this
    length cannot reach.
    """
    code = _code(payload(payment))
    assert not is_epc(payment) or int(code.version) <= EPC_VERSION_MAX, "a GiroCode stays within version 13"
    return str(code.png_data_uri(border=QUIET_ZONE))


def picture(text: str) -> str:
    """Any text as a PNG `data:` URI for a screen: four pixels for each module, so that a telephone reads it there."""
    return str(_code(text).png_data_uri(border=QUIET_ZONE, scale=4))


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
