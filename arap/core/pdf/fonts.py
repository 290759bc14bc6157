"""The fonts of our papers, made once from the fonts in the dependencies.

    python -m arap.core.pdf.fonts [FOLDER]      make them, if they are not there; prints where they are

Two files, regular and semi-bold, hold Latin, Greek, Cyrillic and the Han characters of GB 2312 together, as plain
TrueType with little but kerning: a page is made in two thirds of the time, and in a quarter of the size, that it has
with the full Han font. (Latin and Han in two families was measured as well: the same time, files a seventh larger.)
What the two lack comes from those that stand behind them: the full Han font, one with the rarest Han characters and
Hangul, Noto Sans for Arabic, Hebrew, Thai, Devanagari and so on, and emoji without colour.

The folder is `ARAP_FONTS`, or `fonts` in the folder for data. In it each version of the sources has a folder of its
own, made aside and renamed, so that several processes may want it at once and an old process keeps what it has.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

from arap import ROOT

# Raise it when the files below would come out differently from the same sources.
RECIPE = 4
SOURCES = ("fontpkg-inter", "fonttools", "manimgx-fonts", "noto-cjk-sans-jp-regular", "pylopdf-fonts-zh-cn")
FAMILY = "Arap Paper"
CONFIGURATION = "fonts.conf"
WIDTHS = "widths.json"
WEIGHTS = (400, 600)
_BUILD_SECONDS_MAX = 300

# No font of the machine takes part: a paper looks the same wherever it is made. Hinting is for screens.
_CONFIGURATION_TEXT = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/cache</cachedir>
  <match target="pattern"><edit name="hinting" mode="assign"><bool>false</bool></edit></match>
</fontconfig>
"""


def fonts_root() -> Path:
    """Where the versions of the fonts stand."""
    named, var = os.environ.get("ARAP_FONTS"), os.environ.get("ARAP_VAR")
    return Path(named or Path(var or ROOT / "var") / "fonts").absolute()


def folder_name() -> str:
    """The folder of the fonts that the installed sources give."""
    stands_for = " ".join(f"{name}={version(name)}" for name in SOURCES) + f" recipe={RECIPE}"
    return sha256(stands_for.encode()).hexdigest()[:16]


@cache
def fonts_folder() -> Path:
    """The folder with the fonts and their configuration; made in a process of its own where it is missing."""
    folder = fonts_root() / folder_name()
    if not (folder / CONFIGURATION).exists():
        subprocess.run(
            [sys.executable, "-m", "arap.core.pdf.fonts", str(fonts_root())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=_BUILD_SECONDS_MAX,
            check=True,
        )
    return folder


def ensure(root: Path) -> Path:
    """Make the fonts under `root` unless they are there; the others who want them wait for the one who makes them."""
    folder = root / folder_name()
    if (folder / CONFIGURATION).exists():
        return folder
    root.mkdir(parents=True, exist_ok=True)
    with (root / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if (folder / CONFIGURATION).exists():
            return folder
        aside = Path(tempfile.mkdtemp(prefix="making-", dir=root))
        try:
            _make(aside, folder)
            # Whoever runs the application reads them, whoever made them.
            aside.chmod(0o755)
            aside.replace(folder)
            _list(folder)
        except BaseException:
            rmtree(aside, ignore_errors=True)
            raise
    return folder


def _make(folder: Path, name_later: Path) -> None:
    from fontpkg_inter import ROOT as INTER
    from fontTools.ttLib import TTFont
    from noto_cjk_sans_jp_regular import FONT_PATH
    from pylopdf_fonts_zh_cn import sans_path

    from arap.core.pdf import outlines

    han = outlines.han_glyphs(sans_path())
    widths = {}
    for weight in WEIGHTS:
        font = outlines.latin(INTER / "files" / "Inter[opsz,wght].ttf", weight)
        outlines.add_han(font, han, bolder=weight > 400)
        outlines.common_first(font)
        outlines.rename(font, FAMILY, weight)
        outlines.same_height(font, font)
        font.save(folder / f"paper-{weight}.ttf")
        widths[str(weight)] = outlines.widths(font)
    for source in _other_scripts():
        outlines.same_height(outlines.static(source), font).save(folder / f"other-{source.name.partition('[')[0]}.ttf")
    for name, path in (("han-full", sans_path()), ("han-rare", FONT_PATH)):
        outlines.same_height(TTFont(path, recalcBBoxes=False), font).save(folder / f"{name}.otf")
    (folder / "cache").mkdir()
    (folder / WIDTHS).write_text(json.dumps(widths), encoding="utf-8")
    (folder / CONFIGURATION).write_text(_CONFIGURATION_TEXT.format(folder=name_later), encoding="utf-8")


def _list(folder: Path) -> None:
    # Fontconfig notes down what the fonts hold, and whoever runs the application later may not be allowed to. Without
    # Pango, as where an image is only being built, it is left to the first who can.
    subprocess.run(
        [sys.executable, "-c", "import weasyprint"],
        env={"FONTCONFIG_FILE": str(folder / CONFIGURATION), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _other_scripts() -> list[Path]:
    import manimgx_fonts

    found = sorted(Path(manimgx_fonts.__file__).parent.glob("Noto*.ttf"))
    # Latin, Greek and Cyrillic are Inter's.
    return [path for path in found if not path.name.startswith(("NotoSans[", "NotoSans-"))]


if __name__ == "__main__":
    sys.stdout.write(f"{ensure(Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else fonts_root())}\n")
