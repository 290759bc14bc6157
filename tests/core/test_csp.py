"""Every answer says that nothing but our own files may run, and no page has a script or a style inside it."""

import re
from pathlib import Path

import pytest
from django.test import Client

from arap import ROOT
from arap.core.csp import POLICY

INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|\shx-on")


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/sign-in/", "/no/such/page/", "/admin/", "/aging/export.csv"])
def test_every_answer_carries_the_policy(as_clerk: Client, url: str) -> None:
    assert as_clerk.get(url)["Content-Security-Policy"] == POLICY


# Mail is not served by us, and its readers know no style sheets.
PAGES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if path.parent.name != "email"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_template_has_a_script_or_style_inside(path: Path) -> None:
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("bad", ["<script>", '<p style="x">', '<a onclick="x">', "<style>"])
def test_what_the_policy_would_stop_is_found(bad: str) -> None:
    assert INLINE.search(bad)
