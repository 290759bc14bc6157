"""The fonts we make: what is in them, and that many may want them at once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from arap.core.pdf import fonts, outlines
from arap.core.pdf.child import in_few_places, style_sheets


@pytest.fixture(scope="module", params=fonts.WEIGHTS)
def font(request: pytest.FixtureRequest) -> Any:
    return TTFont(fonts.fonts_folder() / f"paper-{request.param}.ttf")


def test_common_characters_are_in_one_font(font: Any) -> None:
    have = set(font.getBestCmap())
    assert len(outlines.common_characters()) > 6_763
    # A few signs of GB 2312, such as box drawings, are in no font of the dependency; no Han character is missing.
    assert {c for c in outlines.common_characters() - have if 0x3400 <= c < 0xFB00} == set()
    assert set(map(ord, "Łódź ΩЖ €£¥ −–— “”‘’ …")) <= have
    assert "glyf" in font
    assert "CFF " not in font


def test_figures_have_one_width(font: Any) -> None:
    names = font.getBestCmap()
    assert len({font["hmtx"][names[ord(figure)]][0] for figure in "0123456789"}) == 1
    assert font["hmtx"][names[ord("汉")]][0] == outlines.UNITS


def test_bold_han_is_bolder_and_keeps_its_advance() -> None:
    regular, bold = (TTFont(fonts.fonts_folder() / f"paper-{weight}.ttf") for weight in fonts.WEIGHTS)
    for character in "汉字账余":
        name = regular.getBestCmap()[ord(character)]
        thin, thick = (font["glyf"][font.getBestCmap()[ord(character)]] for font in (regular, bold))
        assert thick.xMax - thick.xMin >= thin.xMax - thin.xMin + outlines.BOLDER / 2
        assert regular["hmtx"][name][0] == bold["hmtx"][bold.getBestCmap()[ord(character)]][0]


def test_a_square_grows_on_all_sides() -> None:
    square = [(0, 0), (0, 100), (100, 100), (100, 0)]  # clockwise, as outer contours are
    assert outlines._moved(list(square), 10) == [(-10, -10), (-10, 110), (110, 110), (110, -10)]
    hole = square[::-1]
    assert outlines._moved(list(hole), 10) == [(90, 10), (90, 90), (10, 90), (10, 10)]


def test_points_of_han_lie_on_the_grid(font: Any) -> None:
    glyph = font["glyf"][font.getBestCmap()[ord("账")]]
    assert glyph.numberOfContours > 0
    assert all(x % outlines.GRID == 0 and y % outlines.GRID == 0 for x, y in glyph.coordinates)


@pytest.mark.parametrize(
    ("number", "written"),
    [(0.75, b"0.75"), (841.889764, b"841.89"), (3.0, b"3"), (-0.0001, b"0"), (-12.3456, b"-12.346"), (100.0, b"100")],
)
def test_points_on_a_page_have_three_places(number: float, written: bytes) -> None:
    assert in_few_places(number) == written


def test_common_glyphs_come_first(font: Any) -> None:
    places = {name: place for place, name in enumerate(font.getGlyphOrder())}
    names = font.getBestCmap()
    assert places[".notdef"] == 0
    assert places[names[ord("A")]] < places[names[ord("，")]] < places[names[ord("账")]] < places[names[ord("鑫")]]


def test_a_line_is_as_high_in_every_font() -> None:
    heights = {}
    for path in fonts.fonts_folder().glob("*.[ot]tf"):
        each = TTFont(path, lazy=True)
        em, hhea, os2 = each["head"].unitsPerEm, each["hhea"], each["OS/2"]
        up, down = round(hhea.ascent / em, 2), round(hhea.descent / em, 2)
        heights[path.name] = (up, down, hhea.lineGap, round(os2.usWinAscent / em, 2), round(-os2.usWinDescent / em, 2))
    assert len(heights) > 20
    assert len(set(heights.values())) == 1, heights


def test_widths_are_written_for_what_is_no_whole_em() -> None:
    widths = json.loads((fonts.fonts_folder() / fonts.WIDTHS).read_text(encoding="utf-8"))
    assert set(widths) == {"400", "600"}
    assert "汉" not in widths["400"]
    assert widths["400"]["0"] == widths["400"]["9"] > widths["400"]["."]


def test_no_font_of_the_machine_takes_part() -> None:
    text = (fonts.fonts_folder() / fonts.CONFIGURATION).read_text(encoding="utf-8")
    assert text.count("<dir>") == 1
    assert str(fonts.fonts_folder()) in text
    assert "<include" not in text


def test_two_that_want_the_fonts_at_once_get_the_same_and_one_makes_them(tmp_path: Path) -> None:
    """The making itself takes half a minute; here it waits until all three want them, and notes who made them."""
    code = (
        "import os, sys, time\nfrom pathlib import Path\nfrom arap.core.pdf import fonts\n"
        "(Path(sys.argv[1]) / f'wants-{os.getpid()}').touch()\n"
        "def make(folder, later):\n"
        "    while len(list(later.parent.glob('wants-*'))) < 3: time.sleep(0.01)\n"
        "    with (later.parent / 'made').open('a') as log: log.write('x')\n"
        "    (folder / fonts.CONFIGURATION).write_text('made')\n"
        "fonts._make = make\nfonts._list = lambda folder: None\n"
        "sys.stdout.write(str(fonts.ensure(Path(sys.argv[1]))))\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _n in range(3)
    ]
    said = {process.communicate()[0] for process in started}
    assert said == {str(tmp_path / fonts.folder_name())}
    assert (tmp_path / "made").read_text() == "x"
    assert [path.name for path in tmp_path.glob("making-*")] == []


def test_a_making_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path, later: Path) -> None:
        (folder / "half.ttf").touch()
        raise OSError("no space left")

    monkeypatch.setattr(fonts, "_make", fail)
    with pytest.raises(OSError, match="no space"):
        fonts.ensure(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["turn"]


def test_the_base_style_sheet_comes_first() -> None:
    assert style_sheets()[0].name == "base.css"
    assert [path.name for path in style_sheets()[1:]] == sorted(path.name for path in style_sheets()[1:])
