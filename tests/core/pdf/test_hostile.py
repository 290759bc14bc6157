"""Whatever a customer is called, and even where somebody forgot to escape it: nothing is fetched, nothing is run."""

from types import SimpleNamespace

import pytest
from django.utils.html import escape

from arap.core.pdf.engine import CannotRender, Engine
from tests.core.pdf.conftest import everything_in, page, text_of

ATTACKS = {
    "script": "<script>alert('{url}/script')</script>",
    "image of a file": '<img src="{uri}">',
    "image of the web": '<img src="{url}/image.png">',
    "upper case": '<IMG SRC="{url}/upper.png" SRCSET="{url}/set.png 2x">',
    "style import": '<style>@import url("{url}/import.css"); @import "{uri}";</style>',
    "font": '<style>@font-face {{ font-family: "Arap Paper"; src: url("{uri}"), url("{url}/font.ttf") }}</style>',
    "background": '<p style="background-image: url({url}/background.png)">x</p><p style="content: url({uri})">y</p>',
    "style sheet": '<link rel="stylesheet" href="{url}/sheet.css"><link rel="stylesheet" href="{uri}">',
    "attachment": '<link rel="attachment" href="{uri}"><a rel="attachment" href="{uri}">here</a>',
    "attachment of the web": '<a rel="attachment" href="{url}/attached">here</a>',
    "svg": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image href="{url}/svg.png" xlink:href="{uri}"/></svg>',
    "svg use": '<svg><use href="{uri}#a"/><style>@import url({url}/svg.css)</style></svg>',
    "svg in data": "<img src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3"
    ".org/1999/xlink'%3E%3Cimage width='9' height='9' xlink:href='{url}/nested.png'/%3E%3C/svg%3E\">",
    "object": '<object data="{uri}"></object><embed src="{url}/embed"><iframe src="{uri}"></iframe>',
    "base": '<base href="{url}/"><img src="relative.png">',
    "media": '<video src="{url}/video"></video><audio src="{url}/audio"></audio><input type="image" src="{url}/input">',
    "entity": '<!DOCTYPE html [<!ENTITY x SYSTEM "{uri}">]><p>&x;</p>',
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_unescaped_markup_fetches_nothing(
    attack: str, engine: Engine, trap: SimpleNamespace, canary: SimpleNamespace
) -> None:
    markup = attack.format(url=trap.url, uri=canary.uri)
    pdf = engine.render(page(f"<p>before</p>{markup}<p>after</p>"))
    assert trap.asked == []
    assert canary.content not in everything_in(pdf)
    assert b"EmbeddedFile" not in everything_in(pdf)
    assert "before" in text_of(pdf)
    assert "after" in text_of(pdf)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_escaped_markup_is_printed_as_text(
    attack: str, engine: Engine, trap: SimpleNamespace, canary: SimpleNamespace
) -> None:
    name = attack.format(url=trap.url, uri=canary.uri)
    pdf = engine.render(page(f"<p>{escape(name)}</p>"))
    printed = "".join(text_of(pdf).split())
    assert "".join(name.split())[:60] in printed
    assert trap.asked == []
    assert canary.content not in everything_in(pdf)


def test_the_trap_and_the_canary_would_tell(trap: SimpleNamespace, canary: SimpleNamespace) -> None:
    """A plain WeasyPrint falls for both, so the tests above can fail."""
    from weasyprint import HTML

    attack = f'<img src="{trap.url}/image.png"><a rel="attachment" href="{canary.uri}">here</a>'
    pdf = HTML(string=page(attack)).write_pdf()
    assert trap.asked == ["/image.png"]
    assert canary.content in everything_in(pdf)


def test_a_document_cannot_restyle_the_next(engine: Engine) -> None:
    plain = page("<p>first</p>")
    before = engine.render(plain)
    engine.render(page("<style>p { display: none } @page { size: A3 }</style><p>second</p>"))
    assert engine.render(plain) == before


@pytest.mark.parametrize(
    "body",
    [
        "<style>" + "".join(f".c{n} > p::before {{ content: 'x' }}" for n in range(20_000)) + "</style><p>end</p>",
        "<p>" + "超长" * 30_000 + "</p><p>end</p>",
        "<p>" + "W" * 3_000 + "</p><p>end</p>",
        "<p>" + "A\u0301" * 2_000 + "</p><p>end</p>",
        f'<img src="data:image/png;base64,{"A" * 400_000}"><p>end</p>',
    ],
    ids=["huge style sheet", "long Chinese", "long word", "accents", "broken image"],
)
def test_large_input_is_printed_within_the_limits(body: str, engine: Engine) -> None:
    assert "end" in text_of(engine.render(page(body)))


def test_deep_nesting_is_printed_or_refused_and_the_next_one_works(engine: Engine) -> None:
    deep = page("<div>" * 5_000 + "deep" + "</div>" * 5_000)
    with pytest.raises(CannotRender) as refused:
        engine.render(deep)
    assert refused.value.code == "pdf_too_large"
    assert "next" in text_of(engine.render(page("<p>next</p>")))


NAMES = [
    *("宁波海辰模具有限公司", "𠮷野家株式会社", "龘龘贸易", "شركة النور", "חברת אור", "บริษัท", "हिन्दी"),
    *("Ünïcode Łódź Đặng", "Ελλάδα", "Привет", "한국상사", "😀 Ltd."),
]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_all_scripts_are_drawn_and_remain_text(name: str, engine: Engine) -> None:
    pdf = engine.render(page(f"<p>{name}</p>"))
    printed = text_of(pdf)
    assert set(name) - set(" ") <= set(printed) | set(_shaped(name)), printed
    # A character that no font has would be drawn as a box and have a glyph number behind the last one of its font.
    assert b"WP-Encod" not in everything_in(pdf), "there is a character without a glyph"


def _shaped(name: str) -> set[str]:
    """Letters that join have one glyph for two of them; a reader may give back the joined form."""
    return {letter for letter in name if "\u0600" <= letter <= "\u06ff"}


def test_a_character_without_a_glyph_is_noticed(engine: Engine) -> None:
    assert b"WP-Encod" in everything_in(engine.render(page("<p>a\U0001b170b</p>"))), "Nushu, which no font of ours has"
