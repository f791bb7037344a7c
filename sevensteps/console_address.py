"""Where the console is, for whoever opens it and for whoever looks after it, and whether it serves there."""

import asyncio
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path

from sevensteps.addresses import host_of, port_of
from sevensteps.config import Settings
from sevensteps.encryption.certificates import AUTHORITY, file_of

HEALTH = "/healthz"
ANSWER_SECONDS = 2.0
OK = 200
SECURE = "https://"


def origin_of(settings: Settings) -> str:
    """What people type to open the console, without a place within it."""
    return settings.console_url or f"{'https' if settings.console_certificates else 'http'}://{settings.console}"


def is_secure(settings: Settings) -> bool:
    """Whether browsers come to it over encrypted connections alone."""
    return origin_of(settings).startswith(SECURE)


async def serves(settings: Settings) -> bool:
    """Whether a console serves at its address."""
    return not await asyncio.to_thread(problem_of_console, settings)


def problem_of_console(settings: Settings) -> str:
    """Why no console serves at its address, to follow its name; empty where one does."""
    try:
        connection = _connection(settings)
    except (OSError, ssl.SSLError) as error:
        return f"cannot be asked: its certificates cannot be used ({type(error).__name__})."
    try:
        connection.request("GET", HEALTH)
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace").strip()
    except (OSError, HTTPException):
        return f"does not answer at {settings.console}."
    finally:
        connection.close()
    return "" if answer.status == OK else f"answers that it does not serve: {said[:80]}"


def _connection(settings: Settings) -> HTTPConnection:
    host, port = host_of(settings.console).strip("[]"), port_of(settings.console)
    if not settings.console_certificates:
        return HTTPConnection(host, port, timeout=ANSWER_SECONDS)
    context = ssl.create_default_context(cafile=str(file_of(Path(settings.console_certificates), AUTHORITY)))
    context.check_hostname = False  # its certificate is for the name by which people open it
    return HTTPSConnection(host, port, timeout=ANSWER_SECONDS, context=context)
