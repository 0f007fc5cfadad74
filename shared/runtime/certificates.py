"""Note when the certificates of servers end, for Prometheus."""

import socket
import ssl
from datetime import datetime

from shared.runtime import metrics

TIMEOUT = 10.0  # seconds for a connection that only reads a certificate
EXPIRY = metrics.gauge(
    "certificate_expiry_timestamp_seconds",
    "When the certificate ends of a server that the service connects to, by host and port",
    "server",
)


def note(host: str, port: int, connection: object) -> None:
    """Note the end of the certificate of a server; nothing if the connection is not encrypted."""
    if isinstance(connection, ssl.SSLSocket):
        content = connection.getpeercert(binary_form=True)
        if content:
            EXPIRY.labels(f"{host}:{port}").set(end_of(content).timestamp())


def end_of(content: bytes) -> datetime:
    """Return the time until which a certificate (in DER) is valid."""
    # Imported here, since a worker without TLS does not need it.
    from asn1crypto.x509 import Certificate  # noqa: PLC0415

    end: datetime = Certificate.load(content)["tbs_certificate"]["validity"]["not_after"].native
    return end


def read(host: str, port: int, context: ssl.SSLContext, name: str | None) -> None:
    """Connect to a server that begins with TLS, and note its certificate. Raises `OSError`."""
    with (
        socket.create_connection((host, port), TIMEOUT) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        note(host, port, connection)
