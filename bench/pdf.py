"""PDFs: what a paper costs by the engine of arap.core.pdf, beside a plain call of WeasyPrint with the full Han font.

    python -m bench.pdf     is the process of the plain calls: a line "pages seed" in, a line of JSON out

Both render in a process of their own, by turns in one run. Time is processor time from the data to the bytes, on both
sides (for ours: of the process that asks and of the one that renders), so that a busy machine tells little.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from arap import ROOT
from arap.core.pdf.engine import Engine
from bench.measure import Sheet

ROUNDS = 15
WARM_UP = 3
DOCUMENTS = 2_000
TICK = 1 / 100  # seconds; of /proc/<pid>/stat


@dataclass(slots=True)
class Side:
    """Measurements of one way: processor milliseconds and bytes by number of pages, and the peak of memory."""

    milliseconds: dict[int, list[float]] = field(default_factory=lambda: {1: [], 3: []})
    kilobytes: dict[int, int] = field(default_factory=dict)
    peak_mb: int = 0


def plain_calls() -> None:
    """Serve plain calls: everything anew for each document, as the manual's first example does."""
    import django

    django.setup()
    from weasyprint import CSS, HTML

    from bench.papers import naive, naive_css, paper

    for line in sys.stdin:
        pages, seed = (int(word) for word in line.split())
        start = time.process_time()
        pdf = HTML(string=naive(paper(pages, seed))).write_pdf(stylesheets=[CSS(string=naive_css())])
        spent = (time.process_time() - start) * 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(json.dumps({"ms": spent, "bytes": len(pdf), "peak_mb": peak}) + "\n")
        sys.stdout.flush()


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


def compare() -> tuple[Side, Side]:
    """The plain call and the engine by turns: (plain, ours)."""
    from bench.papers import ours, paper

    plain, engine = Side(), Side()
    runner = Engine()
    asked = subprocess.Popen(
        [sys.executable, "-m", "bench.pdf"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert asked.stdin is not None
    assert asked.stdout is not None
    try:
        for turn in range(WARM_UP + ROUNDS):
            for pages in (1, 3):
                asked.stdin.write(f"{pages} {turn}\n")
                asked.stdin.flush()
                told = json.loads(asked.stdout.readline())
                here = time.process_time()
                there = cpu_seconds(runner.pid) if runner.pid else 0
                pdf = runner.render(ours(paper(pages, turn)))
                assert runner.pid
                spent = time.process_time() - here + cpu_seconds(runner.pid) - there
                if turn >= WARM_UP:
                    plain.milliseconds[pages].append(told["ms"])
                    engine.milliseconds[pages].append(spent * 1000)
                plain.kilobytes[pages], engine.kilobytes[pages] = told["bytes"] // 1024, len(pdf) // 1024
                plain.peak_mb = told["peak_mb"]
        engine.peak_mb = status_mb(runner.pid or 0, "VmHWM")
    finally:
        runner.close()
        asked.stdin.close()
        asked.wait()
    return plain, engine


def measure(sheet: Sheet, documents: int = DOCUMENTS) -> None:
    """Both comparisons and the long run, as lines of the sheet."""
    plain, engine = compare()
    for pages in (1, 3):
        name = f"PDF, {pages} page{'s' if pages > 1 else ''}"
        before, after = median(plain.milliseconds[pages]), median(engine.milliseconds[pages])
        sheet.add(f"{name}: plain call", 1, before / 1000, plain.peak_mb, note=f"{plain.kilobytes[pages]} KB")
        note = (
            f"{engine.kilobytes[pages]} KB; {before / after:.1f} x faster, "
            f"file 1/{plain.kilobytes[pages] / engine.kilobytes[pages]:.1f}"
        )
        sheet.add(f"{name}: engine", 1, after / 1000, engine.peak_mb, note=note)
    _flat(sheet, documents)


def _flat(sheet: Sheet, documents: int) -> None:
    from bench.papers import ours, paper

    runner = Engine()
    marks: list[tuple[int, int]] = []
    children = set()
    try:
        start = time.perf_counter()
        for number in range(documents):
            runner.render(ours(paper(1, number)))
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
