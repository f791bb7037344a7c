"""Pages that ask nobody anything: the notice about cookies, and whether the console works."""

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from console.visit import SECURE, Console, Visit
from sevensteps.console_address import is_secure
from sevensteps.errors import Fault

UNAVAILABLE = 503
WORKS = sa.text("SELECT 1")


async def cookies(visit: Visit) -> Response:
    """Which cookies there are, and what for."""
    return visit.show("cookies.html", prefix=SECURE if is_secure(visit.console.settings) else "")


async def health(request: Request) -> Response:
    """Whether the console can show anything at all: whether it reads who is signed on. Services are no part of that."""
    console: Console = request.app.state.console
    try:
        await console.sessions.store.read(lambda connection: connection.execute(WORKS).scalar_one())
    except Fault as fault:
        return PlainTextResponse(f"{fault.reason}\n", UNAVAILABLE)
    return PlainTextResponse("serving\n")
