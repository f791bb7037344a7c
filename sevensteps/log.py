"""Logs: one JSON object a line, or text on a terminal. Ids and enums, never personal data."""

import logging
import sys

import structlog

Logger = structlog.typing.FilteringBoundLogger
Processor = structlog.typing.Processor

CONTEXT: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)

EXTRAS = ("case_id", "operation", "reason", "detail")
"""What a line of the standard library's logging may have beside its text: journeys log by it."""


def configure(style: str, service: str) -> None:
    """Set up the logs of this process: our own, and those of libraries, which use the standard library.

    `style` is json, console, or auto for console on a terminal and json elsewhere. Every line has the service's name.
    """
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer: Processor = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*CONTEXT, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_handler_for_libraries(renderer)], level=logging.WARNING, force=True)
    structlog.contextvars.bind_contextvars(service=service)


def _handler_for_libraries(renderer: Processor) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
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
