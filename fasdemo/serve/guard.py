"""Check requests before they reach the application: host, origin, token, rate, and size and duration of the body."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fasdemo.serve.settings import ServeSettings

COOKIE = "fasdemo"
PUBLIC = frozenset({"/", "/web/page.js", "/web/light.js", "/web/page.css", "/v1/login", "/healthz"})
"""Paths that need no token: the page itself, which contains no data, and signing in."""
MAX_BODY_S = 30.0
FAILURES_PER_S = 0.1
MAX_FAILURES = 10
_MAX_CLIENTS = 4096
_BURST = 3.0
_SECURITY_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
]


class RateLimit:
    """Token buckets by client address; beyond `_MAX_CLIENTS` addresses, the least recently used one is removed.

    Args:
        per_s: tokens that a client gains per second.
        burst: maximum number of tokens of a client.
        clock: returns a time in seconds that never decreases.
    """

    def __init__(self, per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s, self._burst, self._clock = per_s, max(burst, 1.0), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, cost: float = 1.0) -> bool:
        """Take tokens of a client; return False if it has too few."""
        now = self._clock()
        tokens, since = self._buckets.pop(client, (self._burst, now))
        tokens = min(tokens + (now - since) * self._per_s, self._burst)
        allowed = tokens >= max(cost, 1.0)
        self._buckets[client] = (tokens - cost if allowed else tokens, now)
        if len(self._buckets) > _MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return allowed


class BodyRefusedError(Exception):
    """The error for a body that is larger or slower than allowed."""


class Guard:
    """ASGI middleware that answers refused requests with status 400, 401, 403, 408, 413 or 429."""

    def __init__(self, app: ASGIApp, settings: ServeSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._settings = settings
        self._rate = RateLimit(settings.requests_per_s, settings.requests_per_s * _BURST, clock)
        self._failures = RateLimit(FAILURES_PER_S, MAX_FAILURES, clock)
        self._names = {"localhost", "127.0.0.1", "::1", settings.host, *settings.names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request; pass it on or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(scope, receive, send, *refusal)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        client = scope["client"][0] if scope.get("client") else ""
        if not self._rate.take(client):
            return 429, "Too many requests; send fewer."
        # With DNS rebinding, a page of another site could reach the loopback under the name of that site.
        host = headers.get(b"host", "")
        wildcard = self._settings.host in ("0.0.0.0", "::")
        if not wildcard and _host_name(host) not in self._names:
            return 400, "Unknown host name; start the server with --name NAME to allow it."
        origin = headers.get(b"origin")
        if origin is not None and urlsplit_netloc(origin) != host.lower():
            return 403, "Requests from pages of other sites are not allowed."
        if not self._settings.token or scope["path"] in PUBLIC:
            return None
        if not self._failures.take(client, cost=0.0):
            return 429, "Too many wrong tokens; wait a minute."
        if self._is_authorized(headers):
            return None
        if b"authorization" in headers or b"cookie" in headers:
            self._failures.take(client)
        return 401, "The token is missing or wrong; send it as `Authorization: Bearer TOKEN`."

    def _is_authorized(self, headers: dict[bytes, str]) -> bool:
        kind, _, token = headers.get(b"authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return same(token.strip(), self._settings.token)
        try:
            cookie = SimpleCookie(headers.get(b"cookie", "")).get(COOKIE)
        except CookieError:
            return False
        return cookie is not None and same(cookie.value, cookie_value(self._settings.token))

    def sign_in(self, client: str, token: str) -> int:
        """Check the token of the page's form; return the HTTP status 204, 401 or 429."""
        if not self._failures.take(client, cost=0.0):
            return 429
        if self._settings.token and same(token, self._settings.token):
            return 204
        self._failures.take(client)
        return 401

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._settings.max_body_bytes
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > 18:
            await _refuse(scope, receive, send, 400, "Content-Length is not a number.")
            return
        too_large = f"The body is larger than {limit} bytes."
        if int(declared) > limit:
            await _refuse(scope, receive, send, 413, too_large)
            return
        got, ended, started = 0, False, False
        refusal: tuple[int, str] | None = None
        deadline = time.monotonic() + MAX_BODY_S

        async def bounded() -> Message:
            nonlocal got, ended, refusal
            if ended:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(deadline - time.monotonic(), 0.001))
            except TimeoutError:
                refusal = 408, f"The body took longer than {MAX_BODY_S:.0f} s."
                raise BodyRefusedError from None
            got += len(message.get("body", b""))
            if got > limit:
                refusal = 413, too_large
                raise BodyRefusedError
            ended = not message.get("more_body", False)
            return message

        async def secured(message: Message) -> None:
            nonlocal started
            if refusal is not None and not started:
                # The application can have caught the error and send its own answer.
                return
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_SECURITY_HEADERS]
            await send(message)

        try:
            await self._app(scope, bounded, secured)
        except BodyRefusedError:
            if started:
                raise
        if refusal is not None and not started:
            await _refuse(scope, receive, send, *refusal)


def same(one: str, other: str) -> bool:
    """Return whether two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def cookie_value(token: str) -> str:
    """Return the value of the page's cookie, which replaces the token."""
    return hmac.new(token.encode(), b"fasdemo page", hashlib.sha256).hexdigest()


def urlsplit_netloc(origin: str) -> str:
    """Return host and port of an origin; empty if it is not one."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, text: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        # Closing a WebSocket before accepting it makes the server answer with 403.
        await send({"type": "websocket.close", "code": 1008, "reason": text})
        return
    body = json.dumps({"detail": text}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # The rest of a refused body is not read.
        (b"connection", b"close"),
        *_SECURITY_HEADERS,
    ]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status in (429, 503):
        headers.append((b"retry-after", b"1" if status == 503 else b"5"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
