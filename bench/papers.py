"""The papers of the PDF measurements: statements of account of one page and of three, with logo, amounts in words, ages
and a payment slip with its code. Two forms: open items in Chinese, as most are sent, and activity in both languages.

Three ways from the same figures: the product's template, the same as a page written without a thought of speed
(naive.html), and the product's document in a plain call.
"""

import io
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.template import engines
from PIL import Image, ImageDraw

from arap.core.models import Company
from arap.core.pdf.child import WIDTH_CLASSES, style_sheets
from arap.core.pdf.fonts import FAMILY
from statements.paper import context_of, html_of
from statements.queries.said import Said
from statements.rules import ACTIVITY, OPEN, Moved, Open, blocks

CJK_ON_SYSTEM = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FULL = "Noto Sans CJK SC"
FORMS = {"open items": (OPEN, "zh-hans"), "activity, two languages": (ACTIVITY, "both")}
MOVEMENTS = {(ACTIVITY, 1): 7, (ACTIVITY, 3): 56}  # by form and pages
OPEN_ITEMS = {(OPEN, 1): 14, (OPEN, 3): 85, (ACTIVITY, 1): 4, (ACTIVITY, 3): 22}
FROM_ON, AS_OF = date(2026, 10, 1), date(2026, 10, 31)
COMPANY = {
    "name": "Lanstone Precision Instruments (Shanghai) Co., Ltd.",
    "name_local": "澜石精密仪器（上海）有限公司",
    "address": "88 Zhangjiang Road, Pudong, Shanghai",
    "address_local": "上海市浦东新区张江路 88 号 201203",
    "email": "ar@lanstone.example",
    "phone": "+86 21 5550 0100",
    "website": "",
    "tax_id": "91310115MA1K4XYZ0X",
}
CUSTOMER = {
    "code": "C-10482",
    "name": "Ningbo Haichen Mould Co., Ltd.",
    "name_local": "宁波海辰模具有限公司",
    "address": "浙江省宁波市北仑区明州路 300 号 315800",
    "contact": "王敏 Wang Min",
    "terms": "2/10 n/30",
}
ACCOUNT = {
    "name": "澜石精密仪器（上海）有限公司",
    "bank": "中国工商银行上海张江支行 ICBKCNBJSHI",
    "account_no": "1001 2345 0930 0004 471",
}


@cache
def logo() -> bytes:
    """A picture of some colours, as companies have one, in twice the size it is printed in."""
    picture = Image.new("RGB", (288, 144), "white")
    pen = ImageDraw.Draw(picture)
    for at in range(288):
        pen.line([(at, 20 + at % 40), (at, 130 - at % 70)], fill=(at * 255 // 288, 90, 200 - at // 2))
    into = io.BytesIO()
    picture.save(into, "PNG")
    return into.getvalue()


def said(form: str, pages: int, seed: int) -> Said:
    """What a statement of one of FORMS and of `pages` pages says; the same for the same seed."""
    chance = random.Random(seed)
    kind, language = FORMS[form]
    moved = list(_moved(MOVEMENTS.get((kind, pages), 0), chance))
    return Said(
        company=Company(**COMPANY, logo=logo(), time_zone="Asia/Shanghai"),
        customer_id=10482,
        number=f"S-2026-{seed:06}",
        kind=kind,
        as_of=AS_OF,
        from_on=FROM_ON if kind == ACTIVITY else None,
        language=language,
        known_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        reply_by_on=date(2026, 11, 30),
        check=f"{chance.randrange(16**12):012x}",
        printed={"company": COMPANY, "customer": CUSTOMER, "accounts": {"CNY": ACCOUNT}},
        blocks=blocks(kind, moved, _open(OPEN_ITEMS[kind, pages], chance), as_of=AS_OF),
    )


def _moved(count: int, chance: random.Random) -> Iterator[Moved]:
    for n in range(count):
        is_invoice = chance.random() < 0.65
        yield Moved(
            customer_id=10482,
            currency="CNY",
            on=FROM_ON + timedelta(days=n * 30 // count),
            document_id=n,
            kind="invoice" if is_invoice else "receipt",
            number=f"{'INV' if is_invoice else 'R'}-2026-{chance.randrange(10**6):06}",
            reference=f"PO-{chance.randrange(10**5):05}" if is_invoice else "",
            applied_to=() if is_invoice else (f"INV-2026-{chance.randrange(10**6):06}",),
            amount=Decimal(chance.randint(10_000, 9_999_999) * (1 if is_invoice else -1)) / 100,
        )


def _open(count: int, chance: random.Random) -> Iterator[Open]:
    for n in range(count):
        on = AS_OF - timedelta(days=(count - n) * 120 // count)
        amount = Decimal(chance.randint(10_000, 9_999_999)) / 100
        yield Open(
            customer_id=10482,
            currency="CNY",
            on=on,
            document_id=1_000 + n,
            kind="invoice",
            number=f"INV-2026-{chance.randrange(10**6):06}",
            part=0,
            reference=f"PO-{chance.randrange(10**5):05}",
            due_on=on + timedelta(days=30),
            aged_from_on=on + timedelta(days=30),
            original_amount=amount,
            amount=amount,
        )


def ours(form: str, pages: int, seed: int) -> str:
    """The product's document."""
    return html_of(said(form, pages, seed))


@cache
def _naive() -> Any:
    text = Path(__file__).with_name("naive.html").read_text(encoding="utf-8")
    return engines["django"].from_string(text)


def naive(form: str, pages: int, seed: int) -> str:
    """The same words and figures, as one writes it first."""
    return str(_naive().render(context_of(said(form, pages, seed))))


def naive_css() -> str:
    """The style sheet of the page as one writes it first."""
    return _full_font() + Path(__file__).with_name("naive.css").read_text(encoding="utf-8")


def our_css() -> str:
    """The product's style sheets, with the full font in the place of the product's own."""
    sheets = [WIDTH_CLASSES, *(path.read_text(encoding="utf-8") for path in style_sheets())]
    return _full_font() + "\n".join(sheets).replace(FAMILY, FULL)


def _full_font() -> str:
    """Without a Chinese font on the system, the full one of our dependency."""
    if CJK_ON_SYSTEM.exists():
        return ""
    from pylopdf_fonts_zh_cn import sans_path

    return f'@font-face {{ font-family: "{FULL}"; src: url({sans_path().as_uri()}); }}'
