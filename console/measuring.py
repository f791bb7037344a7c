"""Counting the pages that are answered, and how long they take: by address as it is written, never by whose case."""

from functools import cache
from time import perf_counter

from prometheus_client import Counter, Histogram
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sevensteps.telemetry import series

NONE = "none"
"""For an address at which there is no page."""
BROKEN_OFF = 499
"""For an answer that never began."""


@cache
def _seconds(page: str) -> Histogram:
    return series.PAGE_SECONDS.labels(page)


@cache
def _answered(page: str, code: int) -> Counter:
    return series.PAGES_ANSWERED.labels(page, str(code))


class Measured:
    """Counts each request once, when it has ended."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` answers, and says in the scope by which route."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, code = perf_counter(), BROKEN_OFF

        async def sent(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            page = _page_of(scope.get("route"))
            _seconds(page).observe(perf_counter() - began)
            _answered(page, code).inc()


def _page_of(route: BaseRoute | None) -> str:
    return route.path if isinstance(route, Route | Mount) else NONE
