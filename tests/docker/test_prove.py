"""The proof follows the Dockerfile: how it reads it, and what it leaves out of the image."""

import pytest

from arap import ROOT
from docker.proof.image import instructions, is_ignored


def test_continued_lines_are_one_instruction_and_comments_none() -> None:
    text = "# a note\nFROM base AS build\nRUN one \\\n    # between\n    && two\n\nUSER 1:1\n"
    assert instructions(text) == [("FROM", "base AS build"), ("RUN", "one      && two"), ("USER", "1:1")]


def test_every_instruction_of_our_file_is_known() -> None:
    known = {"FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "ENTRYPOINT", "CMD", "HEALTHCHECK", "EXPOSE"}
    found = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert {word for word, _ in found} == known


@pytest.mark.parametrize(
    "path, is_left_out",
    [
        ("secrets/secret_key", True),
        (".venv/bin/python", True),
        (".mypy_cache/x", True),
        ("arap/core/__pycache__/x.pyc", True),
        ("locale/zh_Hans/LC_MESSAGES/django.mo", True),
        ("requirements-dev.txt", True),
        ("requirements.txt", False),
        ("arap/settings.py", False),
        ("arap/var.py", False),
        ("templates/secrets.html", False),
    ],
)
def test_what_is_left_out_of_the_image(path: str, is_left_out: bool) -> None:
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert is_ignored(path, patterns) is is_left_out
