"""Certificates for servers of tests, made on the spot by openssl: nobody else trusts them."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A certificate that vouches for itself: SSL_CERT_FILE may name it."""

    path: Path
    key: Path

    def for_server(self) -> ssl.SSLContext:
        """The TLS of a server that shows this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path, self.key)
        return context


def make_certificate(
    folder: Path, *, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 2
) -> Certificate:
    """Write a certificate for these names to `folder`."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            "openssl", "req", "-x509", "-nodes", "-days", str(days), "-subj", "/CN=relay",
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-addext", f"subjectAltName={names}",
            "-addext", "keyUsage=critical,digitalSignature,keyCertSign",
            "-keyout", str(made.key), "-out", str(made.path),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return made
