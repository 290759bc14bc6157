"""What can go wrong with a file as a whole, with a mapping, and with one cell."""

from arap.core.errors import Invalid, NotFound


class FileRefused(Invalid):
    """The file cannot be read as a whole; the message is one sentence that says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__("file_refused", message)


class MappingRefused(Invalid):
    """The mapping does not say what it must; the message is one sentence."""

    def __init__(self, message: str) -> None:
        super().__init__("mapping_refused", message)


class FileMissing(NotFound):
    """There is no such file."""

    def __init__(self, message: str) -> None:
        super().__init__("file_missing", message)


class MappingMissing(NotFound):
    """There is no such mapping."""

    def __init__(self, message: str) -> None:
        super().__init__("mapping_missing", message)


class BadCell(Exception):
    """One cell cannot be read; the message is one sentence without row and column."""
