"""The shorter ways through WeasyPrint make the same file, byte for byte."""

from collections.abc import Iterator
from typing import Any

import pytest
from weasyprint import CSS, HTML

from arap.core.pdf import lines, styles
from tests.core.pdf.conftest import page

CSS_TEXT = """
td { white-space: pre; line-height: 24px; width: 40mm; vertical-align: top; padding: 0 } .r { text-align: right }
.c { text-align: center } .tight { line-height: normal } .rtl { direction: rtl } .indent { text-indent: 5mm }
table { table-layout: fixed; width: 160mm; border-spacing: 0 } .f { float: left; width: 10mm; height: 30mm }
p { margin-block: 3mm; padding-inline-start: 2mm; color: #123 } b { text-decoration: underline; font-size: 1.2em }
"""
ROWS = "".join(f"{n} Invoice 销售发票\n" if n % 3 else "\n" for n in range(100))
BODIES = {
    "left and right": f"<table><tr><td>{ROWS}</td><td class=r>{ROWS}</td><td class=c>{ROWS}</td></tr></table>",
    "quiet spans": f"<table><tr><td>{ROWS.replace('Invoice', '<span>Invoice</span>')}</td><td>{ROWS}</td></tr></table>",
    "other fonts": "<table><tr><td class=tight>one\n😀 𠮷\nشركة\nhigh Ế\n\n  two  spaces\nlast</td></tr></table>",
    "styles": f"<p dir=rtl>a <b>b <i>c</i></b></p><table><tr><td style='border-inline-end: 1px solid'>{ROWS}</table>",
    "right to left": f"<table><tr><td class=rtl>{ROWS}</td></tr></table>",
    "indented": f"<table><tr><td class=indent>{ROWS}</td></tr></table>",
    "beside a float": f"<div class=f>x</div><table><tr><td>{ROWS}</table><pre><div class=f>y</div>{ROWS}</pre>",
    "tabs and no end": "<table><tr><td>a\tb\nc\t\td\ne</td><td></td><td>\n</td><td>\n\n\nx\n\n</td></tr></table>",
}


@pytest.fixture
def shorter() -> Iterator[None]:
    yield
    lines.remove()
    styles.remove()


def made(html: str) -> bytes:
    return bytes(HTML(string=html).write_pdf(stylesheets=[CSS(string=CSS_TEXT)]))


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_both_ways_make_the_same_file(body: str, shorter: None) -> None:
    usual = made(page(body))
    lines.install()
    styles.install()
    assert made(page(body)) == usual


def test_the_shorter_way_is_taken(shorter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    like = lines._like

    def counted(*arguments: object) -> object:
        line = like(*arguments)
        taken.append(line[0] is not None)
        return line

    monkeypatch.setattr(lines, "_like", counted)
    lines.install()
    made(page(BODIES["left and right"]))
    assert sum(taken) > 100


def test_of_a_style_only_what_is_set_goes_the_usual_way(shorter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    usual = styles.usual_way

    def counted(style: Any, key: str) -> Any:
        asked.append(key)
        return usual(style, key)

    monkeypatch.setattr(styles, "usual_way", counted)
    styles.install()
    made(page(BODIES["styles"]))
    assert "margin_top" in asked
    assert asked.count("white_space") < asked.count("display")
