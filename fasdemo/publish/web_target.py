"""Send signals as HTTP calls."""

from __future__ import annotations

import socket
import struct
import sys
import time

import httpx

from fasdemo.publish.target import TIMEOUT_S, Content, TargetError
from fasdemo.publish.web import post_json

NO_LINGER = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0))
"""Socket option: closing discards data that was not transmitted, so that nothing arrives after a time-out."""


class WebTarget:
    """A web address that gets each signal as a POST of JSON; a `fasdemo.publish.target.Target`.

    Args:
        url: address that was checked by `fasdemo.publish.web.check_address`.
        secret: key of the signature; empty: no signature.
    """

    def __init__(self, url: str, secret: str = "") -> None:
        self._url, self._secret = url, secret.encode()
        parts = httpx.URL(url)
        self.name = f"{parts.scheme}://{parts.netloc.decode()}{parts.path}"
        # One connection per call, because an old one can be dead unnoticed. The environment's proxies are not used.
        transport = httpx.HTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0), socket_options=[NO_LINGER]
        )
        self._client = httpx.Client(transport=transport, timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    def open(self) -> bool:
        """Do nothing: every call opens a new connection."""
        return False

    def send(self, content: Content, left_s: float) -> None:
        """Post the signal once.

        Raises:
            TargetError: the answer is not 2xx, or comes too late.
        """
        end_s = time.monotonic() + left_s

        def check_time() -> None:
            # The look-up of the host has no time limit.
            if time.monotonic() > end_s:
                raise TargetError("the look-up of its name took too long")

        try:
            status = post_json(self._client, self._url, content, self._secret, str(content["number"]), check_time)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise TargetError(f"does not answer ({error or type(error).__name__})") from None
        if not 200 <= status < 300:
            raise TargetError(f"answered with status {status}")

    def close(self) -> None:
        """Close connections that are still open; the next call opens a new one."""
