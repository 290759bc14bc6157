"""What is done to the outlines of the fonts in the dependencies, before any paper is printed."""

from copy import deepcopy
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.reorderGlyphs import reorderGlyphs
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates
from fontTools.varLib.instancer import instantiateVariableFont

UNITS = 1000  # per em, of the Han font and so of the whole: most steps between points then fit into a byte
# How much wider a stem of a semi-bold Han glyph is, in units: what Inter gains from 400 to 600.
BOLDER = 31
OF_ONE_WIDTH = "0123456789.,+−"
# Quadratic curves may leave the cubic ones by so many units, a twentieth of a point at 11 points.
CURVE_ERROR = 5.0  # not money: units of a font
# Points of Han glyphs lie on a grid of so many units, at most a fortieth of a point off: a sixth fewer bytes in a file.
GRID = 4


@dataclass(frozen=True, slots=True)
class Han:
    """The Han glyphs in UNITS, as TrueType, with the characters they stand for."""

    glyphs: dict[int, Any]
    advances: dict[int, int]


def common_characters() -> set[int]:
    """GB 2312 whole (6,763 Han characters and its signs), CJK punctuation and full-width forms."""
    found = {*range(0x3000, 0x3020), *range(0xFF00, 0xFFF0)}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def han_glyphs(source: Path) -> Han:
    """The common characters of the Han font, cubic curves made quadratic: fastest to embed and to draw."""
    font = TTFont(source)
    names, drawn, metrics = font.getBestCmap(), font.getGlyphSet(), font["hmtx"]
    scale = UNITS / font["head"].unitsPerEm
    glyphs, advances = {}, {}
    for character in sorted(common_characters() & set(names)):
        pen = TTGlyphPen(None)
        quadratic = Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True)
        drawn[names[character]].draw(TransformPen(quadratic, (scale, 0, 0, scale, 0, 0)))
        glyphs[character] = pen.glyph()
        advances[character] = round(metrics[names[character]][0] * scale)
    return Han(glyphs, advances)


def latin(source: Path, weight: int) -> TTFont:
    """Inter in one weight, its tabular figures in place of the proportional ones, nothing left but kerning."""
    font = instantiateVariableFont(TTFont(source), {"wght": weight, "opsz": 14}, inplace=True)
    _figures_of_one_width(font)
    options = subset.Options(
        hinting=False, layout_features=["kern", "mark", "ccmp"], name_IDs=["*"], notdef_outline=True
    )
    keep = subset.Subsetter(options)
    keep.populate(unicodes=font.getBestCmap())
    keep.subset(font)
    for table in ("STAT", "avar", "DSIG", "gasp", "meta"):
        if table in font:
            del font[table]
    scale_upem(font, UNITS)
    return font


def _figures_of_one_width(font: TTFont) -> None:
    """What `tnum` would put in the place of figures and their signs, in place: amounts stand under each other without
    asking for it. Not of all that it would: hyphens, brackets and spaces of one width spoil words and numbers."""
    gsub = font["GSUB"].table
    swaps: dict[str, str] = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in gsub.LookupList.Lookup[index].SubTable:
                    swaps.update(getattr(getattr(table, "ExtSubTable", table), "mapping", {}))
    for table in font["cmap"].tables:
        for character, name in table.cmap.items():
            if chr(character) in OF_ONE_WIDTH:
                table.cmap[character] = swaps.get(name, name)


def static(source: Path) -> TTFont:
    """A variable font in its normal weight and width, with its shaping."""
    font = TTFont(source)
    wanted = {"wght": 400, "wdth": 100}
    return instantiateVariableFont(
        font, {axis.axisTag: wanted[axis.axisTag] for axis in font["fvar"].axes}, inplace=True
    )


def same_height(font: TTFont, model: TTFont) -> TTFont:
    """`font` with the ascent and descent of `model`: whatever stands in a line, it is as high as any other.

    So the rows of a table stay in step. What is drawn reaches out of its line where it has to.
    """
    scale = font["head"].unitsPerEm / model["head"].unitsPerEm
    ascent, descent = (round(model["hhea"].ascent * scale), round(model["hhea"].descent * scale))
    hhea, os2 = font["hhea"], font["OS/2"]
    hhea.ascent, hhea.descent, hhea.lineGap = ascent, descent, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ascent, descent, 0
    os2.usWinAscent, os2.usWinDescent = ascent, -descent
    return font


def add_han(font: TTFont, han: Han, *, bolder: bool) -> None:
    """Put the Han glyphs behind the Latin ones, for the characters the Latin font has not."""
    have = set(font.getBestCmap())
    glyf, metrics = font["glyf"], font["hmtx"]
    order = list(font.getGlyphOrder())
    cmaps = [table for table in font["cmap"].tables if table.isUnicode()]
    for character in sorted(set(han.glyphs) - have):
        name = f"u{character:04X}"
        glyph = _on_grid(_bolder(han.glyphs[character], BOLDER) if bolder else han.glyphs[character])
        order.append(name)
        glyf.glyphs[name] = glyph
        glyph.recalcBounds(glyf)
        metrics.metrics[name] = (han.advances[character], getattr(glyph, "xMin", 0))
        for table in cmaps:
            table.cmap[character] = name
    font.setGlyphOrder(order)
    glyf.glyphOrder = order
    glyf._reverseGlyphOrder = {}  # or glyphs are found by their place in the old order
    font["maxp"].recalc(font)
    font["post"].formatType = 3


