"""Certificates made on the spot, for servers that encrypt."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is missing: apt-get install openssl"
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key and a certificate that vouches for itself, in PEM files."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """For a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    def trust(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """For the length of a test, what this machine trusts is this one certificate."""
        monkeypatch.setenv("SSL_CERT_FILE", str(self.file))
        monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")


def make_certificate(folder: Path, name: str) -> Certificate:
    """For the server that `name` names, as OpenSSL writes it: "IP:127.0.0.1", "DNS:mail.example"."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=mail", "-addext", f"subjectAltName={name}",
         "-keyout", str(made.key), "-out", str(made.file)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made
