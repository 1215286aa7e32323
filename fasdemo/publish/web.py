"""Post JSON to web addresses that the operator specified."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from fasdemo.errors import UserError


def check_address(url: str, option: str = "--webhook") -> str:
    """Return an address after checking it.

    Raises:
        UserError: it is not an http or https address, or it contains a user name or password.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise UserError(f"{option} {url!r}: is not an http or https address; correct it.")
    if parts.username is not None or parts.password is not None:
        raise UserError(
            f"{option}: the address must not contain a password; remove it, and let the receiver check the signature."
        )
    return url


def post_json(
    client: httpx.Client,
    url: str,
    content: dict[str, Any],
    secret: bytes = b"",
    number: str = "",
    before_sending: Callable[[], object] = lambda: None,
) -> int:
    """Post an object and return the status of the answer, whose body is not read.

    Args:
        client: client that does not follow redirects.
        url: address that was checked by `check_address`.
        content: the object.
        secret: key of the signature; empty: no signature.
        number: identifier of the delivery, the same for all its attempts.
        before_sending: called after the look-up of the host, which has no time limit; nothing is sent if it raises.

    Raises:
        OSError: the host is unknown or does not answer.
        httpx.HTTPError: the connection failed.
        ValueError: the address is refused.
    """
    body = json.dumps(content).encode()
    sent = str(int(time.time()))
    target = httpx.URL(url)
    headers = {
        "Host": target.netloc.decode(),
        "Content-Type": "application/json",
        "X-Fasdemo-Delivery": number,
        "X-Fasdemo-Timestamp": sent,
    }
    if secret:
        headers["X-Fasdemo-Signature"] = f"sha256={signature(secret, sent, body)}"
    # Connect to the checked IP address, because a second look-up could return another one.
    port = target.port or (443 if target.scheme == "https" else 80)
    checked = target.copy_with(host=checked_address(target.host, port))
    before_sending()
    request = client.build_request(
        "POST", checked, content=body, headers=headers, extensions={"sni_hostname": target.host}
    )
    answer = client.send(request, stream=True)
    try:
        # Do not read the body of the answer, which could be endless.
        return answer.status_code
    finally:
        answer.close()


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of `timestamp`, a full stop and the body, as hexadecimal digits."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def checked_address(host: str, port: int) -> str:
    """Return an IP address of a host.

    Link-local addresses are refused, because clouds provide credentials at such addresses.

    Raises:
        OSError: the host is unknown.
        ValueError: the address is link-local, multicast or unspecified.
    """
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]).split("%", 1)[0]
    found = ipaddress.ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        raise ValueError(f"{found} is a link-local, multicast or unspecified address, which is not allowed")
    return str(found)
