"""Carrying an event to an address outside: to the public network alone, to one resolved address, without redirects.

Who may set an address could otherwise make this server ask its own neighbours (server-side request forgery). The name
is resolved once, every address behind it is judged, and the connection goes to the one that was judged.
"""

import http.client
import socket
import ssl
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 10
ANSWER_BYTES_MAX = 2_000
URL_LENGTH_MAX = 500
NAT64 = ip_network("64:ff9b::/96")
TAKEN = range(200, 300)


class BadAddress(ValueError):
    """An address that nothing is sent to. The message is one sentence to a person."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side said: its status, 0 where there was none, and the beginning of its words."""

    status: int
    text: str

    @property
    def is_taken(self) -> bool:
        return self.status in TAKEN


def check_url(url: str) -> None:
    """Raise BadAddress unless the form of `url` is one that events may go to."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress(_("This is not an address.")) from None
    schemes = ("https", "http") if settings.WEBHOOK_PRIVATE_ALLOWED else ("https",)
    if parts.scheme not in schemes or not parts.hostname or len(url) > URL_LENGTH_MAX or port == 0:
        raise BadAddress(_("An address begins with https:// and names a host."))
    if parts.username is not None or parts.password is not None or not url.isascii() or not url.isprintable():
        raise BadAddress(_("An address holds no password and no character that is not plain."))
    if " " in url or parts.fragment:
        raise BadAddress(_("This is not an address."))


def resolve(host: str, port: int) -> str:
    """The one address to connect to. Raises BadAddress when any address behind the name is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OSError(f"{host}: {error}") from error
    addresses = [str(row[4][0]) for row in found]
    if not settings.WEBHOOK_PRIVATE_ALLOWED and not all(is_public(address) for address in addresses):
        raise BadAddress(_("This host lies in a private network."))
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network, also where an IPv4 address hides in an IPv6 one."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        hidden = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if hidden is None and ip in NAT64:
            hidden = IPv4Address(int(ip) & 0xFFFFFFFF)
        if hidden is not None:
            return hidden.is_global and not hidden.is_multicast
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def carry(url: str, body: bytes, headers: dict[str, str]) -> Reply:
    """POST `body` to `url` and hear what is said; a redirect is an answer like any other and is not followed.

    Raises BadAddress, and OSError or http.client.HTTPException when nobody answers in time.
    """
    check_url(url)
    parts = urlsplit(url)
    assert parts.hostname is not None, "check_url has looked"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    link = _Link(parts.hostname, port, resolve(parts.hostname, port), is_tls=parts.scheme == "https")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    try:
        link.request("POST", path, body=body, headers={**headers, "Connection": "close"})
        answer = link.getresponse()
        return Reply(answer.status, answer.read(ANSWER_BYTES_MAX).decode(errors="replace").replace("\x00", ""))
    finally:
        link.close()


class _Link(http.client.HTTPConnection):
    """A connection to the address that was judged, by the name that was asked for."""

    def __init__(self, host: str, port: int, address: str, *, is_tls: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self.default_port = 443 if is_tls else 80
        self._address, self._is_tls = address, is_tls

    def connect(self) -> None:
        self.sock: Any = socket.create_connection((self._address, self.port), SECONDS)
        if self._is_tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
