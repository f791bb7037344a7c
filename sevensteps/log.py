"""Logs: one JSON object a line, or readable on a terminal. Ids and enums, never personal data."""

import logging
import sys

import structlog

Logger = structlog.typing.FilteringBoundLogger


def configure(style: str, service: str) -> None:
    """Set up structlog for this process. `style` is json, console or auto; every line carries the service's name."""
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def get() -> Logger:
    """The logger; what is bound in the context goes into every line."""
    logger: Logger = structlog.get_logger()
    return logger
