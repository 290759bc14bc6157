"""What spreadsheets must not misread."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def as_text(value: str) -> str:
    """Text that a spreadsheet would take for a formula, with an apostrophe before it (OWASP: CSV injection)."""
    return f"'{value}" if value.startswith(FORMULA) else value
