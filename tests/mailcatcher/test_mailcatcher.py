"""The mail server for trials as a program: takes mail, shows it, runs and loads nothing of it."""

import smtplib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from arap import ROOT
from arap.core import pulse
from arap.demo import choose_ports, first_free, programs
from tests.databases import free_port
from tests.mail import wait_until

EVIL = '<script>alert(1)</script><img src="http://trap.example/x.png">'


class Catcher:
    """A running catcher and its two ports."""

    def __init__(self, folder: Path) -> None:
        self.smtp = free_port()
        self.web = self.smtp + 1
        command = [sys.executable, "-m", "arap.mailcatcher", "--folder", str(folder)]
        self.process = subprocess.Popen([*command, "--smtp", str(self.smtp), "--web", str(self.web)], cwd=ROOT)
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.get("/").status == 200)
        except OSError:
            return False

    def get(self, path: str, **headers: str) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.web}{path}", headers=headers)
        return urllib.request.urlopen(request, timeout=10)  # noqa: S310 - our own server

    def text(self, path: str) -> str:
        return str(self.get(path).read().decode())

    def first(self) -> str:
        """The address of the newest mail."""
        return self.text("/").partition('<td><a href="')[2].partition('"')[0]


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    running = Catcher(tmp_path)
    yield running
    running.process.terminate()
    assert running.process.wait(15) == 0


@pytest.fixture
def mail(catcher: Catcher) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "ar@acme.example", "ap@haichen.example"
    mail["Subject"] = f"对账单 {EVIL}"
    mail.set_content(f"Dear {EVIL}")
    mail.add_alternative(f"<p>Dear</p>{EVIL}", subtype="html")
    mail.add_attachment(bytes(range(256)), maintype="application", subtype="pdf", filename='对账单 "11".pdf')
    with smtplib.SMTP("127.0.0.1", catcher.smtp) as smtp:
        smtp.send_message(mail)
    return mail


def test_its_container_is_asked_whether_it_lives(catcher: Catcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "MAIL_PAGE_PORT", catcher.web)
    assert pulse.main(["mail"]) == 0
    catcher.process.terminate()
    assert catcher.process.wait(15) == 0
    assert pulse.main(["mail"]) == 1


def test_a_mail_is_shown_with_its_files_and_none_of_it_runs(catcher: Catcher, mail: EmailMessage) -> None:
    for path in ("/", catcher.first()):
        answer = catcher.get(path)
        page = answer.read().decode()
        assert "对账单" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script" not in page
        assert "<img" not in page
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    html = catcher.get(catcher.first() + "/html")
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    file = catcher.get(catcher.first() + "/files/0")
    assert file.read() == bytes(range(256))
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E5%AF%B9")
    assert "Subject:" in catcher.text(catcher.first() + "/source")


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/nothing", "/1234567890123456789-000001", "/x/files/9"])
def test_nothing_else_is_there(catcher: Catcher, mail: EmailMessage, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        catcher.get(path)


def test_a_page_elsewhere_cannot_reach_it_under_another_name(catcher: Catcher, mail: EmailMessage) -> None:
    with pytest.raises(urllib.error.HTTPError, match="403"):
        catcher.get("/", Host="rebound.example:8025")


def test_all_is_thrown_away_by_its_own_button_only(catcher: Catcher, mail: EmailMessage) -> None:
    own = f"http://127.0.0.1:{catcher.web}"
    for origin in ("http://elsewhere.example", own):
        request = urllib.request.Request(own + "/clear", data=b"", headers={"Origin": origin})  # noqa: S310
        if origin != own:
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(request)  # noqa: S310
            assert catcher.first()
        else:
            urllib.request.urlopen(request)  # noqa: S310
    assert "No mail yet" in catcher.text("/")


def test_the_demonstration_catches_mail_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = choose_ports()
    assert len({ports.web, ports.mail, ports.mail_page}) == 3
    assert "arap.mailcatcher" in programs(ports)["mail"]
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example:25")
    assert "mail" not in programs(choose_ports())
    assert first_free(range(2000, 65000), but="") >= 2000
