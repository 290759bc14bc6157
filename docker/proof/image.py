"""The image as a folder: the Dockerfile's instructions, done in order in copies of a plain Debian root."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOUNTS = ("proc", "dev", "sys")
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
PYTHON = "apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv >/dev/null"


def say(text: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


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

    def inside(
        self, command: Iterable[str], *, indexes: bool = False, more: Mapping[str, str] | None = None
    ) -> list[str]:
        """`command` in this root, folder, user and environment, with nothing of this machine's environment.

        With `indexes` it may know how this machine reaches package indexes, which is no affair of the image.
        """
        values = {"PATH": PATH, "TINI_SUBREAPER": "yes", **self.environment, **(more or {})}
        if indexes:
            values = {**{name: value for name, value in os.environ.items() if name.startswith("PIP_CERT")}, **values}
        # No name of a user: the id alone has to do, as where the image is run.
        return [
            "env", "-i", *(f"{name}={value}" for name, value in values.items()),
            "chroot", f"--userspec={self.user}", str(self.root),
            "sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", self.folder, *command,
        ]  # fmt: skip


def build(base: Path, work: Path) -> Stage:
    """Do every instruction of the Dockerfile; the last stage is the image."""
    stages: dict[str, Stage] = {}
    stage = Stage(work)
    for number, (word, rest) in enumerate(instructions((CLONE / "Dockerfile").read_text(encoding="utf-8")), 1):
        say(f"step {number}: {word} {' '.join(rest.split())[:110]}")
        started = time.monotonic()
        if word == "FROM":
            name = rest.split()[2] if " AS " in rest.upper() else f"stage{len(stages)}"
            stage = stages[name] = _begin(base, work / name)
        else:
            _do(stage, stages, word, rest)
        if time.monotonic() - started > 1:
            say(f"        {time.monotonic() - started:.1f} s")
    for other in stages.values():
        leave(other.root)
    return stage


def instructions(text: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions with their arguments, comments out and continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n", " ", "\n".join(lines))
    found = [line.strip().split(None, 1) for line in whole.splitlines() if line.strip()]
    return [(word.upper(), rest) for word, rest in found]


def _do(stage: Stage, stages: dict[str, Stage], word: str, rest: str) -> None:
    if word == "ENV":
        before = {"PATH": PATH, **stage.environment}
        for name, value in (item.split("=", 1) for item in shlex.split(rest)):
            stage.environment[name] = re.sub(r"\$(\w+)", lambda found: before.get(found[1], ""), value)
    elif word == "WORKDIR":
        stage.folder = rest.strip()
        (stage.root / stage.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
    elif word == "RUN":
        _run(stage, ["sh", "-ec", rest])
    elif word == "COPY":
        _copy(stage, stages, rest)
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


def _run(stage: Stage, command: list[str]) -> None:
    done = subprocess.run(stage.inside(command, indexes=True), stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise SystemExit(f"failed with {done.returncode}: {shlex.join(command)[:200]}")


def _begin(base: Path, root: Path) -> Stage:
    """A fresh copy of the base root, with Debian's Python in the place of the Python image."""
    leave(root)
    if root.exists():
        shutil.rmtree(root)
    subprocess.run(["cp", "--archive", "--reflink=auto", str(base), str(root)], check=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if BUNDLE.exists():
        shutil.copy(BUNDLE, root / str(BUNDLE).lstrip("/"))
    stage = Stage(root)
    enter(root)
    _run(stage, ["env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", PYTHON])
    return stage


def enter(root: Path) -> None:
    """Give the root what every container has."""
    for name in MOUNTS:
        (root / name).mkdir(exist_ok=True)
        subprocess.run(["mount", "--rbind", f"/{name}", str(root / name)], check=True)
        subprocess.run(["mount", "--make-rslave", str(root / name)], check=True)


def leave(root: Path) -> None:
    """Take it away again, also from an earlier run that was ended."""
    for name in MOUNTS:
        if os.path.ismount(root / name):
            subprocess.run(["umount", "--recursive", "--lazy", str(root / name)], check=True)


def _copy(stage: Stage, stages: dict[str, Stage], arguments: str) -> None:
    """COPY from the context or from another stage."""
    words = shlex.split(arguments)
    options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
    *sources, target = (word for word in words if not word.startswith("--"))
    to = stage.root / os.path.normpath(f"{stage.folder}/{target}" if target[0] != "/" else target).lstrip("/")
    for source in sources:
        if "from" in options:
            shutil.copytree(stages[options["from"]].root / source.lstrip("/"), to, symlinks=True, dirs_exist_ok=True)
        elif (CLONE / source).is_file():
            shutil.copy(CLONE / source, to)
        else:
            _copy_context(CLONE / source, to)


def _copy_context(source: Path, to: Path) -> None:
    """The clone without what .dockerignore names."""
    listed = (CLONE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in listed if line and line[0] != "#"]

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if is_ignored(os.path.relpath(f"{folder}/{name}", source), patterns)]

    shutil.copytree(source, to, ignore=left_out, dirs_exist_ok=True)


def is_ignored(name: str, patterns: list[str]) -> bool:
    """Whether .dockerignore leaves a path of the context out."""
    parts = Path(name).parts
    for pattern in patterns:
        if pattern.startswith("**/"):
            if any(fnmatch.fnmatch(part, pattern[3:]) for part in parts):
                return True
        elif any(fnmatch.fnmatch("/".join(parts[: end + 1]), pattern) for end in range(len(parts))):
            return True
    return False
