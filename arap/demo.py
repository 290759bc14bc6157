"""`make demo`: everything on one machine, with a sample company, until Ctrl-C. A second start finds the data again."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from arap import ROOT, servers
from arap.servers import commands, folders

COMPANY = "DEMO"
CUSTOMERS, ITEMS = 150, 6_000
PASSWORD = "show-me-the-book"  # noqa: S105 - for the demonstration only, which listens on this machine alone
ROLES = ("clerk", "collector", "credit_manager", "controller", "auditor", "administrator")
PORTS = range(8000, 8100)
MAIL_PORTS = range(1025, 1125)
MAIL_PAGE_PORTS = range(8025, 8125)
PATIENCE_SECONDS = 25
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, kill, and a terminal that is closed


def say(text: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def free_port() -> int:
    """The first port nobody listens on, or exactly the one that PORT names."""
    if named := os.environ.get("PORT"):
        return int(named)
    return first_free(PORTS, but="name one, PORT=9000 make demo")


def first_free(ports: range, *, but: str) -> int:
    """The first of `ports` nobody listens on."""
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise folders.CannotStart(f"No free port from {ports[0]} to {ports[-1]}: {but}.")


@dataclass(frozen=True)
class Ports:
    """Where the programs listen. Mail is caught, and read in the browser, unless EMAIL_URL sends it elsewhere."""

    web: int
    mail: int | None = None
    mail_page: int | None = None


def choose_ports() -> Ports:
    """Free ports for all programs."""
    web = free_port()
    if "EMAIL_URL" in os.environ or "EMAIL_URL_FILE" in os.environ:
        return Ports(web)
    but = "set EMAIL_URL"
    # Nobody listens on `web` yet, and it may lie among the others.
    pages = MAIL_PAGE_PORTS if web not in MAIL_PAGE_PORTS else range(web + 1, MAIL_PAGE_PORTS.stop + 1)
    return Ports(web, first_free(MAIL_PORTS, but=but), first_free(pages, but=but))


def prepare() -> None:
    """The sample company and one user per role, unless they are there already."""
    import django

    django.setup()
    from django.core.management import call_command

    from arap.core.actions import people
    from arap.core.models import Company, Role, User

    if not Company.objects.filter(code=COMPANY).exists():
        say(f"Making the sample company: {CUSTOMERS} customers, {ITEMS} items ...")
        call_command("make_sample", company=COMPANY, customers=CUSTOMERS, items=ITEMS, stdout=sys.stderr)
    company = Company.objects.get(code=COMPANY)
    for name in ROLES:
        user, is_new = User.objects.get_or_create(
            username=name,
            defaults={
                "full_name": name.replace("_", " ").capitalize(),
                "email": f"{name.replace('_', '.')}@lanstone.example",
                "last_company": company,
            },
        )
        if is_new:
            user.set_password(PASSWORD)
            user.is_staff = user.is_superuser = name == "administrator"
            user.save(update_fields=["password", "is_staff", "is_superuser"])
        people.grant_role(company, user, Role(name), by=None)


def programs(ports: Ports) -> dict[str, list[str]]:
    """What runs: the web, a worker, the clock that wakes it, and what catches the mail."""
    python = [sys.executable, "-m"]
    web = [*python, "gunicorn", "arap.wsgi", "--bind", f"127.0.0.1:{ports.web}", "--workers", "2", "--threads", "4"]
    celery = [*python, "celery", "--app", "arap"]
    mail = [*python, "arap.mailcatcher", "--folder", str(servers.var_folder() / "mail")]
    mail += ["--smtp", str(ports.mail), "--web", str(ports.mail_page)]
    return {
        **({"mail": mail} if ports.mail else {}),
        "web": [*web, "--worker-tmp-dir", str(servers.var_folder())],
        "worker": [*celery, "worker", "--concurrency", "2", "--queues", "celery,backup"],
        "beat": [*celery, "beat", "--pidfile="],
    }


def start(ports: Ports, running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Start the programs, each with a log of its own, out of reach of the terminal's Ctrl-C.

    `running` knows each as soon as it runs, so that an interruption half-way leaves none behind.
    """
    logs = servers.var_folder() / "log"
    logs.mkdir(exist_ok=True)
    base = {**os.environ, "SITE_URL": f"http://localhost:{ports.web}"}
    if ports.mail:
        base["EMAIL_URL"] = f"smtp://127.0.0.1:{ports.mail}"
    for name, command in programs(ports).items():
        environment = {**base, "ARAP_PROCESS": "web" if name == "web" else "job"}
        with (logs / f"{name}.log").open("ab") as log:
            running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def wait_for(port: int, web: subprocess.Popen[bytes]) -> bool:
    """True once the web server takes connections, False when it ends or takes longer than patience."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while web.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all programs to end what they are at; end those that do not within patience."""
    for child in running.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for child in running.values():
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def announce(ports: Ports) -> None:
    """Where it is, and who may come in."""
    say(f"\n  http://localhost:{ports.web}/\n")
    for name in ROLES:
        say(f"    {name:<16} password: {PASSWORD}")
    say(
        "\n  With your own data: sign in as administrator, open “Set-up” and found another company; the guide leads on."
    )
    if ports.mail_page:
        say(f"\n  Mail: http://localhost:{ports.mail_page}/   nothing leaves this machine")
    say(f"\n  Logs: {servers.var_folder() / 'log'}/   Ctrl-C stops everything and keeps the data.")


def _end(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run until Ctrl-C. Exit 1 when something does not start or ends by itself."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arap.settings")
    os.environ.setdefault("ARAP_PROCESS", "bulk")
    # A shell that starts us in the background has SIGINT ignored, and Python would leave it so.
    for signum in SIGNALS:
        signal.signal(signum, _end)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        if not servers.private_postgres():
            # Everybody knows its passwords.
            raise folders.CannotStart("The demonstration runs on the private database only: unset DATABASE_URL.")
        servers.use()
        commands.migrate_private_database(servers.var_folder())
        prepare()
        ports = choose_ports()
        start(ports, running)
        if wait_for(ports.web, running["web"]):
            announce(ports)
            while all(child.poll() is None for child in running.values()):
                time.sleep(0.5)
        ended = [name for name, child in running.items() if child.poll() is not None] or ["web"]
        log = servers.var_folder() / "log" / f"{ended[0]}.log"
        say(f"The {ended[0]} process has ended or does not start. The end of {log}:\n{tail(log)}")
    except KeyboardInterrupt:
        say("\nStopping ...")
        return 0
    except folders.CannotStart as error:
        say(str(error))
    finally:
        for signum in SIGNALS:
            signal.signal(signum, signal.SIG_IGN)
        stop(running)
        servers.leave()
    return 1


def tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
