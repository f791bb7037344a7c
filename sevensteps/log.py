"""Logs: one JSON object a line, or text on a terminal. Ids and enums, never personal data. Logging never raises."""

import logging
import os
import sys
from threading import RLock
from typing import Final

import structlog

Logger = structlog.typing.FilteringBoundLogger
Processor = structlog.typing.Processor

STANDARD_ERROR: Final = 2
CONTEXT: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

EXTRAS = ("case_id", "operation", "reason", "detail")
"""What a line of the standard library's logging may have beside its text: journeys log by it."""


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


def configure(style: str, service: str) -> None:
    """Set up the logs of this process: our own, and those of libraries, which use the standard library.

    `style` is json, console, or auto for console on a terminal and json elsewhere. Every line has the service's name.
    """
    if sys.stderr is None:  # closed from the start: whatever is opened as number 2 is not for log lines
        _lines.write_to(os.open(os.devnull, os.O_WRONLY))
    console = style == "console" or (style == "auto" and os.isatty(STANDARD_ERROR))
    renderer: Processor = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*CONTEXT, structlog.processors.format_exc_info, renderer],
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
        structlog.processors.format_exc_info,
    )
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=processors))
    return handler


def get() -> Logger:
    """The logger. Every line has what is bound in the context."""
    logger: Logger = structlog.get_logger()
    return logger
