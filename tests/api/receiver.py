"""A program outside that is told what happened: a real server that keeps what it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# How long the end of a server may take: the usual half second is waited for at every test.
POLL_SECONDS = 0.01


@dataclass(slots=True)
class Receiver:
    """`said` is what it answers next, in order; 200 when there is nothing more."""

    url: str = ""
    said: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiver(*said: int) -> Iterator[Receiver]:
    """One on this machine, for the block."""
    kept = Receiver(said=list(said))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.heard.append((dict(self.headers), body))
            self.send_response(kept.said.pop(0) if kept.said else 200)
            self.send_header("Location", kept.url + "elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook?a=1"
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
