"""The process that renders: `python -m arap.core.pdf.child`, started by engine.py with a socket as standard input.

It holds the style sheets parsed and the fonts open, renders one document after the other, and knows nothing of the
application: no settings, no database, no secret in its environment. A document that is too large or too slow ends
this process, not the one that asked.
"""

import gc
import logging
import os
import re
import resource
import signal
import socket
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from arap.core.pdf.frames import Answer, Limits, read_frame, write_answer, write_frame

STYLES = Path(__file__).resolve().parents[3] / "templates" / "pdf" / "css"
# A paper needs none of these; in text that somebody forgot to escape they would restyle the page, attach or fetch.
FOREIGN_ELEMENTS = {"base", "embed", "iframe", "link", "object", "script", "style"}
FOREIGN_ATTRIBUTES = ("rel", "style", "background")
# A paper has no style attributes, so a column gets its width by class: w24 is 24 mm.
WIDTH_CLASSES = "".join(f".w{millimetres}{{width:{millimetres}mm}}" for millimetres in range(1, 188))
# Of WeasyPrint's own sheet for all of HTML only the rules for these: it has two hundred, and each element of a paper is
# held against them, which takes a fifteenth of all the time.
ELEMENTS = {
    *(
        "html",
        "head",
        "title",
        "meta",
        "body",
        "div",
        "p",
        "h1",
        "h2",
        "pre",
        "span",
        "b",
        "strong",
        "br",
        "br::before",
    ),
    *("table", "colgroup", "col", "thead", "tbody", "tr", "td", "th", "img", "svg"),
}
_WARM_UP = """<!doctype html><html lang="zh-Hans"><title>-</title><body><p>Aa 0 中文 <b>Aa 0 中文</b></html>"""


class Renderer:
    """WeasyPrint with everything shared that documents can share."""

    def __init__(self) -> None:
        import pydyf
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        from arap.core.pdf import lines, styles

        lines.install()
        styles.install()
        # Level 9, which pydyf asks for, takes a twentieth of all the time and makes a file no smaller than level 6.
        pydyf.zlib = SimpleNamespace(compress=zlib.compress, compressobj=lambda level: zlib.compressobj(min(level, 6)))
        # A thousandth of a point is finer than anything printed; six places make each page a tenth larger.
        whole = pydyf._to_bytes
        pydyf._to_bytes = lambda item: in_few_places(item) if type(item) is float else whole(item)
        # Reports of what a document asked for in vain are the document's matter, not the log's.
        logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
        self._fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
        self._fonts = FontConfiguration()
        # One sheet: each element is held against each sheet.
        text = "\n".join([WIDTH_CLASSES, *(path.read_text(encoding="utf-8") for path in style_sheets())])
        self._styles = [CSS(string=text, url_fetcher=self._fetcher, font_config=self._fonts)]

        elements = CSS(string=rules_of_elements(), url_fetcher=self._fetcher, font_config=self._fonts)

        class Paper(HTML):
            def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
                return [elements]

        self._paper = Paper

    def render(self, html: str) -> bytes:
        """The document as PDF; the same text gives the same bytes."""
        document = self._paper(string=html, base_url=None, url_fetcher=self._fetcher)
        remove_foreign(document.etree_element)
        pdf = document.write_pdf(
            stylesheets=self._styles,
            font_config=self._fonts,
            pdf_identifier=True,
        )
        return bytes(pdf)


def in_few_places(number: float) -> bytes:
    """A number of a page as PDF writes it, to three places."""
    text = f"{number:.3f}".rstrip("0").rstrip(".")
    return b"0" if text == "-0" else text.encode("ascii")


def style_sheets() -> list[Path]:
    """base.css, then the others in the order of their names."""
    return sorted(STYLES.glob("*.css"), key=lambda path: (path.name != "base.css", path.name))


