"""The one engine that reads files of rows: a declarative mapping in, typed rows out.

`declaration` reads a mapping (TOML), `text_file` and `workbook` turn a file into rows of cells,
`cells` turns a cell into a value, `reading` joins them. It knows nothing of ledgers or customers:
who imports states a `Target`, the fields it can use.
"""

from arap.desk.mapping.declaration import Column, Mapping, Target, load_mapping, shipped_mappings
from arap.desk.mapping.errors import FileMissing, FileRefused, MappingMissing, MappingRefused
from arap.desk.mapping.reading import Reading, Rejected, Row, open_rows, read_head

__all__ = [
    "Column",
    "FileMissing",
    "FileRefused",
    "Mapping",
    "MappingMissing",
    "MappingRefused",
    "Reading",
    "Rejected",
    "Row",
    "Target",
    "load_mapping",
    "open_rows",
    "read_head",
    "shipped_mappings",
]
