"""The pages on which caught mails are read. What stands in a mail is a stranger's: nothing of it runs or loads."""

from collections.abc import Callable
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import ClassVar
from urllib.parse import quote, urlsplit

from arap.mailcatcher.keeping import Folder, Kept

SHOWN = 200
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 14px/21px Inter, "Segoe UI", system-ui, "Noto Sans SC", sans-serif; margin: 24px auto; max-width: 960px;
  padding: 0 16px; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ border-bottom: 1px solid #8884; padding: 6px 12px 6px 0; text-align: left; vertical-align: top; }}
pre {{ font: inherit; overflow-wrap: anywhere; white-space: pre-wrap; }}
iframe {{ border: 1px solid #8884; height: 480px; width: 100%; background: #fff; }}
header {{ display: flex; justify-content: space-between; align-items: baseline; }}
</style></head><body>{body}</body></html>"""


def _page(title: str, body: str) -> bytes:
    return PAGE.format(title=escape(title), body=body).encode("utf-8", "replace")


def list_page(folder: Folder) -> bytes:
    """The newest mails."""
    names = folder.names()
    rows = "".join(_row(kept) for kept in map(folder.read, names[:SHOWN]) if kept)
    if not rows:
        return _page("Mail", "<h1>Mail</h1><p>No mail yet. What is sent appears here; reload the page.</p>")
    more = f"<p>The newest {SHOWN} of {len(names)}.</p>" if len(names) > SHOWN else ""
    head = (
        f"<header><h1>Mail ({len(names)})</h1>"
        '<form method="post" action="/clear"><button>Throw all away</button></form></header>'
    )
    columns = "<tr><th>Subject</th><th>To</th><th>Date</th><th>Attachments</th></tr>"
    return _page("Mail", f"{head}{more}<table>{columns}{rows}</table>")


def _row(kept: Kept) -> str:
    subject = escape(kept.header("Subject") or "(no subject)")
    names = ", ".join(escape(name) for name, _content in kept.attachments())
    return (
        f'<tr><td><a href="/{kept.name}">{subject}</a></td><td>{escape(kept.header("To"))}</td>'
        f"<td>{escape(kept.header('Date'))}</td><td>{names}</td></tr>"
    )


def mail_page(kept: Kept) -> bytes:
    """One mail: headers, attachments, text, and the formatted text in a frame of its own."""
    subject = kept.header("Subject") or "(no subject)"
    headers = "".join(
        f"<tr><th>{name}</th><td>{escape(kept.header(name))}</td></tr>"
        for name in ("From", "To", "Reply-To", "Date", "Message-ID", "Content-Language")
        if kept.header(name)
    )
    files = "".join(
        f'<li><a href="/{kept.name}/files/{n}">{escape(name)}</a> ({len(content):,} bytes)</li>'
        for n, (name, content) in enumerate(kept.attachments())
    )
    html = f'<h2>Formatted</h2><iframe sandbox src="/{kept.name}/html" title="Formatted"></iframe>'
    body = (
        f'<p><a href="/">All mail</a> · <a href="/{kept.name}/source">Source</a></p><h1>{escape(subject)}</h1>'
        f"<table>{headers}</table>{f'<h2>Attachments</h2><ul>{files}</ul>' if files else ''}"
        f"<h2>Text</h2><pre>{escape(kept.body('plain'))}</pre>{html if kept.body('html') else ''}"
    )
    return _page(subject, body)


class Pages(BaseHTTPRequestHandler):
    """The web server's handler, for one folder. `hosts` are the names it answers to; None: any."""

    folder: ClassVar[Folder]
    hosts: ClassVar[set[str] | None]
    server_version, sys_version = "mail", ""

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        path = urlsplit(self.path).path.strip("/")
        if not path:
            self._answer(list_page(self.folder))
            return
        name, _slash, part = path.partition("/")
        kept = self.folder.read(name)
        if kept is None or not self._show(kept, part):
            self.send_error(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        if not self._is_ours():
            return
        origin = urlsplit(self.headers.get("Origin", "")).netloc
        if self.path != "/clear" or origin != self.headers.get("Host"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        self.folder.clear()
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_ours(self) -> bool:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if self.hosts is not None and host not in self.hosts:
            self.send_error(HTTPStatus.FORBIDDEN)
            return False
        return True

    def _show(self, kept: Kept, part: str) -> bool:
        parts: dict[str, Callable[[], None]] = {
            "": lambda: self._answer(mail_page(kept)),
            "html": lambda: self._answer(kept.body("html").encode("utf-8", "replace"), policy=SANDBOX),
            "source": lambda: self._answer(kept.mail.as_bytes(), media_type="text/plain; charset=utf-8"),
        }
        if part in parts:
            parts[part]()
            return True
        word, _slash, number = part.partition("/")
        files = kept.attachments()
        if word != "files" or not number.isascii() or not number.isdigit() or int(number) >= len(files):
            return False
        name, content = files[int(number)]
        disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
        self._answer(content, media_type="application/octet-stream", disposition=disposition)
        return True

    def _answer(
        self,
        body: bytes,
        *,
        media_type: str = "text/html; charset=utf-8",
        policy: str = POLICY,
        disposition: str = "",
    ) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if disposition:
            self.send_header("Content-Disposition", disposition)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def handler_for(folder: Folder, hosts: set[str] | None) -> type[Pages]:
    """The handler for `folder`. Other names than `hosts` are refused, so that no page elsewhere can read the mail."""
    return type("Handler", (Pages,), {"folder": folder, "hosts": hosts})
