"""The desk under load: twenty people click through every list, search and page of the production server.

The time of a page is what the server itself measured and wrote into its log; how the machine that clicks was kept
waiting does not count. The bytes of a first load are those of the page and of all that it names, as a browser asks.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

from arap import ROOT
from bench.desk_book import CONTROLLER_EVERY, PASSWORD, PEOPLE, fill, follow_the_day
from bench.desk_server import Answered, Server, answered, serving
from bench.scratch import is_filled, mark_filled, scratch_database, vacuum

REQUESTS = 5_000
SIZE = 10_000
LOOK_SECONDS = 2.0
P95_MS_MAX, FIRST_LOAD_KB_MAX, MEMORY_MB_MAX = 100, 150, 250
NAMED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"]+)"')
IN_STYLES = re.compile(r'(?:@import\s+url|url)\(\s*"?([^")]+)"?\s*\)')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(slots=True)
class Load:
    """What was seen of a run: the answers to each page, one address of each, and memory beside requests answered."""

    size: int
    open_items: int
    pages: dict[str, list[Answered]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, str] = field(default_factory=dict)
    first_load: dict[str, int] = field(default_factory=dict)
    memory: list[tuple[int, int]] = field(default_factory=list)


def run(size: int, requests: int, *, keep: bool = False) -> str:
    """The load table at `size` invoices, after that many requests. With `keep` the company is built only once."""
    with scratch_database(f"desk_{size}" if keep else "") as url, tempfile.TemporaryDirectory() as folder:
        if is_filled(url):
            follow_the_day()
        else:
            fill(size)
            if keep:
                mark_filled(url)
        vacuum(url)
        return table(measure(url, Path(folder), size, requests))


def measure(url: str, folder: Path, size: int, requests: int) -> Load:
    """Serve the database at `url`, let everybody click, and put what the server wrote beside what they opened."""
    from arap.ledger.models import Item

    load = Load(size, Item.objects.exclude(open_amount=0).count())
    with serving(url, folder) as server:
        clicked = _click(server, folder, size, requests, load)
        said = answered(server.log)
        for line in clicked.read_text(encoding="utf-8").splitlines():
            number, page, address = line.split("\t")
            load.pages[page].append(said[number])
            load.addresses[page] = address
        load.first_load = _first_loads(server.address, load.addresses)
    return load


def _click(server: Server, folder: Path, size: int, requests: int, load: Load) -> Path:
    """Twenty people until all have opened `requests` pages; the file of what each request was."""
    out = folder / "clicked"
    environment = {
        **os.environ,
        "BENCH_OUT": str(out),
        "BENCH_REQUESTS": str(requests),
        "BENCH_CUSTOMERS": str(max(size // 10, 1)),
        "BENCH_PASSWORD": PASSWORD,
        "BENCH_CONTROLLER_EVERY": str(CONTROLLER_EVERY),
    }
    people = ["--headless", "--users", str(PEOPLE), "--spawn-rate", "4", "--only-summary", "--loglevel", "WARNING"]
    with (folder / "locust.log").open("wb") as written:
        locust = subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", "bench/desk_people.py", "--host", server.address, *people],
            cwd=ROOT, env=environment, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
        while locust.poll() is None:
            time.sleep(LOOK_SECONDS)
            if out.exists():
                done = sum(1 for _line in out.open(encoding="utf-8"))
                load.memory.append((done, server.memory_mb()))
    if locust.returncode:
        raise RuntimeError((folder / "locust.log").read_text(encoding="utf-8")[-6000:])
    return out


def _first_loads(host: str, addresses: dict[str, str]) -> dict[str, int]:
    """Bytes of each page with all that it names, as they come over the wire to a browser that has nothing yet."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(address: str, body: bytes | None = None, *, encoded: str = "gzip") -> bytes:
        headers = {"Accept-Encoding": encoded, "Referer": address}
        with opener.open(Request(address, body, headers), timeout=60) as answer:  # noqa: S310 - our own server
            return bytes(answer.read())

    gate = get(f"{host}/sign-in/", encoded="identity").decode()
    token = TOKEN.search(gate)
    assert token is not None
    get(f"{host}/sign-in/", f"username=desk-0&password={PASSWORD}&csrfmiddlewaretoken={token[1]}".encode())
    weights: dict[str, int] = {}

    def weigh(address: str) -> int:
        """A named file and what it names in turn."""
        if address not in weights:
            weights[address] = len(get(address))
            if urlsplit(address).path.endswith(".css"):
                text = get(address, encoded="identity").decode()
                weights[address] += sum(weigh(urljoin(address, each)) for each in IN_STYLES.findall(text))
        return weights[address]

    found = {}
    for page, address in addresses.items():
        if page.startswith("part:") or page.endswith("(redirect)"):
            continue
        text = get(address).decode()
        named = {urljoin(address, each) for each in NAMED.findall(text)}
        foreign = [each for each in named if urlsplit(each).netloc != urlsplit(host).netloc]
        assert not foreign, f"{page} asks another host: {foreign}"
        found[page] = len(text.encode()) + sum(weigh(each) for each in named)
    return found


def percentile(values: list[int], share: float) -> int:
    """The smallest of the values that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share * 100) // 100) - 1)]


def table(load: Load) -> str:
    """Page by page, the slowest first; then memory."""
    heads = ("page", "requests", "p50 ms", "p95 ms", "max ms", "SQL p95 ms", "queries", "first load KB", "")
    rows = []
    for page, answers in sorted(load.pages.items(), key=lambda each: -percentile([a.ms for a in each[1]], 0.95)):
        times = [answer.ms for answer in answers]
        queries = sorted({answer.queries for answer in answers})
        kilobytes = load.first_load.get(page)
        slow = percentile(times, 0.95) >= P95_MS_MAX
        heavy = kilobytes is not None and kilobytes >= FIRST_LOAD_KB_MAX * 1000
        rows.append((
            page, f"{len(times):,}", str(percentile(times, 0.5)), str(percentile(times, 0.95)), str(max(times)),
            str(percentile([answer.queries_ms for answer in answers], 0.95)),
            str(queries[0]) if len(queries) == 1 else f"{queries[0]}-{queries[-1]}",
            f"{kilobytes / 1000:.0f}" if kilobytes is not None else "", "<<" if slow or heavy else "",
        ))  # fmt: skip
    widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(len(heads))]
    lines = [
        f"{row[0].ljust(widths[0])}  {'  '.join(map(str.rjust, row[1:], widths[1:]))}".rstrip()
        for row in (heads, *rows)
    ]  # fmt: skip
    everything = [answer.ms for answers in load.pages.values() for answer in answers]
    first, last = load.memory[0], load.memory[-1]
    return "\n".join((
        f"{load.size:,} invoices, {load.open_items:,} items open, {PEOPLE} people, {len(everything):,} requests",
        *lines,
        f"all pages: p50 {percentile(everything, 0.5)} ms, p95 {percentile(everything, 0.95)} ms;"
        f" a web process: {first[1]} MB after {first[0]:,} requests, {last[1]} MB after {last[0]:,}"
        f" (at most {MEMORY_MB_MAX}); load {os.getloadavg()[0]:.1f}",
    ))  # fmt: skip
