"""QR codes: the exact text that a bank app or a person reads, and codes that a reader of another make reads back."""

import io
from base64 import b64decode
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import zxingcpp
from django.utils.translation import override
from PIL import Image

from arap.core.qr import Payment, data_uri, is_epc, payload

EURO = Payment(
    payee="Muster GmbH",
    bank="Musterbank",
    account_no="DE89 3704 0044 0532 0130 00",
    amount=Decimal("1234.50"),
    currency="EUR",
    reference="RF98INV2026000123",
)
YUAN = replace(EURO, payee="宁波海晨贸易有限公司", bank="中国银行", account_no="4000 1234", currency="CNY")


def test_euros_to_an_iban_are_a_giro_code() -> None:
    """The elements of EPC069-12, table 4.2, in order."""
    assert payload(EURO).split("\n") == [
        *("BCD", "002", "1", "SCT", "", "Muster GmbH", "DE89370400440532013000", "EUR1234.50", "", "RF98INV2026000123"),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "CHF"},
        {"account_no": "DE88 3704 0044 0532 0130 00"},
        {"amount": Decimal("1000000000.00")},
        {"amount": Decimal(0)},
        {"payee": "x" * 71},
    ],
)
def test_what_no_bank_app_takes_is_no_giro_code(changed: dict[str, Any]) -> None:
    assert is_epc(EURO)
    assert not is_epc(replace(EURO, **changed))


@pytest.mark.parametrize(
    "language, text",
    [
        (
            "en",
            "Payee: 宁波海晨贸易有限公司\nBank: 中国银行\nAccount: 4000 1234\nAmount: CNY 1234.50\n"
            "Reference: RF98INV2026000123",
        ),
        (
            "zh-hans",
            "收款人: 宁波海晨贸易有限公司\n开户行: 中国银行\n账号: 4000 1234\n金额: CNY 1234.50\n"
            "付款参考号: RF98INV2026000123",
        ),
    ],
)
def test_everything_else_is_text_for_a_person(language: str, text: str) -> None:
    with override(language):
        assert payload(YUAN) == text


def picture(uri: str) -> Image.Image:
    """The picture of the code, a pixel for each module."""
    start, _comma, content = uri.partition(",")
    assert start == "data:image/png;base64"
    return Image.open(io.BytesIO(b64decode(content))).convert("L")


PAYMENTS = [
    EURO,
    YUAN,
    replace(EURO, payee="Ünïcode & Söhne <b>", amount=Decimal("0.01")),
    replace(EURO, payee="长" * 70, amount=Decimal("999999999.99")),
]


@pytest.mark.parametrize("payment", PAYMENTS)
def test_a_reader_of_another_make_reads_the_picture(payment: Payment) -> None:
    image = picture(data_uri(payment))
    edges = [image.crop((0, 0, image.width, 4)), image.crop((0, image.height - 4, image.width, image.height))]
    assert all(edge.getextrema() == (255, 255) for edge in edges), "the quiet zone is white"
    scale = 4
    found = zxingcpp.read_barcode(image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST))
    assert found
    assert found.text == payload(payment)
    assert found.ec_level == "M"
