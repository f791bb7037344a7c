"""Where in a trace something happens, as W3C trace context writes it: random numbers, nothing about anybody.

It goes with a call, an event and a signal whether or not this process records traces: whoever does has the whole story.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

HEADER: Final = "traceparent"
"""What it is called in a call's metadata, in an event, and in a signal's headers."""
FORM = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)
LONGEST: Final = 100
SAMPLED: Final = 1


class TraceContext:
    """A place in a trace. `is_sampled` says whether whoever began the trace wants it recorded."""

    __slots__ = ("is_sampled", "span_id", "trace_id")

    def __init__(self, trace_id: str, span_id: str, *, is_sampled: bool) -> None:
        """The ids are in hexadecimal digits, 32 and 16 of them."""
        self.trace_id = trace_id
        self.span_id = span_id
        self.is_sampled = is_sampled

    @property
    def traceparent(self) -> str:
        """As it is written."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.is_sampled else '00'}"

    def note(self, _: Mapping[str, str | int]) -> None:
        """Say more about what happens here. Only a span that is recorded keeps it."""


_here: ContextVar[TraceContext | None] = ContextVar("trace_context", default=None)


def here() -> TraceContext | None:
    """Where the current task is; None outside of every trace."""
    return _here.get()


def go(to: TraceContext | None) -> None:
    """The current task, and what it starts, is there from now on."""
    _here.set(to)


def note(values: Mapping[str, str | int]) -> None:
    """Say more about what happens here: ids, enums and numbers, never words and never who a person is."""
    if (place := _here.get()) is not None:
        place.note(values)


def traceparent() -> str:
    """Where the current task is, as it is written; empty outside of every trace."""
    place = _here.get()
    return place.traceparent if place else ""


def read(written: str) -> TraceContext | None:
    """What somebody has written; None for nothing, and for what is no trace context: nobody is refused for that."""
    match = FORM.fullmatch(written) if len(written) <= LONGEST else None
    if match is None or (match[1] == "00" and match[5]):
        return None
    return TraceContext(match[2], match[3], is_sampled=bool(int(match[4], 16) & SAMPLED))
