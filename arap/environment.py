"""What the environment says, read by functions that refuse nonsense. `X_FILE` may name a file instead of giving `X`.

All raise ImproperlyConfigured. The settings alone use them.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read(name: str, default: str | None = None) -> str:
    """The value of `name`, or of the file that `name_FILE` names. Refused if given twice or missing with no default."""
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and file is not None:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them.")
    if file is not None:
        try:
            value = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from error
    if value is None:
        value = default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return value


def read_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    """One of `choices`."""
    if (value := read(name, default)) not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be one of {', '.join(choices)}.")
    return value


def read_bool(name: str, default: bool) -> bool:
    """`true` or `false`, and nothing else."""
    return read_choice(name, ("true", "false"), "true" if default else "false") == "true"


def read_int(name: str, default: int, least: int, most: int) -> int:
    """A whole number between `least` and `most`."""
    value = read(name, str(default))
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}: it must be a whole number from {least} to {most}.")
    return int(value)


def read_list(name: str, default: str | None) -> list[str]:
    """Values separated by commas."""
    return [part.strip() for part in read(name, default).split(",") if part.strip()]