def common_first(font: TTFont) -> None:
    """Put the glyphs of frequent characters first: an embedded subset carries tables up to its last glyph."""
    names = font.getBestCmap()
    wanted = dict.fromkeys([".notdef", *(names[character] for character in sorted(names, key=_rank))])
    font.ensureDecompiled()
    for table in ("GDEF", "GPOS", "GSUB"):
        if table in font:
            font[table].ensureDecompiled(recurse=True)
    reorderGlyphs(font, [*wanted, *(name for name in font.getGlyphOrder() if name not in wanted)])


def _rank(character: int) -> tuple[int, int]:
    """Latin and its signs, Chinese punctuation, the 3,755 Han characters that GB 2312 calls common, then the rest."""
    if character < 0x250 or 0x2000 <= character < 0x2300:
        return 0, character
    if 0x3000 <= character < 0x3020 or 0xFF00 <= character < 0xFFF0:
        return 1, character
    try:
        place = int.from_bytes(chr(character).encode("gb2312"), "big")
    except UnicodeEncodeError:
        return 3, character
    return (2, place) if 0xB000 <= place < 0xD800 else (3, character)


def _on_grid(glyph: Any) -> Any:
    """A copy whose points are on the GRID."""
    rough = deepcopy(glyph)
    if rough.numberOfContours > 0:
        rough.coordinates = GlyphCoordinates(
            [(round(x / GRID) * GRID, round(y / GRID) * GRID) for x, y in rough.coordinates]
        )
    return rough


def _bolder(glyph: Any, by: int) -> Any:
    """A copy whose stems are `by` units wider: each point moves along the bisector of its two edges, outwards.

    The method of FreeType's FT_Outline_Embolden. Outer contours run clockwise in TrueType, so outwards is to the left
    of the way; a point never moves farther than its shorter edge allows.
    """
    bold = deepcopy(glyph)
    if bold.numberOfContours <= 0:
        return bold
    points, half, start = bold.coordinates, by / 2, 0
    for end in bold.endPtsOfContours:
        contour = [points[n] for n in range(start, end + 1)]
        for n, moved in enumerate(_moved(contour, half)):
            points[start + n] = moved
        start = end + 1
    bold.coordinates = points
    bold.coordinates.toInt()
    return bold


def _moved(contour: list[tuple[float, float]], half: float) -> list[tuple[int, int]]:
    count, moved = len(contour), []
    for n, (x, y) in enumerate(contour):
        (ax, ay), into = _edge(contour, n, -1)
        (bx, by), out_of = _edge(contour, n, 1)
        dot = ax * bx + ay * by
        if not into or not out_of or count < 3 or dot < -0.9375:  # not money: a hairpin stays where it is
            moved.append((round(x), round(y)))
            continue
        # The bisector's left normal, long enough that both edges move by `half`.
        sideways_x, sideways_y = -(ay + by), ax + bx
        turn = abs(ax * by - ay * bx)
        limit = min(into, out_of)
        reach = half if turn * half <= limit * (1 + dot) else limit * (1 + dot) / turn
        moved.append((round(x + sideways_x * reach / (1 + dot)), round(y + sideways_y * reach / (1 + dot))))
    return moved


def _edge(contour: list[tuple[float, float]], n: int, step: int) -> tuple[tuple[float, float], float]:
    """Direction along the way, and length, of the edge before (-1) or after (1) point `n`, past equal points."""
    x, y = contour[n]
    for far in range(1, len(contour)):
        other_x, other_y = contour[(n + step * far) % len(contour)]
        length = hypot(other_x - x, other_y - y)
        if length:
            return ((other_x - x) * step / length, (other_y - y) * step / length), length
    return (0, 0), 0


def rename(font: TTFont, family: str, weight: int) -> None:
    """Make the font known under our family, in its weight, and as allowed to be embedded."""
    style = "Regular" if weight == 400 else "SemiBold"
    texts = {
        1: family,
        2: style,
        4: f"{family} {style}",
        6: f"{family}-{style}".replace(" ", ""),
        16: family,
        17: style,
    }
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (1, 2, 3, 4, 6, 16, 17, 21, 22, 25):
            names.removeNames(nameID=record.nameID)
    for number, text in texts.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsType = 0
    font["OS/2"].recalcUnicodeRanges(font)


def widths(font: TTFont) -> dict[str, int]:
    """The advance of each character in thousandths of an em, those that are a whole em left out."""
    metrics, scale = font["hmtx"], 1000 / font["head"].unitsPerEm
    advances = {character: round(metrics[name][0] * scale) for character, name in font.getBestCmap().items()}
    return {chr(character): advance for character, advance in advances.items() if advance != 1000}
