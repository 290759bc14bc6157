"""Child process of workbook.py: print the first sheet of a workbook as JSON lines, within limits.

Run as a file (python -I workbook_child.py FILE), without Django. The first line lists the names of
the sheets; each further line is a row. A cell is a text, a number, true or false, or {"at": ISO}.
The parent judges the zip beforehand; the limits here are for what lies about its size.
"""

import json
import resource
import sys
from datetime import date, time, timedelta

MEMORY_BYTES_MAX = 1 << 30
PROCESSOR_SECONDS_MAX = 30
CELLS_MAX = 20_000_000


def main(path: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_path(path)
    sheet = workbook.get_sheet_by_index(0)
    # calamine holds a sheet as a full rectangle; one cell in the far corner makes it 17e9 cells.
    if (sheet.total_height + 1) * (sheet.total_width + 1) > CELLS_MAX:
        sys.exit(1)
    write = sys.stdout.write
    write(json.dumps(workbook.sheet_names) + "\n")
    for row in sheet.to_python(skip_empty_area=False):
        write(json.dumps(row, default=_tagged) + "\n")


def _tagged(cell: object) -> object:
    if isinstance(cell, date):
        return {"at": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return str(cell)
    raise TypeError(type(cell))


if __name__ == "__main__":
    main(sys.argv[1])
