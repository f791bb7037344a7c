"""The life of one of the suite's processes: settings, logs, its work, and a plain sentence when it cannot begin."""

import asyncio
import sys
from collections.abc import Callable, Coroutine

import sqlalchemy.exc

from sevensteps import log
from sevensteps.config import Settings, SettingsError
from sevensteps.errors import Fault


def run(name: str, work: Callable[[Settings], Coroutine[None, None, None]]) -> None:
    """Do a process's work until it ends. What keeps it from beginning is said in a sentence, with exit code 1."""
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    log.configure(settings.log, name)
    try:
        settings.make_data_folder()
        asyncio.run(work(settings))
    except Fault as fault:
        _end(name, fault.reason, fault.detail)
    except (OSError, sqlalchemy.exc.DBAPIError) as error:
        where = "at SEVENSTEPS_DATABASE" if settings.database else f"in {settings.data}"
        _end(name, "STORE_UNAVAILABLE", f"The records {where} cannot be opened ({type(error).__name__}).")
    except Exception as error:  # noqa: BLE001 - the log has the trace, and whoever started it a sentence
        _end(name, "INTERNAL", f"Something went wrong that nobody foresaw ({type(error).__name__}).", error)


def _end(name: str, reason: str, detail: str, error: Exception | None = None) -> None:
    log.get().error("ended", reason=reason, detail=detail, exc_info=error)
    sys.exit(f"{name} ended. {detail}")