def rules_of_elements() -> str:
    """What HTML says of ELEMENTS, and of pages, as far as it depends on nothing but their names."""
    import weasyprint

    text = (Path(weasyprint.__file__).parent / "css" / "html5_ua.css").read_text(encoding="utf-8")
    elements, page, rules_of_pages = text.partition("@page")
    kept = []
    for selectors, declarations in re.findall(r"^([^@{}()]+)\{([^{}]*)\}", elements, re.MULTILINE):
        ours = sorted(ELEMENTS & {name.strip() for name in selectors.split(",")})
        if ours:
            kept.append(f"{', '.join(ours)} {{{declarations}}}")
    return "\n".join([*kept, page + rules_of_pages])


def remove_foreign(root: Any) -> None:
    """Take out of a parsed document what no paper of ours holds. Text around it stays."""
    for parent in list(root.iter()):
        for attribute in FOREIGN_ATTRIBUTES:
            parent.attrib.pop(attribute, None)
        before = None
        for child in list(parent):
            # An SVG inside HTML carries its namespace in braces.
            name = re.sub(r"^\{.*\}", "", child.tag) if isinstance(child.tag, str) else ""
            if name.lower() not in FOREIGN_ELEMENTS:
                before = child
                continue
            tail = child.tail or ""
            if before is None:
                parent.text = (parent.text or "") + tail
            else:
                before.tail = (before.tail or "") + tail
            parent.remove(child)


def resident_mb() -> int:
    """Memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 2**20


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def serve(connection: socket.socket, limits: Limits) -> None:
    """Answer until the other side is gone, idle for too long, or this process has grown or served enough."""
    renderer = Renderer()
    renderer.render(_WARM_UP)
    gc.collect()
    gc.freeze()
    gc.disable()
    most = _address_space() + limits.memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    write_frame(connection, b"ready")
    connection.settimeout(limits.idle_seconds)
    for served in range(1, limits.documents + 1):
        try:
            request = read_frame(connection)
        except TimeoutError:
            return
        if request is None:
            return
        # Nobody may be left to end us: then the clock does.
        signal.alarm(limits.seconds + 5)
        answer, pdf, why = _render(renderer, request)
        signal.alarm(0)
        # Rendering leaves cycles; collected after each document, what was there before it is never looked at again.
        gc.collect()
        if answer is not Answer.MADE or served == limits.documents or resident_mb() > limits.resident_mb:
            answer = answer.last()
        write_answer(connection, answer, pdf or why.encode())
        if answer.is_last:
            return


def _render(renderer: Renderer, request: bytes) -> tuple[Answer, bytes, str]:
    try:
        return Answer.MADE, renderer.render(request.decode()), ""
    except MemoryError:
        return Answer.TOO_LARGE, b"", "MemoryError"
    except RecursionError:
        return Answer.TOO_LARGE, b"", "RecursionError"
    except Exception as error:  # noqa: BLE001 - whatever a document does to the renderer is told to the one who asked
        return Answer.FAILED, b"", f"{type(error).__name__}: {error}"


def with_room(act: Callable[[], None]) -> None:
    """Do `act` where the frames of all its calls lie in one piece of memory.

    Python 3.11 keeps frames in pieces of 16 KB and gives a piece back when its first frame ends. Where a busy call
    happens to lie on such an edge, a tenth of all time goes into asking the system for memory. A frame that is itself
    large gets a piece of 512 KB, and what it calls goes into the rest of that piece. Such a frame is one of a function
    with very many local variables, which are never set.
    """
    names: dict[str, Any] = {}
    never_set = " = ".join(f"local_{number}" for number in range(40_000))
    exec(f"def large(act):\n    return act()\n    {never_set} = None", names)  # noqa: S102 - a text of our own
    names["large"](act)


def main() -> int:
    """Serve the socket that is our standard input. What libraries print goes to standard error."""
    limits = Limits.parse(sys.argv[1])
    connection = socket.socket(fileno=os.dup(0))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; its end is ours
    try:
        with_room(lambda: serve(connection, limits))
    except (BrokenPipeError, ConnectionResetError):
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
