"""Addresses of network cameras, and the parts of them that may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fasdemo.errors import UserError, printable

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
"""Default port of each scheme."""
MAX_ADDRESS_LENGTH = 2000
_SECRET_SEGMENT = re.compile(r"[A-Za-z0-9_\-=%.~]{16,}")
"""Parts of a path that are long enough to be a key, which some video recorders use instead of a password."""


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """The address of a camera, without credentials.

    Attributes:
        scheme: a key of `PORTS`.
        host: name or IP address, IPv6 without brackets.
        port: TCP port.
        path: path and query. Never shown, because queries and long names in paths can be keys.
    """

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def encrypted(self) -> bool:
        """Whether the connection uses TLS."""
        return self.scheme in ("rtsps", "https")

    @property
    def authority(self) -> str:
        """Host and port as in a URL, e.g. `[::1]:8554`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The complete URL. Do not show it: its path or query can contain a key."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def label(self) -> str:
        """The address for messages and logs: without its query, and with long parts of the path cut."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        path = self.path.partition("?")[0].partition("#")[0]
        return f"{self.scheme}://{host}{port}{_SECRET_SEGMENT.sub(lambda found: f'{found[0][:4]}...', path)}"


def is_network_address(spec: str) -> bool:
    """Return whether a source specification is a URL."""
    return "://" in spec


def public_address(spec: str) -> str:
    """Return the part of a URL that may be shown; only the scheme if the URL is malformed."""
    try:
        return parse_address(spec).label
    except UserError:
        return f"{printable(spec.partition('://')[0])[:12]}://..."


def parse_address(spec: str) -> CameraAddress:
    """Parse the URL of a network camera.

    Raises:
        UserError: unknown scheme, no host, an invalid port, or credentials in the URL. The message contains none of
            them.
    """
    scheme = spec.partition("://")[0].lower()
    if scheme not in PORTS:
        raise UserError(
            f"camera {printable(scheme)[:12]}://...: unknown type of address; use one of {', '.join(PORTS)}.",
            parameter="camera",
        )
    shown = f"camera {scheme}://..."
    if len(spec) > MAX_ADDRESS_LENGTH or any(not one.isprintable() or one.isspace() for one in spec):
        raise UserError(
            f"{shown}: the address is too long or contains spaces or control characters; correct it.",
            parameter="camera",
        )
    try:
        parts = urlsplit(spec)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UserError(
            f"{shown}: the host or the port is not valid; correct the address.", parameter="camera"
        ) from None
    if parts.username is not None or parts.password is not None:
        raise UserError(
            f"{shown}: a password in the address would be visible to other programs; remove it and set "
            f"FASDEMO_CAMERA_USER and FASDEMO_CAMERA_PASSWORD, or FASDEMO_NETRC.",
            parameter="camera",
        )
    if not host or port == 0:
        raise UserError(f"{shown}: the address has no host; write it as {scheme}://HOST/PATH.", parameter="camera")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return CameraAddress(scheme, host, port or PORTS[scheme], path)
