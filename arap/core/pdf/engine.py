"""Rendering from the side of the application: one child process for each process that asks, and its replacement."""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from arap import ROOT
from arap.core.errors import Refused
from arap.core.pdf.frames import Answer, Limits, read_frame, write_frame

logger = logging.getLogger(__name__)

HTML_BYTES_MAX = 16 * 2**20
START_SECONDS_MAX = 60
# What other threads of this process wait for their turn, before they are told to come again.
WAIT_SECONDS_MAX = 60


class CannotRender(Refused):
    """No PDF came of a document. `code` says why: pdf_too_slow, pdf_too_large, pdf_failed or pdf_busy."""


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    connection: socket.socket
    used_at: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        """Kill it and wait for it, so that nothing of it is left."""
        self.connection.close()
        self.process.kill()
        self.process.wait()


class Engine:
    """A child that renders one document at a time, replaced when it has served its turn or a document broke it.

    Safe to use from several threads, and after a fork: the forked process starts a child of its own.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        # In a forked process the child is its parent's: close our copy of the line to it, leave it alone.
        if child := getattr(self, "_child", None):
            child.connection.close()
            child.process.returncode = 0  # or its object warns that the process still runs
        self._child: _Child | None = None
        self._turn = threading.Lock()

    def render(self, html: str) -> bytes:
        """The document as PDF. CannotRender when it is too slow or too large or cannot be laid out."""
        request = html.encode("utf-8", "replace")
        if len(request) > HTML_BYTES_MAX:
            raise _too_large()
        with self._my_turn():
            child = self._ready_child()
            try:
                answer = self._ask(child, request)
            except BaseException:
                self.close()
                raise
            if answer[0] & 1:
                self.close()
        return _pdf(answer)

    def close(self) -> None:
        """End the child; the next document starts another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    @property
    def pid(self) -> int | None:
        """The process that renders now."""
        return self._child.process.pid if self._child else None

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        turn = self._turn
        if not turn.acquire(timeout=WAIT_SECONDS_MAX):
            raise CannotRender("pdf_busy", _("Many PDFs are being made at this moment. Try again in a minute."))
        try:
            yield
        finally:
            turn.release()

    def _ready_child(self) -> _Child:
        child = self._child
        # Half of what it waits itself: it cannot leave between this look and our request.
        if child and (child.process.poll() is not None or self._idle(child) > self.limits.idle_seconds / 2):
            self.close()
        if self._child is None:
            self._child = _start(self.limits)
        return self._child

    @staticmethod
    def _idle(child: _Child) -> float:
        return time.monotonic() - child.used_at

    def _ask(self, child: _Child, request: bytes) -> bytes:
        deadline = time.monotonic() + self.limits.seconds
        try:
            child.connection.settimeout(self.limits.seconds)
            write_frame(child.connection, request)
            child.connection.settimeout(max(deadline - time.monotonic(), 1))
            answer = read_frame(child.connection)
        except TimeoutError:
            logger.warning("A document was given up after %s s.", self.limits.seconds)
            raise CannotRender(
                "pdf_too_slow",
                _("The PDF took longer than %(seconds)s seconds and was given up. Choose a shorter period.")
                % {"seconds": self.limits.seconds},
            ) from None
        except BrokenPipeError:
            answer = None
        if answer is None:
            # It died of the document: out of memory inside a C library, or a crash there.
            logger.warning("The process that renders died (%s) of a document.", child.process.poll())
            raise _too_large()
        child.used_at = time.monotonic()
        return answer


def _start(limits: Limits) -> _Child:
    # Imported here: `python -m arap.core.pdf.fonts` must not find itself imported by its own package.
    from arap.core.pdf.fonts import CONFIGURATION, fonts_folder

    folder = fonts_folder()
    ours, theirs = socket.socketpair()
    # A clean environment: the child needs no secret of ours, and nothing in it may change how a document looks.
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(ROOT),
        "SOURCE_DATE_EPOCH": "0",
        "FONTCONFIG_FILE": str(folder / CONFIGURATION),
    }
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "arap.core.pdf.child", limits.text()],
            cwd=ROOT,
            env=environment,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
        )
    child = _Child(process, ours)
    ours.settimeout(START_SECONDS_MAX)
    try:
        is_ready = read_frame(ours) == b"ready"
    except TimeoutError:
        is_ready = False
    except BaseException:
        child.end()
        raise
    if not is_ready:
        child.end()
        raise RuntimeError(f"The process that renders did not start: it ended with {process.returncode}.")
    return child


def _pdf(answer: bytes) -> bytes:
    code, payload = Answer(answer[0]), answer[1:]
    if code in (Answer.MADE, Answer.MADE_LAST):
        return payload
    if code is Answer.TOO_LARGE:
        raise _too_large()
    reason = payload.decode(errors="replace")[:500]
    logger.error("A document could not be rendered: %s", reason)
    raise CannotRender("pdf_failed", _("This document could not be made into a PDF."), reason=reason)


def _too_large() -> CannotRender:
    return CannotRender("pdf_too_large", _("The PDF would be too large and was given up. Choose a shorter period."))


_engine = Engine()


def render_pdf(html: str) -> bytes:
    """`html` as PDF, by this process's engine. The same text gives the same bytes.

    CannotRender (a DomainError) where it takes more than 20 seconds or 512 MB, or cannot be laid out at all.
    """
    return _engine.render(html)
