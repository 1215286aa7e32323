"""The settings of the server, checked before anything is opened."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fasdemo.bounded_file import read_text
from fasdemo.errors import UserError

TOKEN_VARIABLE = "FASDEMO_TOKEN"
MIN_TOKEN_CHARACTERS = 16
_MAX_TOKEN_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The settings of the server.

    Attributes:
        host: address to listen on.
        port: TCP port; 0 lets the system choose one.
        token: secret that every client must send; may be empty only on the loopback.
        certificate: PEM file with the TLS certificate chain; None for no encryption.
        key: PEM file with the unencrypted key of the certificate.
        names: further host names by which clients reach the server.
        preview: whether clients may get camera pictures (snapshot and MJPEG).
        record: folder for recordings; None if clients may not record.
        max_body_bytes: size of the largest request.
        requests_per_s: allowed mean rate of one client address; bursts may have three times as many.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    certificate: Path | None = None
    key: Path | None = None
    names: tuple[str, ...] = ()
    preview: bool = False
    record: Path | None = None
    max_body_bytes: int = 16 * 1024 * 1024
    requests_per_s: float = 20.0

    @property
    def loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_loopback(self.host)

    @property
    def url(self) -> str:
        """URL of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the operator about settings that are allowed but weak."""
        if not self.loopback and self.certificate is None:
            return (
                f"{self.host}: without a TLS certificate (--tls-certificate), token and pictures are sent unencrypted.",
            )
        return ()

    def check(self) -> None:
        """Raise UserError for unsafe or unusable settings."""
        if self.token and (len(self.token) < MIN_TOKEN_CHARACTERS or not self.token.isascii() or " " in self.token):
            raise UserError(
                f"{TOKEN_VARIABLE}: use at least {MIN_TOKEN_CHARACTERS} ASCII characters without spaces as the token."
            )
        if not self.loopback and not self.token:
            raise UserError(
                f"host {self.host}: other machines can connect, so a token is required; set {TOKEN_VARIABLE} or give "
                "--token-file.",
                parameter="host",
            )
        if (self.certificate is None) != (self.key is None):
            raise UserError("A TLS certificate needs its key; give both --tls-certificate and --tls-key.")
        if self.certificate is not None and self.key is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                    self.certificate, self.key, password=_no_password
                )
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                raise UserError(
                    f"TLS certificate {self.certificate} with key {self.key}: cannot be used ({reason}); "
                    "give a PEM certificate and its unencrypted key.",
                    parameter="tls_certificate",
                ) from None


def _no_password() -> str:
    # Without this function, OpenSSL would ask for the password on the terminal.
    raise ValueError("the key is encrypted")


def is_loopback(host: str) -> bool:
    """Return whether an address or name is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret(variable: str, file: Path | None, option: str, environment: Mapping[str, str] | None = None) -> str:
    """Return a secret from a file; without a file from an environment variable; empty if neither is given.

    Args:
        variable: name of the environment variable.
        file: the file, or None.
        option: option for the file, for messages.
        environment: environment variables; None for those of the process.

    Raises:
        UserError: the file cannot be read or is empty.
    """
    if file is None:
        return (os.environ if environment is None else environment).get(variable, "").strip()
    try:
        text = read_text(file, _MAX_TOKEN_BYTES).strip()
    except OSError as error:
        raise UserError(f"{option} {file}: cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise UserError(f"{option} {file}: {error}; give a text file with one line.") from None
    if not text:
        raise UserError(f"{option} {file}: is empty; write the secret into it.")
    return text
