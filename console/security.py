"""What goes with every answer of the console: what a browser may do with a page, and a number to find it by."""

import secrets
from collections.abc import Mapping
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sevensteps import log

NONCE_BYTES = 18
STATIC = "/static/"
REQUEST_ID = "x-request-id"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
ENCRYPTED = {"strict-transport-security": "max-age=31536000"}
"""For a year browsers come over encrypted connections alone, whatever somebody types or a link says."""


def policy(nonce: str) -> str:
    """What a page may load, run and send: its own files, one script by its nonce, and no style of its own."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


class Guarded:
    """Gives each request a number and a nonce, and each answer its headers. Pages are kept by no browser or proxy."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        """`app` answers; `is_secure` says whether browsers come to it over encrypted connections alone."""
        self._app = app
        self._always = ALWAYS | (ENCRYPTED if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce, request_id = secrets.token_urlsafe(NONCE_BYTES), str(uuid4())
        scope.setdefault("state", {}).update(nonce=nonce, request_id=request_id)
        headers = {**self._always, "content-security-policy": policy(nonce), REQUEST_ID: request_id}
        headers |= {} if scope["path"].startswith(STATIC) else {"cache-control": "no-store"}
        try:
            await self._app(scope, receive, _with(headers, send))
        except Exception as error:  # noqa: BLE001 - whoever asked has a page that says so, or half a file
            log.get().error("a page failed", request_id=request_id, exc_info=error)


def _with(headers: Mapping[str, str], send: Send) -> Send:
    """Sends an answer with headers more."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return sent
