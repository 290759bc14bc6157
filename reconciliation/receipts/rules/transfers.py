"""The file that orders credit transfers from a bank: ISO 20022 pain.001.001.09, and the same as a table. Pure."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from xml.etree import ElementTree as ET

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME_MAX, WORDS_MAX = 140, 140
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{1,30}")
GAPS = re.compile(r"\s")
# What XML 1.0 has no place for.
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEADS = ("end_to_end_id", "amount", "currency", "creditor", "account", "bank", "bic", "remittance", "execute_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whose account, which, and at what bank; `bic` may be empty."""

    name: str
    account_no: str
    bank: str
    bic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One payment. `amount` is a text in the decimals of its currency; `end_to_end_id` comes back with the money."""

    end_to_end_id: str
    amount: str
    creditor: Party
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Payments of one currency from one account on one day."""

    message_id: str
    made_at: datetime
    execute_on: date
    currency: str
    debtor: Party
    transfers: Sequence[Transfer]

    @property
    def total(self) -> Decimal:
        """The control sum."""
        return sum((Decimal(each.amount) for each in self.transfers), Decimal(0))


def as_xml(order: Order) -> bytes:
    """The order as pain.001.001.09."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}Document")
    body = _in(root, "CstmrCdtTrfInitn")
    head = _in(body, "GrpHdr")
    _in(head, "MsgId", order.message_id)
    _in(head, "CreDtTm", order.made_at.isoformat(timespec="seconds"))
    _sums(head, order)
    _in(_in(head, "InitgPty"), "Nm", order.debtor.name[:NAME_MAX])
    payment = _in(body, "PmtInf")
    _in(payment, "PmtInfId", order.message_id)
    _in(payment, "PmtMtd", "TRF")
    _sums(payment, order)
    _in(_in(payment, "ReqdExctnDt"), "Dt", order.execute_on.isoformat())
    _in(_in(payment, "Dbtr"), "Nm", order.debtor.name[:NAME_MAX])
    account = _account(payment, "DbtrAcct", order.debtor)
    _in(account, "Ccy", order.currency)
    agent = _in(_in(payment, "DbtrAgt"), "FinInstnId")
    if order.debtor.bic:
        _in(agent, "BICFI", order.debtor.bic)
    else:
        _in(_in(agent, "Othr"), "Id", "NOTPROVIDED")
    for transfer in order.transfers:
        _transfer(payment, transfer, order.currency)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def as_csv(order: Order) -> bytes:
    """The same as a table, a transfer in each row; texts that a spreadsheet would take for a formula are guarded."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for each in order.transfers:
        texts = (each.creditor.name, each.creditor.account_no, each.creditor.bank, each.creditor.bic, each.words)
        guarded = [f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in texts]
        writer.writerow([each.end_to_end_id, each.amount, order.currency, *guarded, order.execute_on.isoformat()])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _transfer(payment: ET.Element, transfer: Transfer, currency: str) -> None:
    one = _in(payment, "CdtTrfTxInf")
    ids = _in(one, "PmtId")
    _in(ids, "InstrId", transfer.end_to_end_id)
    _in(ids, "EndToEndId", transfer.end_to_end_id)
    _in(_in(one, "Amt"), "InstdAmt", transfer.amount).set("Ccy", currency)
    creditor = transfer.creditor
    agent = _in(_in(one, "CdtrAgt"), "FinInstnId")
    if creditor.bic:
        _in(agent, "BICFI", creditor.bic)
    else:
        _in(agent, "Nm", creditor.bank[:NAME_MAX])
    _in(_in(one, "Cdtr"), "Nm", creditor.name[:NAME_MAX])
    _account(one, "CdtrAcct", creditor)
    _in(_in(one, "RmtInf"), "Ustrd", transfer.words[:WORDS_MAX])


def _account(parent: ET.Element, tag: str, party: Party) -> ET.Element:
    account = _in(parent, tag)
    number, which = GAPS.sub("", party.account_no), _in(account, "Id")
    if IBAN.fullmatch(number):
        _in(which, "IBAN", number)
    else:
        _in(_in(which, "Othr"), "Id", number)
    return account


def _sums(parent: ET.Element, order: Order) -> None:
    _in(parent, "NbOfTxs", str(len(order.transfers)))
    _in(parent, "CtrlSum", str(order.total))


def _in(parent: ET.Element, tag: str, text: str = "") -> ET.Element:
    found = ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    if text:
        found.text = NO_XML.sub("", text)
    return found
