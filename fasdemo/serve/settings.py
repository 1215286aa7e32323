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
    """Where and for whom the server answers.

    Attributes:
        host: address to listen on.
        port: TCP port; 0 lets the system choose.
        token: required from every client; empty only on the loopback.
        certificate, key: PEM files for TLS.
        names: further host names by which clients call the server.
        preview: whether pictures may be fetched (snapshot and MJPEG).
        record: folder of recordings; None refuses to record.
        max_body_bytes: largest request.
        requests_per_s: sustained rate of one client address; three times as many at once.
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
        """Address of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the operator about settings that are allowed but weak."""
        if not self.loopback and self.certificate is None:
            return ("--host: without --tls-certificate the token and the pictures cross the network unencrypted.",)
        return ()

    def check(self) -> None:
        """Raise UserError for settings that are unsafe or cannot work."""
        if self.token and (len(self.token) < MIN_TOKEN_CHARACTERS or not self.token.isascii() or " " in self.token):
            raise UserError(
                f"{TOKEN_VARIABLE}: use at least {MIN_TOKEN_CHARACTERS} ASCII characters without spaces as the token."
            )
        if not self.loopback and not self.token:
            raise UserError(
                f"--host {self.host}: other machines could connect; set a token in {TOKEN_VARIABLE} or --token-file."
            )
        if (self.certificate is None) != (self.key is None):
            raise UserError("--tls-certificate and --tls-key belong together; give both.")
        if self.certificate is not None and self.key is not None:
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                    self.certificate, self.key, password=_no_password
                )
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                raise UserError(
                    f"--tls-certificate {self.certificate}, --tls-key {self.key}: cannot be used ({reason}); "
                    "give a PEM certificate and its unencrypted key."
                ) from None


def _no_password() -> str:
    # Without this OpenSSL would ask on the terminal.
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
    """Return a secret from a file, else from an environment variable, else "".

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
