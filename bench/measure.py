"""Timing: seconds of work, and peak memory of this process."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Measured:
    """One line of the table: `seconds` for `items`; `limit` is the name of the measurement it is held against."""

    name: str
    items: int
    seconds: float = 0.0
    limit: str = ""
    note: str = ""
    peak_mb: int = 0


@dataclass
class Sheet:
    """The measurements of one run."""

    size: int
    lines: list[Measured] = field(default_factory=list)

    @contextmanager
    def timed(self, name: str, items: int, *, limit: str = "", note: str = "") -> Iterator[Measured]:
        """Time the block as `name`; the best of several blocks of one name is kept."""
        line = Measured(name, items, limit=limit, note=note)
        start = time.perf_counter()
        yield line
        line.seconds = time.perf_counter() - start
        line.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        earlier = next((other for other in self.lines if other.name == name), None)
        if earlier is None:
            self.lines.append(line)
        elif line.seconds < earlier.seconds:
            self.lines[self.lines.index(earlier)] = line

    def add(self, name: str, items: int, seconds: float, peak_mb: int, *, note: str = "") -> None:
        """A line that was measured elsewhere."""
        self.lines.append(Measured(name, items, seconds, note=note, peak_mb=peak_mb))

    def ratio(self, line: Measured) -> float | None:
        """How many times the limit's time for one item this line took."""
        limit = next((other for other in self.lines if other.name == line.limit), None)
        if limit is None or not limit.seconds or not line.items or not limit.items:
            return None
        return (line.seconds / line.items) / (limit.seconds / limit.items)


def table(sheets: list[Sheet]) -> str:
    """All measurements as one table. "x SQL" is the time for one item beside its SQL in the same run."""
    heads = ("size", "measurement", "items", "seconds", "items/s", "peak MB", "x SQL", "note")
    rows = [heads]
    for sheet in sheets:
        for line in sheet.lines:
            ratio = sheet.ratio(line)
            rate = f"{line.items / line.seconds:,.0f}" if line.seconds else "-"
            rows.append(
                (
                    f"{sheet.size:,}", line.name, f"{line.items:,}", f"{line.seconds:.4f}", rate, str(line.peak_mb),
                    f"{ratio:.2f}" if ratio else "-", line.note,
                )
            )  # fmt: skip
    widths = [max(len(row[n]) for row in rows) for n in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n in (1, 7) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
