"""How pages look in a real browser: every page in a language, theme and width; what is wrong with it; its picture."""

import base64
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.databases import free_port

# Without the last ones the browser calls home, again and again, which a machine without a way out pays for in time.
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--window-size=1440,900",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_BROWSER = "needs a browser: apt-get install chromium chromium-driver fonts-noto-cjk"
LANGUAGES = ("en", "zh-hans")
THEMES = ("light", "dark")
WIDTHS = (1280, 1920, 390)
HEIGHT = 900
PAGES_MAX = 250
PATIENCE_SECONDS = 20
# Files, and the admin's own pages, which are Django's.
NO_PAGE = re.compile(r"^/admin/|\.csv$|\.json$|/pdf/$|/files/|/formatted/$|/sign-out/$|^/api/schema/|^/static/")

# One of them stands for all.
ALIKE = re.compile(r"^/help/[a-z_]+[:.][a-z_.]+/$")
# Drawn by a package of others, Swagger UI, whose marks are not ours to mend.
FOREIGN = {"api-docs"}

LINKS = """return [...document.querySelectorAll("main a[href]:not([download]), nav a[href]:not([download])")]
  .filter((link) => link.origin === location.origin).map((link) => link.pathname)"""

# Scrolling sideways hides money too, so what scrolls counts as what clips: the window, and every box that is not open.
CUT = """
const seen = (element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true});
const shut = (box) => getComputedStyle(box).overflowX !== "visible";
return [...document.querySelectorAll(".num")].filter(seen).filter((number) => {
  if (number.closest(".visually-hidden")) return false;
  const at = number.getBoundingClientRect();
  if (at.left < -1 || at.right > innerWidth + 1) return true;
  for (let box = number.parentElement; box && box !== document.body; box = box.parentElement) {
    const edge = box.getBoundingClientRect();
    if (shut(box) && (at.left < edge.left - 1 || at.right > edge.right + 1)) return true;
  }
  return number.scrollWidth > number.clientWidth && number.clientWidth > 0;
}).map((number) => number.textContent.trim());
"""

# The rules of WCAG 2.1 A and AA; what it calls minor or moderate is advice.
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"]})
  .then((found) => done(found.violations.filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.help}, ${each.nodes.length} times, as in ${each.nodes[0].html.slice(0, 160)}`)));
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the twelve ways a page is looked at."""

    language: str
    theme: str
    width: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


VARIANTS = {
    str(each): each
    for each in (Variant(language, theme, width) for language in LANGUAGES for theme in THEMES for width in WIDTHS)
}


def start_chrome(folder: Path) -> Chrome | None:
    """A browser that keeps its own things in `folder`; None where there is none to start."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        return None
    options = ChromeOptions()
    options.binary_location = program
    for argument in (*ARGUMENTS, f"--user-data-dir={folder}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = Chrome(options=options, service=Service(executable_path=driver, port=free_port()))
    chrome.set_page_load_timeout(30)
    return chrome


def set_width(browser: Chrome, width: int) -> None:
    """A window of that many pixels; real ones of Chromium cannot be as narrow as a phone."""
    size = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def settle(browser: Chrome) -> None:
    """Until the page stands, with what htmx fetches after it."""

    def still(page: Chrome) -> bool:
        return bool(
            page.execute_script(
                "return document.readyState === 'complete'"
                " && !document.querySelector('[hx-trigger=load] > a:only-child, .htmx-request')"
            )
        )

    WebDriverWait(browser, PATIENCE_SECONDS, ignored_exceptions=[WebDriverException]).until(still)


def choose(browser: Chrome, name: str, value: str) -> None:
    """Press the button of the top bar that chooses a language or theme, and wait until it is the chosen one."""
    button = f'.topbar button[name="{name}"][value="{value}"]'
    browser.execute_script("arguments[0].click()", browser.find_element(By.CSS_SELECTOR, button))
    WebDriverWait(browser, PATIENCE_SECONDS, ignored_exceptions=[WebDriverException]).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, f"{button}:is([aria-pressed=true], [aria-current=true])")
    )


def walk(browser: Chrome, address: str, *, besides: Sequence[str] = (), follows: bool = True) -> Iterator[str]:
    """Open those of `besides` and every page that can be reached by links, one of each kind; say which."""
    shapes: set[str] = set()
    waiting = ["/", *besides] if follows else [*besides]
    while waiting and len(shapes) < PAGES_MAX:
        path = waiting.pop(0)
        shape = ALIKE.sub("/help/page/", re.sub(r"\d+", "0", path))
        if shape in shapes or NO_PAGE.search(path):
            continue
        shapes.add(shape)
        browser.get(address + path)
        settle(browser)
        yield path
        if follows:
            waiting += browser.execute_script(LINKS)


def faults(browser: Chrome) -> list[str]:
    """What is wrong with the page as it stands: complaints in the log, wider than the window, amounts cut."""
    found = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    wide, window = browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    if wide > window:
        found.append(f"{wide} px wide in a window of {window}")
    cut = browser.execute_script(CUT)
    if cut:
        found.append(f"{len(cut)} amounts cut: {', '.join(cut[:3])}")
    return found


def barriers(browser: Chrome) -> list[str]:
    """What shuts people out of the page as it stands, by axe-core: its serious and critical findings."""
    script = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    browser.execute_script(script)
    found: list[str] = browser.execute_async_script(AXE)
    return found


def picture(browser: Chrome, path: Path) -> None:
    """The whole page as PNG."""
    shot: dict[str, Any] = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
    path.write_bytes(base64.b64decode(shot["data"]))


def file_name(path: str) -> str:
    """`/customers/12/` -> `customers-n`: one name in every variant, whatever row was opened."""
    return re.sub(r"\d+", "n", path.strip("/")).replace("/", "-") or "today"


def tour(
    browser: Chrome, address: str, variant: Variant, folder: Path, *, besides: Sequence[str] = (), follows: bool = True
) -> Iterator[tuple[str, list[str]]]:
    """Every page in one variant: its name and its faults, with its picture in `folder`. Somebody is signed in."""
    set_width(browser, variant.width)
    browser.get(address + "/")
    choose(browser, "language", variant.language)
    choose(browser, "theme", variant.theme)
    for path in walk(browser, address, besides=besides, follows=follows):
        name = file_name(path)
        picture(browser, folder / f"{name}.png")
        yield name, [*faults(browser), *(barriers(browser) if name not in FOREIGN else [])]
