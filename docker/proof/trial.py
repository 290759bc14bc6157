"""The image in use: every role runs as its own user with a read-only root, and what is asked of it is checked."""

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from .image import Stage, enter, say
from .servers import Servers, free_port

BACKUPS = "/var/lib/arap/backups"
COMPANY = ("--company", "PROOF")
START_SECONDS, STOP_SECONDS = 60, 40


def read_only(image: Stage) -> None:
    """As compose runs it: nothing can be written but what is a volume or memory."""
    root = str(image.root)
    subprocess.run(["mount", "--bind", root, root], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", root], check=True)
    enter(image.root)
    for folder, mode in (("/tmp", "1777"), (BACKUPS, "0777")):  # noqa: S108 - the image's own
        options = f"size=512m,mode={mode}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", f"{root}{folder}"], check=True)


def answer_of(url: str) -> tuple[int, str]:
    """Status and body, 0 when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def until(what: Callable[[], bool], seconds: int) -> bool:
    """Wait until `what()` is true."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


class Trial:
    """`wrong` names what did not hold."""

    def __init__(self, image: Stage, servers: Servers, logs: Path) -> None:
        self.image, self.servers, self.logs = image, servers, logs
        self.wrong: list[str] = []
        self.port = free_port()
        self.given = {**servers.environment(), "PORT": str(self.port)}
        worker = ["celery", "--app", "arap", "worker", "--concurrency", "1", "--queues"]
        self.roles = {
            "web": image.command,
            "worker": [*worker, "celery"],
            "backup": [*worker, "backup"],
            "beat": ["celery", "--app", "arap", "beat", "--pidfile="],
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> list[str]:
        """All of it, in order; what did not hold."""
        self.prepare()
        try:
            self.start(self.roles)
            self.serve()
            self.without_broker()
            was = self.totals()
            self.command("backup", BACKUPS)
        finally:
            self.stop()
        try:
            self.come_back(was)
        finally:
            self.stop()
        return self.wrong

    def prepare(self) -> None:
        """A database with a company in it, made by the image alone."""
        who = self.once("python", "-c", "import os, shutil; print(os.getuid(), os.getgid(), shutil.which('gcc'))")
        self.check("its own user, no compiler", who.stdout.split() == ["10001", "10001", "None"], who.stdout.strip())
        self.check("its root is read-only", self.once("touch", "/app/x").returncode != 0)
        self.command("check", "--deploy", "--fail-level", "WARNING")
        self.command("migrate", "--no-input", "--verbosity", "0")
        self.command("make_sample", *COMPANY, "--customers", "20", "--items", "400")

    def serve(self) -> None:
        """Every role lives, and a customer's statement comes out of it."""
        for path in ("/healthz", "/readyz"):
            until(lambda path=path: self.status(path) == 200, START_SECONDS)  # type: ignore[misc]
            status, body = answer_of(self.url(path))
            self.check(f"{path} of the image", status == 200, f"{status} {body}")
        for name in self.roles:
            alive = ["python", "-m", "arap.core.pulse", name] if name != "web" else self.image.health
            held = until(lambda alive=alive: self.once(*alive).returncode == 0, START_SECONDS)  # type: ignore[misc]
            self.check(f"{name} calls itself alive", held)
        self.command("check_ledger")
        owing = next(row["customer"] for row in json.loads(self.totals())["rows"] if row["customer"])
        to = "/tmp/statement.pdf"  # noqa: S108 - the image's own
        self.command("statement", *COMPANY, "--customer", owing, *self.today(), "--lang", "both", "--out", to)
        begins = (self.image.root / to.lstrip("/")).read_bytes()[:5]
        self.check("a statement in both languages", begins == b"%PDF-", begins)

    def without_broker(self) -> None:
        """A broker that stands still: not ready, but alive."""
        self.servers.broker.send_signal(signal.SIGSTOP)
        status, body = answer_of(self.url("/readyz"))
        self.check("without its broker it is not ready", status == 503, f"{status} {body}")
        self.check("but alive", self.status("/healthz") == 200)
        self.servers.broker.send_signal(signal.SIGCONT)
        self.check("and ready again", until(lambda: self.status("/readyz") == 200, 10))

    def come_back(self, was: str) -> None:
        """The database is destroyed and comes back from its backup."""
        self.servers.do("drop database arap with (force)")
        dumps = sorted(path.name for path in Path(f"{self.image.root}{BACKUPS}").glob("*.dump"))
        self.command("restore", *(f"{BACKUPS}/{name}" for name in dumps), "--database", "arap")
        self.command("check_ledger")
        totals = json.loads(was)["totals"]
        self.check("totals as before", self.totals() == was and totals, json.dumps(totals))
        self.start(["web"])
        self.check("ready with what was restored", until(lambda: self.status("/readyz") == 200, START_SECONDS))

    def totals(self) -> str:
        """What every customer owes, as the command prints it."""
        return self.once("python", "manage.py", "aging", *COMPANY, *self.today(), "--format", "json").stdout

    def today(self) -> tuple[str, str]:
        """The day that papers and reports are asked for."""
        return "--as-of", datetime.now(UTC).date().isoformat()

    def check(self, name: str, holds: object, said: object = "") -> None:
        """Say whether something held, and remember what did not."""
        say(f"{'ok    ' if holds else 'BROKEN'}  {name}  {said}".rstrip())
        if not holds:
            self.wrong.append(name)

    def once(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run something in the image, as `docker compose exec` does."""
        whole = self.image.inside([*self.image.entry, *command], more=self.given)
        return subprocess.run(whole, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    def command(self, *words: str) -> None:
        """Run one of the application's commands, which has to exit 0."""
        started = time.monotonic()
        done = self.once("python", "manage.py", *words)
        said = (done.stdout or done.stderr).strip().rpartition("\n")[2] if done.returncode == 0 else done.stderr[-400:]
        self.check(f"{words[0]}, {time.monotonic() - started:.1f} s", done.returncode == 0, said)

    def start(self, names: Iterable[str]) -> None:
        """Start some of the roles, each with a log of its own."""
        for name in names:
            with (self.logs / f"{name}.log").open("ab") as log:
                whole = self.image.inside([*self.image.entry, *self.roles[name]], more=self.given)
                self.running[name] = subprocess.Popen(whole, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self) -> None:
        """Stop what runs; each has to end when it is asked to, and nothing may be left."""
        for name, child in self.running.items():
            began = time.monotonic()
            child.send_signal(signal.SIGTERM)
            try:
                code: object = child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                code = "killed"
            self.check(f"{name} stops when asked", code in (0, 143), f"exit {code}, {time.monotonic() - began:.1f} s")
        self.running = {}
        self.check("nothing keeps running", not left_in(self.image.root), left_in(self.image.root) or "")

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def status(self, path: str) -> int:
        return answer_of(self.url(path))[0]


def left_in(root: Path) -> list[int]:
    """Processes whose root is the image's."""
    found = []
    for link in Path("/proc").glob("[0-9]*/root"):
        try:
            if link.readlink() == root:
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found
