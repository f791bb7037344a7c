"""Signing on and off. On one machine, in development, whoever uses it says who they are."""

import secrets
from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.filters import Problem
from console.forms import read_form
from console.sessions import KEY_BYTES, LONGEST_SECONDS, SignedOn
from console.visit import SIGN_IN, Visit, cookie_of, is_secure, own_place
from sevensteps import councils
from sevensteps.addresses import is_loopback
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.claims import LONGEST_SUBJECT, form, is_word
from sevensteps.identity.rights import PEOPLE
from sevensteps.identity.tokens import Keys, refuse_in_production

FORM_COOKIE = "seven_steps_form"
"""Goes with the form for signing on: there is no session yet whose key could."""
EVERY = {EVERY_COUNCIL: "Every council"}
BAD_REQUEST = 400
SEE_OTHER = 303


async def show(visit: Visit) -> Response:
    """The form; who is signed on goes on to where they wanted to go."""
    _ensure_here(visit)
    wanted = own_place(visit.request.query_params.get("next", "/"))
    if visit.session:
        return RedirectResponse(wanted, SEE_OTHER)
    return _form(visit, {"next": wanted, "role": Role.OPERATIONS, "council": EVERY_COUNCIL}, [])


async def sign_in(visit: Visit) -> Response:
    """Begin a session with a token of this machine's own key, as `sevensteps token` prints one."""
    _ensure_here(visit)
    given = await read_form(visit.request, visit.request.cookies.get(FORM_COOKIE, ""))
    if problems := [*_problems(given, _councils(visit.console.settings))]:
        return _form(visit, given, problems)
    subject, role, council = (given[name] for name in ("subject", "role", "council"))
    token = Keys.open(visit.console.settings.data).issue(subject, {Role(role)}, council, seconds=LONGEST_SECONDS)
    if visit.session:
        await visit.console.sessions.end(visit.session)
    kept = await visit.console.sessions.begin(SignedOn(token, subject, role, council))
    answer = RedirectResponse(own_place(given.get("next", "/")), SEE_OTHER)
    _keep(visit.request, answer, cookie_of(visit.request), kept)
    answer.delete_cookie(FORM_COOKIE, path=SIGN_IN)
    return answer


async def sign_out(visit: Visit) -> Response:
    """End the session, here and in every other window."""
    if visit.session is None:
        return RedirectResponse(SIGN_IN, SEE_OTHER)
    await read_form(visit.request, visit.form_key)
    await visit.console.sessions.end(visit.session)
    answer = RedirectResponse("/signed-out", SEE_OTHER)
    answer.delete_cookie(cookie_of(visit.request), secure=is_secure(visit.request), httponly=True, samesite="lax")
    return answer


def _form(visit: Visit, given: Mapping[str, str], problems: list[Problem]) -> Response:
    form_key = secrets.token_urlsafe(KEY_BYTES)
    page = visit.show(
        "sign_in.html",
        BAD_REQUEST if problems else 200,
        form_key=form_key,
        given=given,
        problems=problems,
        wrong={problem.field: problem.sentence for problem in problems},
        roles=[role.value for role in Role if role in PEOPLE],
        councils=_councils(visit.console.settings),
    )
    _keep(visit.request, page, FORM_COOKIE, form_key, path=SIGN_IN)
    return page


def _keep(request: Request, answer: Response, name: str, value: str, *, path: str = "/") -> None:
    """Have the browser keep something until it is closed, where no script can read it."""
    answer.set_cookie(name, value, path=path, secure=is_secure(request), httponly=True, samesite="lax")


def _councils(settings: Settings) -> Mapping[str, str]:
    return EVERY | {name: name for name in councils.names(settings.policies)}


def _problems(given: Mapping[str, str], known: Mapping[str, str]) -> Iterator[Problem]:
    subject = given.get("subject", "")
    if not is_word(subject, LONGEST_SUBJECT):
        yield Problem("subject", f"Who you are: write an id of {form(LONGEST_SUBJECT)}.")
    elif subject in (Role.JOURNEY, Role.SERVICE):
        yield Problem("subject", f"Who you are: {subject} is a part of the suite. Write an id of your own.")
    if given.get("role") not in PEOPLE:
        yield Problem("role", "Your role: choose one from the list.")
    if given.get("council") not in known:
        yield Problem("council", "Your council: choose one from the list.")


def _ensure_here(visit: Visit) -> None:
    """Raise a Fault (DENIED) unless the browser is on this machine, and asked for it by one of its own names.

    Any name may be made to lead to this machine, so that a page from elsewhere could ask in its visitor's browser.
    """
    refuse_in_production(visit.console.settings)
    client, host = visit.request.client, visit.request.url.hostname or ""
    if not client or not is_loopback(client.host) or not is_loopback(host):
        raise Fault(
            Kind.DENIED,
            "SIGN_ON_ELSEWHERE",
            "Signing on by name is for this machine alone. Open the console on the machine itself, at 127.0.0.1.",
        )
