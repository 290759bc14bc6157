"""The paper of the PDF measurements: a statement of account with 20 rows (one page) or 90 rows (three pages).

The same words and figures twice: as a page written without a thought of speed, and by our template.
"""

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.template import Template, engines

from arap.core.pdf.columns import Column, Table
from arap.core.wording import amount_text

CJK_ON_SYSTEM = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ROWS = {1: 20, 3: 90}  # pages and rows
HEADS = ("日期 Date", "单据号 Document", "摘要 Text", "到期日 Due", "应收 Charges", "收款 Receipts", "余额 Balance")
WIDTHS_MM = (22, 26, 50, 22, 20, 21, 21)
AGING_HEADS = ("未到期 Not due", "1–30", "31–60", "61–90", "> 90", "合计 Total")
PLACES = ("上海浦东仓库", "Port of Rotterdam", "深圳南山店", "spare parts")
COMPANY = SimpleNamespace(
    name="Lanstone Precision Instruments (Shanghai) Co., Ltd.",
    name_local="澜石精密仪器（上海）有限公司",
    address="88 Zhangjiang Road, Pudong, Shanghai",
    address_local="上海市浦东新区张江路 88 号 201203",
    email="ar@lanstone.example",
    phone="+86 21 5550 0100",
    website="",
    tax_id="91310115MA1K4XYZ0X",
    logo=None,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on one statement, as text."""

    title: str
    number: str
    date: str
    customer: str
    customer_address: str
    rows: list[tuple[str, ...]]
    balance: str
    aging_heads: tuple[str, ...]
    aging: tuple[str, ...]
    note: str


def paper(pages: int, seed: int) -> Paper:
    """A statement of `pages` pages; the same for the same seed."""
    chance = random.Random(seed)
    balance, day, rows = Decimal(0), datetime.date(2026, 1, 5), []
    for _n in range(ROWS[pages]):
        day += datetime.timedelta(days=chance.randint(1, 4))
        if chance.random() < 0.65:
            amount = Decimal(chance.randint(10_000, 9_999_999)) / 100
            due = (day + datetime.timedelta(days=30)).isoformat()
            number, text = f"INV-26-{chance.randrange(10**5):05}", f"销售发票 Invoice {chance.choice(PLACES)}"
            figures = (due, amount_text(amount, "CNY"), "")
        else:
            amount = -Decimal(chance.randint(10_000, 5_999_999)) / 100
            number, text = f"R-26-{chance.randrange(10**5):05}", "收款 Payment received"
            figures = ("", "", amount_text(amount, "CNY"))
        balance += amount
        rows.append((day.isoformat(), number, text, *figures, amount_text(balance, "CNY")))
    shares = [balance * part / 15 for part in (1, 2, 3, 4, 5)]
    return Paper(
        title="对账单 Statement of account",
        number=f"S-26-{seed:05}",
        date="2026-11-20",
        customer=f"宁波海辰模具有限公司 Ningbo Haichen Mould Co., Ltd. {seed}",
        customer_address="浙江省宁波市北仑区明州路 300 号 315800",
        rows=rows,
        balance=amount_text(balance, "CNY"),
        aging_heads=AGING_HEADS,
        aging=tuple(amount_text(part.quantize(Decimal("0.01")), "CNY") for part in (*shares, balance)),
        note="请于到期日前付款，如有疑问请与我们联系。 Please pay before the due date and call us if anything differs.",
    )


@cache
def _template() -> Template:
    text = (Path(__file__).parent / "paper.html").read_text(encoding="utf-8")
    template: Template = engines["django"].from_string(text)
    return template


def ours(said: Paper) -> str:
    """The paper by our template, with the fast columns."""
    context: dict[str, Any] = {
        "company": COMPANY,
        "paper_language": "both",
        "paper": said,
        "table": Table(
            [
                Column(head, width, "right" if n > 3 else "left", is_strong=n == 6)
                for n, (head, width) in enumerate(zip(HEADS, WIDTHS_MM, strict=True))
            ],
            said.rows,
        ),
    }
    return _template().render(context)


NAIVE_CSS = """
@page { size: A4; margin: 22mm 16mm 24mm 16mm;
  @bottom-right { content: "Page " counter(page) " / " counter(pages); font-size: 8pt; }
  @bottom-left { content: "Lanstone Precision 澜石精密仪器"; font-size: 8pt; color: #666; } }
* { box-sizing: border-box; }
body { font-family: "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; font-size: 8pt; color: #222; }
.head { display: flex; justify-content: space-between; border-bottom: 1.5pt solid #246; padding-bottom: 3mm; }
.head h1 { font-size: 15pt; margin: 0; }
.parties { display: grid; grid-template-columns: 1fr 1fr; margin: 4mm 0; }
table { width: 100%; border-collapse: collapse; }
thead { display: table-header-group; }
th { text-align: left; padding: 1mm 1.2mm; border-bottom: 1pt solid #222; font-weight: normal; }
td { border-bottom: .3pt solid #bbb; padding: 1mm 1.2mm; }
tbody tr:nth-child(even) td { background: #f3f6fa; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
td:last-child { font-weight: 600; }
tr { break-inside: avoid; }
.aging { margin-top: 5mm; break-inside: avoid; }
.aging td { text-align: right; }
.note { margin-top: 4mm; }
"""


def naive_css() -> str:
    """The style sheet of the naive page; without a Chinese font on the system, with the full one of our dependency."""
    if CJK_ON_SYSTEM.exists():
        return NAIVE_CSS
    from pylopdf_fonts_zh_cn import sans_path

    return f'@font-face {{ font-family: "Noto Sans CJK SC"; src: url({sans_path().as_uri()}); }}' + NAIVE_CSS


def naive(said: Paper) -> str:
    """The paper as one writes it first: flex and grid, a table that finds its own widths, a cell for each figure."""
    heads = "".join(f"<th{_figure(n)}>{escape(head).replace(' ', '<br>')}</th>" for n, head in enumerate(HEADS))
    rows = "".join(
        f"<tr>{''.join(f'<td{_figure(n)}>{escape(cell)}</td>' for n, cell in enumerate(row))}</tr>" for row in said.rows
    )
    aging = "".join(f"<td>{escape(cell)}</td>" for cell in said.aging)
    return f"""<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{said.title}</title></head><body>
<div class="head"><div><b>{COMPANY.name_local}</b><br>{COMPANY.name}<br>{COMPANY.tax_id}</div>
<div>{COMPANY.address_local}<br>{COMPANY.address}<br>{COMPANY.email} {COMPANY.phone}</div></div>
<div class="parties"><div><h1>{said.title}</h1></div><div>{said.date}<br><b>{said.balance}</b></div>
<div>{escape(said.customer)}<br>{said.customer_address}</div><div>{said.number}</div></div>
<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>
<table class="aging"><tr>{"".join(f"<td>{escape(head)}</td>" for head in said.aging_heads)}</tr><tr>{aging}</tr></table>
<p class="note">{said.note}</p></body></html>"""


def _figure(n: int) -> str:
    return ' class="n"' if n > 3 else ""
