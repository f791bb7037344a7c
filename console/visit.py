"""One visit of one page: who is there, their calls to services, and what they are shown."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.filters import Problem, by_field
from console.navigation import links, may
from console.saved_views import SavedViews
from console.signing_on.renewal import Renewal
from console.signing_on.sessions import Session, Sessions
from console.signing_on.sign_on import SignOn
from sevensteps import log
from sevensteps.case_history.words import Words
from sevensteps.config import Settings
from sevensteps.console_address import is_secure
from sevensteps.errors import Fault, Kind
from sevensteps.identity.rights import authorise, rpc_of
from sevensteps.rehearsal.words import NOTHING_COUNTS
from sevensteps.rpc.caller import Caller

TOKEN: ContextVar[str] = ContextVar("TOKEN")
"""The token of whoever visits: every call that is made for them carries it, and no call carries another one."""
COOKIE = "seven_steps"
SECURE = "__Host-"
"""Begins the names of cookies that browsers keep for this host alone, and send over encrypted connections alone."""
SIGN_IN = "/sign-in"
STATUS: Mapping[Kind, int] = {
    Kind.INVALID: 400,
    Kind.OUT_OF_RANGE: 400,
    Kind.DENIED: 403,
    Kind.NOT_FOUND: 404,
    Kind.ABORTED: 409,
    Kind.PRECONDITION: 409,
    Kind.EXHAUSTED: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
"""What the page of a Fault is answered with."""
REFRESH = "x-refresh"
"""A page that asks for itself again sends this header: nobody does anything (static/refresh.js)."""
BY_ITSELF = "by_itself"
"""The same in an address, for a page that loads itself anew without a script."""


@dataclass(frozen=True, slots=True)
class Console:
    """What every page is made with."""

    settings: Settings
    sessions: Sessions
    views: SavedViews
    caller: Caller
    """Calls with the token of the visit."""
    templates: jinja2.Environment
    words: Words
    sign_on: SignOn

    @property
    def cookie(self) -> str:
        """What the cookie of a session is called."""
        return (SECURE if is_secure(self.settings) else "") + COOKIE

    @property
    def renewal(self) -> Renewal:
        """What keeps people signed on."""
        return Renewal(self.sessions, self.sign_on)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody looks at a page. `session` is None before they have signed on."""

    console: Console
    request: Request
    session: Session | None

    @property
    def form_key(self) -> str:
        """What has to come back with a form."""
        return self.session.form_key if self.session else ""

    def may(self, call: str) -> bool:
        """Whether one of the visitor's roles may make a call ("service.Method"): what they cannot do is not offered."""
        return self.session is not None and may(self.session.roles, call)

    def pages(self) -> Iterator[str]:
        """The addresses of the pages in the header, which are those for the visitor's role."""
        return (each.href for each in links(self.session.roles, self.request.url.path)) if self.session else iter(())

    def ensure_may(self, call: str) -> None:
        """Raise a Fault (DENIED) where `may` is false, in the words of the services."""
        if self.session is not None:
            authorise(self.session.actor, rpc_of(call))

    def noted(self, fault: Fault) -> Mapping[str, str]:
        """What a page says of a refusal beside its sentence; the log has it under the same number."""
        request_id = self.request.state.request_id
        log.get().warning("a page was refused", reason=fault.reason, request_id=request_id)
        return {"refusal": fault.reason}

    def show(
        self, template: str, status: int = 200, problems: Sequence[Problem] = (), /, **what: object
    ) -> HTMLResponse:
        """A page. What is wrong with what was given stands in its summary, and by its field."""
        state, path, session = self.request.state, self.request.url.path, self.session
        is_rehearsal = bool(self.console.settings.rehearsal)
        about: dict[str, object] = {
            "session": session,
            "form_key": self.form_key,
            "path": path,
            "cspNonce": state.nonce,
            "request_id": state.request_id,
            "navigation": [*links(session.roles, path, is_rehearsal=is_rehearsal)] if session else [],
            "rehearsal": NOTHING_COUNTS if is_rehearsal else "",
            "problems": problems,
            "wrong": by_field(problems),
        }
        return HTMLResponse(self.console.templates.get_template(template).render(**about | what), status)


Page: TypeAlias = Callable[[Visit], Awaitable[Response]]
Answer: TypeAlias = Callable[[Request], Awaitable[Response]]


def keep(visit: Visit, answer: Response, name: str, value: str, *, path: str = "/") -> None:
    """Have the browser keep something until it is closed, where no script can read it."""
    secure = is_secure(visit.console.settings)
    answer.set_cookie(name, value, path=path, secure=secure, httponly=True, samesite="lax")


def forget(visit: Visit, answer: Response, name: str, *, path: str = "/") -> None:
    """Have the browser keep it no more."""
    secure = is_secure(visit.console.settings)
    answer.delete_cookie(name, path=path, secure=secure, httponly=True, samesite="lax")


async def visit_of(request: Request) -> Visit:
    """The visit that a request is. Raises a Fault (UNAVAILABLE) where the sessions cannot be read."""
    console: Console = request.app.state.console
    kept = request.cookies.get(console.cookie, "")
    is_visit = REFRESH not in request.headers and BY_ITSELF not in request.query_params
    session = await console.sessions.find(kept, is_visit=is_visit)
    TOKEN.set(session.token if session else "")
    return Visit(console, request, session)


def for_anybody(page: Page) -> Answer:
    """A page that needs no sign-on."""

    async def answer(request: Request) -> Response:
        return await page(await visit_of(request))

    return answer


def for_signed_on(page: Page) -> Answer:
    """A page for who has signed on. Anybody else is sent to do so, and comes back."""

    async def answer(request: Request) -> Response:
        visit = await visit_of(request)
        session = await visit.console.renewal.good(visit.session) if visit.session else None
        if session is None:
            return to_sign_in(request)
        TOKEN.set(session.token)
        return await page(replace(visit, session=session))

    return answer


def to_sign_in(request: Request) -> RedirectResponse:
    """Sends somebody to sign on, and remembers where they wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back: Mapping[str, str] = {"next": wanted} if request.method == "GET" and wanted != "/" else {}
    return RedirectResponse(SIGN_IN + (f"?{urlencode(back)}" if back else ""), 303)


def own_place(wanted: str) -> str:
    """A place of this console to go on to; the home page instead of one that is elsewhere."""
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if is_ours else "/"
