"""Papers to render, and what must not happen while they are: a server that counts who comes, a file nobody may read."""

import http.server
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import StreamObject

from arap.core.pdf.engine import Engine
from arap.core.pdf.frames import Limits

Page = Callable[[str], str]


def page(body: str, lang: str = "zh-Hans") -> str:
    """A document around `body`, as a template would make it."""
    return f'<!doctype html><html lang="{lang}"><head><title>Paper</title></head><body>{body}</body></html>'


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    return "\n".join(found.extract_text() for found in PdfReader(io.BytesIO(pdf)).pages)


def everything_in(pdf: bytes) -> bytes:
    """The file and each of its streams, unpacked."""
    reader = PdfReader(io.BytesIO(pdf))
    parts = [pdf]
    for number in range(1, len(reader.xref[0]) + len(reader.xref_objStm) + 1):
        found = reader.get_object(number)
        if isinstance(found, StreamObject):
            parts.append(found.get_data())
        elif found is not None:
            parts.append(repr(found).encode())
    return b"\n".join(parts)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine with the limits of the product."""
    made = Engine()
    yield made
    made.close()


@pytest.fixture
def impatient() -> Iterator[Engine]:
    """An engine that gives a document three seconds and 128 MB."""
    made = Engine(Limits(seconds=3, memory_mb=128))
    yield made
    made.close()


@pytest.fixture
def trap() -> Iterator[SimpleNamespace]:
    """A web server on this machine that answers everything, counts who comes and keeps the paths it was asked for."""
    asked: list[str] = []
    visits: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"trapped")

        def log_message(self, *args: Any) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        def process_request(self, request: Any, client_address: Any) -> None:
            visits.append(client_address)
            super().process_request(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", asked=asked, visits=visits)
    server.shutdown()
    server.server_close()


@pytest.fixture
def canary(tmp_path: Path) -> SimpleNamespace:
    """A file whose content must not be in any PDF."""
    file = tmp_path / "canary.txt"
    file.write_text("CANARY-7f3a91d0-SINGS", encoding="utf-8")
    return SimpleNamespace(uri=file.as_uri(), content=b"CANARY-7f3a91d0-SINGS")
