"""Running one process of the suite: settings, logs, its work, and a plain sentence where it cannot start."""

import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from typing import NoReturn

import sqlalchemy.exc
import uvloop

from sevensteps import log, program, standard_error
from sevensteps.config import PRODUCTION, Settings, SettingsError
from sevensteps.errors import Fault
from sevensteps.installation import version_and_commit
from sevensteps.telemetry import series, tracing

FOR_OWNER_ONLY = 0o077
"""No file that a process makes is for others to read: records and logs are about people."""


def run(name: str, work: Callable[[Settings], Coroutine[None, None, None]]) -> NoReturn:
    """Do the work of a process, and end it. Where it cannot start or go on, it says why and has exit code 1."""
    program.run(partial(_work, name, work))


def _work(name: str, work: Callable[[Settings], Coroutine[None, None, None]]) -> None:
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    log.configure("json" if settings.mode == PRODUCTION and settings.log == "auto" else settings.log, name)
    log.tell_warnings()
    standard_error.take()
    series.PROCESS_INFO.labels(name, *version_and_commit()).set(1)
    os.umask(FOR_OWNER_ONLY)
    try:
        settings.make_data_folder()
        tracing.turn_on(settings, name)
        uvloop.run(work(settings))
    except SettingsError as error:
        sys.exit(str(error))
    except Fault as fault:
        _end(name, fault.reason, fault.detail)
    except (OSError, sqlalchemy.exc.DBAPIError) as error:
        where = "at SEVENSTEPS_DATABASE" if settings.database else f"in {settings.data}"
        _end(name, "STORE_UNAVAILABLE", f"The records {where} cannot be opened ({type(error).__name__}).")
    except Exception as error:  # noqa: BLE001 - the stack trace goes into the log, and a sentence to standard error
        _end(name, "INTERNAL", f"An unexpected error occurred ({type(error).__name__}); the log has more.", error)


def _end(name: str, reason: str, detail: str, error: Exception | None = None) -> None:
    log.get().error("ended", reason=reason, detail=detail, exc_info=error)
    sys.exit(f"{name} ended. {detail}")
