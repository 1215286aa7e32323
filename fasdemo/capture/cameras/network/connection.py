"""Connections to a host: a check of its certificate, and messages for what can fail."""

from __future__ import annotations

import socket
import ssl

from fasdemo.capture.cameras.network.address import CameraAddress
from fasdemo.capture.cameras.network.picture import StreamError

IO_TIMEOUT_S = 5.0
"""Time limit for connecting and for every read."""


def check_host(address: CameraAddress) -> None:
    """Connect once, with TLS if the address requires it, and disconnect.

    Raises:
        StreamError: the host is unknown, does not answer, or its certificate is not valid.
    """
    try:
        with socket.create_connection((address.host, address.port), IO_TIMEOUT_S) as connection:
            if address.encrypted:
                with ssl.create_default_context().wrap_socket(connection, server_hostname=address.host):
                    pass
    except (OSError, UnicodeError) as error:
        raise StreamError(connection_error(address.label, error)) from None


def connection_error(label: str, error: Exception) -> str:
    """Return the message for a connection that failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"{label}: its certificate is not trusted ({error.verify_message}); install a valid one, or set "
            f"SSL_CERT_FILE to the file of its certificate authority."
        )
    if isinstance(error, ssl.SSLError):
        return f"{label}: does not answer with TLS; check the port and whether encryption is enabled on the camera."
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"{label}: unknown host; check its name and the network."
    if isinstance(error, ConnectionRefusedError):
        return f"{label}: connection refused; check the address, the port and whether the camera is switched on."
    if isinstance(error, TimeoutError):
        return f"{label}: does not answer within {IO_TIMEOUT_S:.0f} s; check the address and the network."
    if isinstance(error, ConnectionError):
        return f"{label}: the camera closed the connection; check the address."
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{label}: cannot be reached ({reason or 'network error'}); check the address and the network."
