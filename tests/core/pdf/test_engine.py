"""The engine from outside: its bytes, its limits, its processes."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from arap.core.errors import DomainError
from arap.core.pdf import lines, render_pdf, styles
from arap.core.pdf.child import Renderer
from arap.core.pdf.engine import HTML_BYTES_MAX, CannotRender, Engine
from arap.core.pdf.frames import Answer, Limits
from tests.core.pdf.conftest import page, text_of

# Where such a word may be broken is asked anew for each line of it: minutes.
LOOP = page(f"<p>{'W' * 60_000}</p>")

BOMB = page("<p>" + "<b>x</b>" * 600_000 + "</p>")


def is_running(pid: int) -> bool:
    """Whether the process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it became so within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def resident_mb(pid: int | None) -> int:
    assert pid
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def test_the_same_text_gives_the_same_bytes_in_any_process(engine: Engine) -> None:
    html = page("<h1>对账单 Statement</h1><p>CNY 168,200.50 <b>−3,400.00</b> 𠮷 😀</p>")
    first = engine.render(html)
    engine.render(page("<p>something between 龘</p>"))
    assert engine.render(html) == first
    other = Engine()
    try:
        assert hashlib.sha256(other.render(html)).digest() == hashlib.sha256(first).digest()
    finally:
        other.close()


def test_title_and_language_are_in_the_file(engine: Engine) -> None:
    reader: Any = PdfReader(io.BytesIO(engine.render(page("<p>x</p>", lang="zh-Hans"))))
    assert reader.metadata is not None
    assert reader.metadata.title == "Paper"
    assert reader.trailer["/Root"]["/Lang"] == "zh-Hans"


def test_only_our_fonts_are_in_it_and_each_in_part(engine: Engine) -> None:
    pdf = engine.render(page("<p>对账单 Statement 168,200.50 <b>合计 Total</b></p>"))
    reader: Any = PdfReader(io.BytesIO(pdf))
    resources = reader.pages[0]["/Resources"]["/Font"]
    names = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in resources.values()}
    assert names == {"Arap-Paper", "Arap-Paper-Semi-Bold"}
    assert len(pdf) < 40_000


def test_a_slow_document_is_given_up_in_time_and_the_next_one_works(impatient: Engine) -> None:
    impatient.render(page("<p>warm</p>"))
    pid, start = impatient.pid, time.monotonic()
    with pytest.raises(CannotRender) as refused:
        impatient.render(LOOP)
    assert time.monotonic() - start < 6
    assert refused.value.code == "pdf_too_slow"
    assert isinstance(refused.value, DomainError)
    assert pid is not None
    assert not is_running(pid)
    assert "next" in text_of(impatient.render(page("<p>next</p>")))


def test_a_document_that_takes_too_much_memory_is_refused_and_the_next_one_works() -> None:
    small = Engine(Limits(memory_mb=64, seconds=60))
    try:
        with pytest.raises(CannotRender) as refused:
            small.render(BOMB)
        assert refused.value.code == "pdf_too_large"
        assert "next" in text_of(small.render(page("<p>next</p>")))
    finally:
        small.close()


def test_too_long_a_text_is_refused_before_anything_is_started() -> None:
    unused = Engine()
    with pytest.raises(CannotRender):
        unused.render("x" * (HTML_BYTES_MAX + 1))
    assert unused.pid is None


def test_memory_stays_flat_over_two_hundred_documents(engine: Engine) -> None:
    body = "".join(f"<p>{n} 宁波海辰模具有限公司 168,200.50</p>" for n in range(20))
    for number in range(40):
        engine.render(page(f"{body}<p>{number}</p>"))
    pid, before, ours = engine.pid, resident_mb(engine.pid), resident_mb(os.getpid())
    for number in range(160):
        engine.render(page(f"{body}<p>{number}</p>"))
    assert engine.pid == pid, "it was replaced"
    assert resident_mb(engine.pid) - before <= 8
    assert resident_mb(os.getpid()) - ours <= 8
    assert resident_mb(engine.pid) < 150


def test_a_process_is_replaced_when_it_has_served_its_turn() -> None:
    short = Engine(Limits(documents=2))
    try:
        pids = []
        for _n in range(3):
            pids.append(short.pid)
            assert short.render(page("<p>x</p>")).startswith(b"%PDF")
        assert pids[0] is None
        assert pids[1] is not None
        assert pids[2] is None, "the second document was its last"
    finally:
        short.close()


def test_a_process_that_was_killed_is_replaced(engine: Engine) -> None:
    engine.render(page("<p>x</p>"))
    assert engine.pid
    os.kill(engine.pid, signal.SIGKILL)
    assert wait_until(lambda: engine.pid is None or not is_running(engine.pid))
    assert "next" in text_of(engine.render(page("<p>next</p>")))


def test_threads_take_turns() -> None:
    results: dict[int, str] = {}

    def work(n: int) -> None:
        results[n] = text_of(render_pdf(page(f"<p>thread {n}</p>")))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {n: f"thread {n}" in text for n, text in results.items()} == dict.fromkeys(range(6), True)


def test_a_forked_process_has_a_child_of_its_own(engine: Engine) -> None:
    """As a worker of Celery, forked from one that has rendered already."""
    engine.render(page("<p>parent</p>"))
    parents, (out, into) = engine.pid, os.pipe()
    forked = os.fork()
    if forked == 0:
        told = b"failed"
        try:
            fine = "forked" in text_of(engine.render(page("<p>forked</p>")))
            told = b"own" if fine and engine.pid != parents else b"shared"
            engine.close()
        finally:
            os.write(into, told)
            os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as answer:
        assert answer.read() == b"own"
    os.waitpid(forked, 0)
    assert engine.pid == parents
    assert "again" in text_of(engine.render(page("<p>again</p>")))


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom arap.core.pdf.engine import Engine\ne = Engine()\ne.render('<p>x</p>')\n"
        "sys.stdout.write(f'{e.pid}\\n')\nsys.stdout.flush()\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not is_running(child))


def test_the_child_knows_no_secret(engine: Engine) -> None:
    engine.render(page("<p>x</p>"))
    environment = Path(f"/proc/{engine.pid}/environ").read_bytes()
    assert b"DJANGO" not in environment
    assert b"ARAP_VAR" not in environment


@pytest.mark.parametrize("answer", Answer)
def test_the_last_word_of_a_process_keeps_what_it_says(answer: Answer) -> None:
    assert answer.last().is_last
    assert answer.last() in (answer, Answer.MADE_LAST)


def test_limits_survive_the_command_line() -> None:
    limits = Limits(seconds=3, memory_mb=1, documents=2, resident_mb=4, idle_seconds=5)
    assert Limits.parse(limits.text()) == limits


def test_what_papers_are_made_of_is_what_html_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rules for all other elements a paper comes out the same, byte for byte."""
    from weasyprint import CSS, UA_STYLESHEET

    body = (
        '<table class="columns"><thead><tr><th>a</th></tr></thead><tbody><tr><td class="lines">1\n2</td></tr></table>'
    )
    paper = page(f"<h1>对账单 <b>Statement</b></h1><h2>2<br>3</h2>{body}<p>last<pre>a  b</pre>")
    renderer = Renderer()
    ours = renderer.render(paper)
    assert isinstance(UA_STYLESHEET, CSS)
    monkeypatch.setattr(renderer._paper, "_ua_stylesheets", lambda self, forms=False: [UA_STYLESHEET])
    assert renderer.render(paper) == ours
    lines.remove()
    styles.remove()
