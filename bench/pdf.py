"""PDFs: what a statement costs by the product's engine, beside plain calls of WeasyPrint with the full Han font.

    python -m bench.pdf     is the process of the plain calls: a line "way;form;pages;seed" in, a line of JSON out

A plain call is made in two ways: of the same statement as one writes it first, and of the product's own document with
its own style sheets. All render in processes of their own, by turns in one run. Time is processor time from the data to
the bytes, on both sides (for ours: of the process that asks and of the one that renders), so that a busy machine tells
little.
"""

import io
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import median

from pypdf import PdfReader

from arap import ROOT
from arap.core.pdf.engine import Engine
from bench.measure import Sheet

ROUNDS = 9
WARM_UP = 2
TICK = 1 / 100  # seconds; of /proc/<pid>/stat
PAGES = (1, 3)
Measured = tuple[str, int]  # form and pages
PLAIN = {"naive": "as one writes it first", "same": "our document"}


@dataclass(slots=True)
class Side:
    """Measurements of one way: processor milliseconds and bytes by form and pages, and the peak of memory."""

    milliseconds: defaultdict[Measured, list[float]] = field(default_factory=lambda: defaultdict(list))
    size: dict[Measured, int] = field(default_factory=dict)
    peak_mb: int = 0


def plain_calls() -> None:
    """Serve plain calls: everything anew for each document, as the manual's first example does."""
    import django

    django.setup()
    from weasyprint import CSS, HTML

    from bench.papers import naive, naive_css, our_css, ours

    ways = {"naive": (naive, naive_css()), "same": (ours, our_css())}
    for line in sys.stdin:
        way, form, pages, seed = line.split(";")
        html, css = ways[way]
        start = time.process_time()
        pdf = HTML(string=html(form, int(pages), int(seed))).write_pdf(stylesheets=[CSS(string=css)])
        spent = (time.process_time() - start) * 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(json.dumps({"ms": spent, "bytes": len(pdf), "peak_mb": peak}) + "\n")
        sys.stdout.flush()


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(PdfReader(io.BytesIO(pdf)).pages)


def status_mb(pid: int | str, name: str) -> int:
    """A figure of /proc/<pid>/status (VmRSS, VmHWM) in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) // 1024
    raise ValueError(name)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process until now, to a tick of 10 ms, or exactly where the kernel tells it."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) * TICK


def compare() -> dict[str, Side]:
    """The plain calls and the engine, by turns: "naive", "same" and "ours"."""
    from bench.papers import FORMS, ours

    sides = {way: Side() for way in (*PLAIN, "ours")}
    runner = Engine()
    asked = subprocess.Popen(
        [sys.executable, "-m", "bench.pdf"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert asked.stdin is not None
    assert asked.stdout is not None
    try:
        for turn, form, pages in product(range(WARM_UP + ROUNDS), FORMS, PAGES):
            for way in PLAIN:
                asked.stdin.write(f"{way};{form};{pages};{turn}\n")
                asked.stdin.flush()
                told = json.loads(asked.stdout.readline())
                _note(sides[way], turn, (form, pages), told["ms"], told["bytes"], told["peak_mb"])
            here = time.process_time()
            there = cpu_seconds(runner.pid) if runner.pid else 0
            pdf = runner.render(ours(form, pages, turn))
            assert runner.pid
            spent = time.process_time() - here + cpu_seconds(runner.pid) - there
            assert count_pages(pdf) == pages, "the measured paper has another length"
            _note(sides["ours"], turn, (form, pages), spent * 1000, len(pdf), status_mb(runner.pid, "VmHWM"))
    finally:
        runner.close()
        asked.stdin.close()
        asked.wait()
    return sides


def _note(side: Side, turn: int, what: Measured, milliseconds: float, size: int, peak_mb: int) -> None:
    if turn >= WARM_UP:
        side.milliseconds[what].append(milliseconds)
    side.size[what], side.peak_mb = size, max(peak_mb, side.peak_mb)


def run(documents: int) -> Sheet:
    """The comparisons, and a long run of `documents` papers."""
    sheet = Sheet(documents)
    sides = compare()
    ours = sides["ours"]
    for what, spent in ours.milliseconds.items():
        form, pages = what
        name = f"PDF, {form}, {pages} page{'s' if pages > 1 else ''}"
        after = median(spent)
        sheet.add(f"{name}: engine", 1, after / 1000, ours.peak_mb, note=f"{ours.size[what] // 1024} KB")
        for way, words in PLAIN.items():
            side = sides[way]
            before = median(side.milliseconds[what])
            note = (
                f"{side.size[what] // 1024} KB; the engine is {before / after:.1f} x faster, "
                f"its file 1/{side.size[what] / ours.size[what]:.1f}"
            )
            sheet.add(f"{name}: plain call, {words}", 1, before / 1000, side.peak_mb, note=note)
    _flat(sheet, documents)
    return sheet


def _flat(sheet: Sheet, documents: int) -> None:
    from bench.papers import FORMS, ours

    runner = Engine()
    marks: list[tuple[int, int]] = []
    children = set()
    try:
        start = time.perf_counter()
        for number in range(documents):
            runner.render(ours(min(FORMS), 1, number))
            if runner.pid:
                children.add(runner.pid)
                if number % max(documents // 10, 1) == max(documents // 10, 1) - 1:
                    marks.append((status_mb("self", "VmRSS"), status_mb(runner.pid, "VmRSS")))
        seconds = time.perf_counter() - start
    finally:
        runner.close()
    peak = max(max(asks, renders) for asks, renders in marks)
    said = ", ".join(f"{renders}" for _asks, renders in marks)
    note = f"asks {marks[0][0]} to {marks[-1][0]} MB; renders {said} MB; {len(children)} processes"
    sheet.add("PDF, one after the other", documents, seconds, peak, note=note)


if __name__ == "__main__":
    plain_calls()
