"""Logs: one JSON object a line, or text on a terminal. Ids and enums, never personal data. Logging never raises.

What a line may have is listed in redaction.py; what is not on that list is left out. The text of a line is written in
the code, with nothing put into it.
"""

import logging
import os
import sys
import warnings
from threading import RLock
from typing import Final, TextIO

import structlog

from sevensteps import trace_context
from sevensteps.redaction import LEFT_OUT, described, redacted

Logger = structlog.typing.FilteringBoundLogger
Processor = structlog.typing.Processor
EventDict = structlog.typing.EventDict

STANDARD_ERROR: Final = 2
OUR_LIBRARIES = ("sevensteps", "temporalio")
"""The loggers of the standard library whose texts are written: ours, and Temporal's, to which nothing personal goes."""
OF_ASYNCIO = (
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending!",
    "Exception in callback",
)
"""How texts of asyncio's begin that go on with whatever was at hand."""


def _add_trace(_logger: object, _method: str, line: EventDict) -> EventDict:
    place = trace_context.here()
    return {**line, "trace_id": place.trace_id, "span_id": place.span_id} if place else line


CONTEXT: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    _add_trace,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

EXTRAS = ("case_id", "operation", "reason", "detail")
"""What a line of the standard library's logging may have beside its text: journeys log by it."""
GIVEN_AWAY: tuple[Processor, ...] = (structlog.processors.ExceptionRenderer(described), redacted)


class Lines:
    """Writes lines to a file descriptor. What cannot be written is counted, and told when lines can be written again.

    It is what structlog and the standard library's handlers write to: the disk may be full, or nobody may listen any
    more, and whatever the process was doing goes on.
    """

    def __init__(self, descriptor: int = STANDARD_ERROR) -> None:
        """Nothing is written yet."""
        self._descriptor = descriptor
        self._lock = RLock()  # telling what was lost writes a line within the writing of one
        self._lost = 0
        self._torn = False

    def write_to(self, descriptor: int) -> None:
        """Write to another file descriptor from now on."""
        self._descriptor = descriptor

    def write(self, text: str) -> None:
        """Write a line, given with or without its end."""
        line = text.encode(errors="backslashreplace").rstrip(b"\n") + b"\n"
        with self._lock:
            if not self._put(line):
                self._lost += 1
            elif self._lost:
                self._tell()

    def flush(self) -> None:
        """Nothing is kept back."""

    def lose(self) -> None:
        """Count a line that could not even be rendered."""
        with self._lock:
            self._lost += 1

    def msg(self, message: str) -> None:
        """Write a line of structlog's."""
        self.write(message)

    debug = info = warning = error = critical = exception = msg

    def _put(self, line: bytes) -> bool:
        """Whether all of a line was written. A part of one, where the disk got full in between, is ended first."""
        line = b"\n" + line if self._torn else line
        try:
            written = os.write(self._descriptor, line)
        except OSError:
            return False
        self._torn = written < len(line)
        return not self._torn

    def _tell(self) -> None:
        lost, self._lost = self._lost, 0
        get().warning("log lines could not be written", lost=lost)
        if self._lost:
            self._lost += lost


_lines = Lines()


class _Safe(structlog.make_filtering_bound_logger(logging.INFO)):  # type: ignore[misc]  # a class made at run time
    """A logger that loses a line rather than raise, whatever is wrong with what it was given."""

    def _proxy_to_logger(self, method_name: str, event: str | None = None, **values: object) -> None:
        try:
            super()._proxy_to_logger(method_name, event, **values)
        except Exception:  # noqa: BLE001 - whoever logs is doing something else, which must go on
            _lines.lose()


class _LibrariesHandler(logging.StreamHandler[Lines]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the standard library's name
        _lines.lose()


def write_to(descriptor: int) -> None:
    """Write to another file descriptor from now on."""
    _lines.write_to(descriptor)


def configure(style: str, service: str) -> None:
    """Set up the logs of this process: our own, and those of libraries, which use the standard library.

    `style` is json, console, or auto for console on a terminal and json elsewhere. Every line has the service's name.
    """
    if sys.stderr is None:  # closed from the start: whatever is opened as number 2 is not for log lines
        _lines.write_to(os.open(os.devnull, os.O_WRONLY))
    console = style == "console" or (style == "auto" and os.isatty(STANDARD_ERROR))
    renderer: Processor = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*CONTEXT, *GIVEN_AWAY, renderer],
        wrapper_class=_Safe,
        logger_factory=lambda *_: _lines,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_handler_for_libraries(renderer)], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(service=service)


def _handler_for_libraries(renderer: Processor) -> logging.Handler:
    handler = _LibrariesHandler(_lines)
    before: tuple[Processor, ...] = (
        *CONTEXT,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=EXTRAS),
        _keep_known_text,
        *GIVEN_AWAY,
    )
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=processors))
    return handler


def _keep_known_text(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Leave out the text of a library's line, in which it puts values; where in its code it was says as much."""
    record: logging.LogRecord = line["_record"]
    if record.name.partition(".")[0] not in OUR_LIBRARIES:
        known = (text for text in OF_ASYNCIO if record.name == "asyncio" and str(line["event"]).startswith(text))
        return {**line, "event": next(known, LEFT_OUT), "source": f"{record.filename}:{record.lineno}"}
    return line


def tell_warnings() -> None:
    """Have the warnings of Python's come as lines of the log, and not as text among them."""
    warnings.showwarning = _tell_warning


def _tell_warning(  # noqa: PLR0917 - as Python calls it
    message: Warning | str,  # noqa: ARG001 - may have anything in it
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - nobody gives one
    line: str | None = None,  # noqa: ARG001 - the same
) -> None:
    get().warning("a warning of Python's", kind=category.__name__, source=f"{filename}:{lineno}")


def get() -> Logger:
    """The logger. Every line has what is bound in the context."""
    logger: Logger = structlog.get_logger()
    return logger
