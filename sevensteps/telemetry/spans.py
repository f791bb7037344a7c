"""Spans: what a process does for one step of a story, and for how long. Nothing is recorded unless somebody wants it.

Recorded by our own few lines, and not by OpenTelemetry's SDK: a span with five attributes took the SDK 150 microseconds
of processor time until it had ended, on the machine of the figures in docs/tracing.md, and takes 5 here.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from enum import IntEnum
from random import Random
from time import time_ns
from types import TracebackType
from typing import Final, Protocol

from sevensteps import trace_context
from sevensteps.errors import Fault
from sevensteps.trace_context import TraceContext

COUNCIL, ROLES, CASE_ID = "sevensteps.council", "sevensteps.roles", "sevensteps.case_id"
REASON, EVENTS = "sevensteps.reason", "messaging.batch.message_count"
"""What several kinds of spans say."""
MOST_LINKS: Final = 32
"""Most other stories that a span names."""
_random = Random()  # noqa: S311 - an id of a span is no secret, and the system's own random numbers take thrice as long


class Side(IntEnum):
    """Which side of a step a span is, by OpenTelemetry's numbers."""

    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5


class Span(TraceContext):
    """A step that is recorded."""

    __slots__ = ("attributes", "began", "ended", "has_failed", "links", "name", "parent_id", "side")

    def __init__(self, trace_id: str, name: str, side: Side, parent_id: str, links: tuple[TraceContext, ...]) -> None:
        """It begins now. `parent_id` is empty for the first of its trace."""
        super().__init__(trace_id, f"{_random.getrandbits(64) or 1:016x}", is_sampled=True)
        self.name = name
        self.side = side
        self.parent_id = parent_id
        self.links = links
        self.attributes: dict[str, str | int] = {}
        self.has_failed = False
        self.began = time_ns()
        self.ended = 0

    def note(self, values: Mapping[str, str | int]) -> None:
        """See TraceContext."""
        self.attributes.update(values)


class Recorder(Protocol):
    """Who wants spans."""

    def wants(self, trace_id: str, parent: TraceContext | None) -> bool:
        """Whether a span is to be recorded: in a trace that begins with it, or behind a parent."""

    def take(self, span: Span) -> None:
        """Take a span that has ended. Never blocks, never raises."""


class _Off:
    """Nobody wants any."""

    recorder: Recorder | None = None


_state = _Off()


def record_to(recorder: Recorder | None) -> None:
    """Have this process's spans taken from now on; None for nobody."""
    _state.recorder = recorder


def begin(
    name: str, side: Side = Side.INTERNAL, parent: TraceContext | None = None, links: Iterable[TraceContext] = ()
) -> TraceContext | None:
    """A new step behind `parent`: a span if somebody wants it, else the parent itself, which is passed on."""
    recorder = _state.recorder
    if recorder is None:
        return parent
    trace_id = parent.trace_id if parent else f"{_random.getrandbits(128) or 1:032x}"
    if not recorder.wants(trace_id, parent):
        return parent or TraceContext(trace_id, f"{_random.getrandbits(64) or 1:016x}", is_sampled=False)
    return Span(trace_id, name, side, parent.span_id if parent else "", tuple(links)[:MOST_LINKS])


def end(step: TraceContext | None, *, failed: bool = False) -> None:
    """The step is over, and went wrong if `failed`."""
    if isinstance(step, Span):
        step.ended = time_ns()
        step.has_failed = failed
        if _state.recorder is not None:
            _state.recorder.take(step)


class _Step(AbstractContextManager[TraceContext | None]):
    """A step for as long as the context lasts. What is raised in it makes it a failed one."""

    __slots__ = ("_before", "_step")

    def __init__(self, step: TraceContext | None) -> None:
        self._step = step

    def __enter__(self) -> TraceContext | None:
        self._before = trace_context.here()
        trace_context.go(self._step)
        return self._step

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        trace_context.go(self._before)
        if error is not None and self._step is not None:
            self._step.note({REASON: error.reason if isinstance(error, Fault) else type(error).__name__})
        end(self._step, failed=error is not None)


def span(
    name: str, side: Side = Side.INTERNAL, parent: TraceContext | None = None, links: Iterable[TraceContext] = ()
) -> AbstractContextManager[TraceContext | None]:
    """A step for as long as the context lasts, behind `parent`, or else behind where the current task is."""
    return _Step(begin(name, side, parent or trace_context.here(), links))


def behind_all(written: Iterable[str]) -> tuple[TraceContext | None, tuple[TraceContext, ...]]:
    """What several stories have in common from here on: a step behind the first of them, with links to the others."""
    places = tuple({each.trace_id: each for each in map(trace_context.read, written) if each}.values())
    return (places[0], places[1:]) if places else (None, ())
