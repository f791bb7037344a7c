"""What may stand in a log that is given away. All else is left out: whoever logs a new field lists it here.

Ids and enums, counts and times, places in code, and the sentences that the suite itself makes for operations.
"""

import re
import secrets
from collections.abc import Iterator
from hashlib import blake2b
from traceback import walk_tb
from types import TracebackType
from typing import Final

from structlog.typing import EventDict, ExcInfo

LEFT_OUT: Final = "(left out)"
KEPT: Final = frozenset(
    {
        *("event", "level", "timestamp", "service", "logger", "source", "exception", "trace_id", "span_id"),
        *("case_id", "council", "event_id", "position", "request_id", "rpc", "type", "operation", "side", "task"),
        *("kind", "reason", "detail", "expected", "lost", "dropped", "lines", "keys", "differ", "check", "count"),
        *("address", "believed", "file", "folder", "issuer", "pack", "process", "task_queue", "temporal", "reader"),
        *("cases", "events", "before", "held_back", "release", "journeys_go_to", "percentage", "exit_code"),
    }
)
"""The fields that are written as they are, if their value is a text, a number or a list of those.

`detail` is a sentence of the suite's own, as a Fault has it: they are made without what anybody has typed.
"""
OF_THE_SUITE: Final = frozenset(
    {"assessment", "planning", "approval", "review", "feed", "operations", "journey", "command-line"}
)
"""The subjects of the suite's own processes: nobody."""
DEEPEST: Final = 20
"""Most places in the code that an error shows, those nearest to it; and most errors within an error."""
REASON = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
"""What a Fault is refused for; anything else that an error calls its reason is left out."""
_secret = secrets.token_bytes(16)


def redacted(_logger: object, _method: str, line: EventDict) -> EventDict:
    """A line with what may stand in it. A processor of structlog's."""
    return {name: value if name.startswith("_") else _shown(name, value) for name, value in line.items()}


def _shown(name: str, value: object) -> object:
    if name == "actor":
        return value if value in OF_THE_SUITE else _somebody(value)
    return value if name in KEPT and _is_plain(value) else LEFT_OUT


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(part) for part in value)
    return value is None or isinstance(value, str | int | float)


def _somebody(subject: object) -> str:
    """A person by a number that is theirs in the lines of this process, until it ends, and leads to nobody."""
    return f"somebody-{blake2b(str(subject).encode(errors='replace'), key=_secret, digest_size=4).hexdigest()}"


def described(exc_info: ExcInfo) -> str:
    """An error by its kind and by where in the code it was, without its text: that may have what was in a record."""
    return "\n".join(_described(exc_info[1], exc_info[2], DEEPEST))


def _described(error: BaseException, traceback: TracebackType | None, left: int) -> Iterator[str]:
    kind = type(error)
    reason = str(getattr(error, "reason", ""))
    yield f"{kind.__module__}.{kind.__qualname__}" + (f" {reason}" if REASON.fullmatch(reason) else "")
    places = [f"  at {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}" for frame, line in walk_tb(traceback)]
    yield from places[-DEEPEST:]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    within = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for other in (*within, *([before] if before else [])):
        if left:
            left -= 1
            yield from _described(other, other.__traceback__, left)
