"""`make screenshots`: pictures of every page of a running demo in both languages, both themes and three widths.

The environment says ADDRESS (http://localhost:8000), VARIANT (zh-hans-dark-390; all when empty) and AS (controller).
Pictures and a contact sheet, index.html, land in $ARAP_VAR/screenshots; ends with 1 when something is wrong.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from arap import servers
from arap.demo import PASSWORD
from arap.servers import var_folder
from tests import look

FURNISHED = "PAGES"
Found = dict[str, dict[str, list[str]]]  # page -> variant -> what is wrong
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


def furnished() -> tuple[str, list[str]]:
    """Who may open every page of a small company that has a row for each, and their addresses.

    The sample has no runs, messages or write-offs, and its controller may not do all; so what the walk through it does
    not come to is looked at there. The company is made once.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")
    os.environ.setdefault("ARAP_PROCESS", "bulk")
    servers.use()
    import django

    django.setup()
    from django.conf import settings

    from arap.core.models import Company
    from tests.desk.rows import everybody, furnish
    from tests.every_page import addresses, rows_of
    from tests.people import found_company

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    company = Company.objects.filter(code=FURNISHED).first()
    if company is None:
        company = found_company(FURNISHED, "Every page")
        user = everybody(company)
        user.is_superuser = True
        user.set_password(PASSWORD)
        user.save(update_fields=["is_superuser", "password"])
        furnish(company, user)
    found, lacking = addresses(rows_of(company))
    sys.stdout.write("".join(f"left out: {page}, no {', '.join(no)}\n" for page, no in lacking.items()))
    return f"everybody-{FURNISHED}", list(found.values())


def look_at(browser: Chrome, address: str, name: str, found: Found, tours: Sequence[tuple[str, list[str]]]) -> None:
    """The pages of each variant as `name` sees them, with those of `tours` that were not seen in it before."""
    sign_in(browser, address, name)
    for variant, besides in tours:
        seen = {page for page, each in found.items() if variant in each}
        wanted = [path for path in besides if look.file_name(path) not in seen]
        folder = var_folder() / "screenshots" / variant
        folder.mkdir(parents=True, exist_ok=True)
        options: dict[str, Any] = {"besides": wanted, "follows": not besides}
        for page, faults in look.tour(browser, address, look.VARIANTS[variant], folder, **options):
            found.setdefault(page, {})[variant] = faults
            sys.stdout.write("".join(f"{variant} {page}: {each}\n" for each in faults))
            sys.stdout.flush()


def sheet(found: Found, variants: list[str]) -> str:
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
    found: Found = {}
    variants = [wanted] if wanted else list(look.VARIANTS)
    with tempfile.TemporaryDirectory() as kept:
        browser = look.start_chrome(Path(kept))
        if browser is None:
            sys.stderr.write(look.NO_BROWSER + "\n")
            return 2
        try:
            all_seeing, pages = furnished()
            look_at(browser, address, name, found, [(variant, []) for variant in variants])
            browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
            look_at(browser, address, all_seeing, found, [(variant, pages) for variant in variants])
        finally:
            browser.quit()
    (folder / "index.html").write_text(sheet(found, variants), encoding="utf-8")
    pictures = sum(len(seen) for seen in found.values())
    wrong = sum(bool(faults) for seen in found.values() for faults in seen.values())
    sys.stdout.write(f"{pictures} pictures, {wrong} with something wrong: {folder / 'index.html'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
