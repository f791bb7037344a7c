"""The calls that a service answers, as they are counted and timed: each ends once, however it ends."""

import asyncio
from collections.abc import Mapping
from functools import cache
from time import perf_counter

import grpc
from prometheus_client import Counter

from sevensteps.telemetry import series

LIMITS: Mapping[str, str] = {
    "BUSY": "most_calls",
    "TOO_MANY_CALLS": "most_calls_each",
    "TOO_MANY_STREAMS": "most_streams_each",
    "TOO_MANY_HOLDS": "most_holds_an_hour",
}
"""The setting that is the limit, by the reason with which a call beyond it is refused."""
OK = grpc.StatusCode.OK.name
CANCELLED = grpc.StatusCode.CANCELLED.name


class _Service:
    """The calls under way of one service: a number, which is read when it is asked for."""

    def __init__(self, name: str) -> None:
        """`name` is its full proto name."""
        self.name = name
        self.under_way = 0
        series.RPC_IN_PROGRESS.labels(name).set_function(lambda: self.under_way)


_service = cache(_Service)


class _Method:
    """The series of one method, looked up once."""

    def __init__(self, rpc: str) -> None:
        """`rpc` is its path: /package.Service/Method."""
        service, name = rpc.removeprefix("/").split("/")
        self.service = _service(service)
        self._labels = service, name
        self.started = series.RPC_STARTED.labels(*self._labels)
        self.seconds = series.RPC_SECONDS.labels(*self._labels)
        self._handled: dict[tuple[str, str], Counter] = {}

    def handled(self, code: str, reason: str) -> Counter:
        """What counts calls that end so."""
        counter = self._handled.get((code, reason))
        if counter is None:
            counter = self._handled[code, reason] = series.RPC_HANDLED.labels(*self._labels, code, reason)
        return counter


_method = cache(_Method)


class Call:
    """A call under way. It is counted when it begins, and when its task has ended.

    One that ends before anything was said of its end was given up by whoever called.
    """

    __slots__ = ("_began", "_code", "_method", "_reason")

    def __init__(self, rpc: str) -> None:
        """The current task answers it; `rpc` is a method that there is, because each has series of its own."""
        self._method = _method(rpc)
        self._code, self._reason = CANCELLED, ""
        self._began = perf_counter()
        self._method.started.inc()
        self._method.service.under_way += 1
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A call is answered in a task.")
        task.add_done_callback(self._end)

    def refused(self, code: str, reason: str) -> None:
        """It is answered with this status."""
        self._code, self._reason = code, reason
        if reason in LIMITS:
            series.REFUSED.labels(LIMITS[reason]).inc()

    def answered(self) -> None:
        """All of the answer has been given."""
        self._code = OK

    def _end(self, _: asyncio.Task[object]) -> None:
        method = self._method
        method.service.under_way -= 1
        method.seconds.observe(perf_counter() - self._began)
        method.handled(self._code, self._reason).inc()
