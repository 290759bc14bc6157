"""`make screenshots`: pictures of every page of a running demo in both languages, both themes and three widths.

The environment says ADDRESS (http://localhost:8000), VARIANT (zh-hans-dark-390; all when empty) and AS (controller).
Pictures and a contact sheet, index.html, land in $ARAP_VAR/screenshots; ends with 1 when something is wrong.
"""

import os
import sys
import tempfile
from html import escape
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from arap.demo import PASSWORD
from arap.servers import var_folder
from tests import look

SHEET = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body{{font:13px sans-serif;margin:16px}}td,th{{padding:6px;text-align:left;vertical-align:top}}
img{{border:1px solid #999;display:block;height:240px;max-width:430px;object-fit:cover;object-position:top left}}
p{{color:#a4281c;margin:2px 0;max-width:430px}}</style>
<table><tr><th>Page</th>{heads}</tr>
{rows}
</table></html>
"""


def sign_in(browser: Chrome, address: str, name: str) -> None:
    """Into the demo, whose people share one password."""
    browser.get(address + "/sign-in/")
    browser.find_element(By.NAME, "username").send_keys(name)
    browser.find_element(By.NAME, "password").send_keys(PASSWORD + "\n")
    look.settle(browser)


def sheet(found: dict[str, dict[str, list[str]]], variants: list[str]) -> str:
    """The contact sheet: a row per page, a column per variant, and what is wrong below its picture."""
    rows = []
    for page, seen in sorted(found.items()):
        cells = "".join(
            f'<td><a href="{variant}/{page}.png"><img alt="{page}, {variant}" src="{variant}/{page}.png"></a>'
            f"{''.join(f'<p>{escape(each)}</p>' for each in seen[variant])}</td>"
            if variant in seen
            else "<td></td>"
            for variant in variants
        )
        rows.append(f"<tr><th>{page}</th>{cells}</tr>")
    heads = "".join(f"<th>{variant}</th>" for variant in variants)
    return SHEET.format(heads=heads, rows="\n".join(rows))


def main() -> int:
    """Walk the demo once per variant."""
    address = os.environ.get("ADDRESS") or "http://localhost:8000"
    name = os.environ.get("AS") or "controller"
    wanted = os.environ.get("VARIANT")
    if wanted and wanted not in look.VARIANTS:
        sys.stderr.write(f"VARIANT is one of {', '.join(look.VARIANTS)}\n")
        return 2
    folder = var_folder() / "screenshots"
    found: dict[str, dict[str, list[str]]] = {}
    variants = [wanted] if wanted else list(look.VARIANTS)
    with tempfile.TemporaryDirectory() as kept:
        browser = look.start_chrome(Path(kept))
        if browser is None:
            sys.stderr.write(look.NO_BROWSER + "\n")
            return 2
        try:
            sign_in(browser, address, name)
            for variant in variants:
                (folder / variant).mkdir(parents=True, exist_ok=True)
                for page, faults in look.tour(browser, address, look.VARIANTS[variant], folder / variant):
                    found.setdefault(page, {})[variant] = faults
                    sys.stdout.write("".join(f"{variant} {page}: {each}\n" for each in faults))
                    sys.stdout.flush()
        finally:
            browser.quit()
    (folder / "index.html").write_text(sheet(found, variants), encoding="utf-8")
    pages = sum(len(seen) for seen in found.values())
    wrong = sum(bool(faults) for seen in found.values() for faults in seen.values())
    sys.stdout.write(f"{pages} pictures, {wrong} with something wrong: {folder / 'index.html'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
