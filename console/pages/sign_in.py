"""Signing on: by the issuer of a council. On one machine, in development, whoever uses it says who they are."""

import secrets
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console.filters import Problem
from console.forms import read_form
from console.signing_on.sessions import KEY_BYTES, LONGEST_SECONDS, SignedOn
from console.visit import SIGN_IN, Visit, forget, keep, own_place
from sevensteps import councils
from sevensteps.addresses import is_loopback
from sevensteps.config import PRODUCTION, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.exposure import excused
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.claims import LONGEST_SUBJECT, form, is_word
from sevensteps.identity.role_groups import PEOPLE
from sevensteps.identity.tokens import Keys, refuse_in_production

FORM_COOKIE = "seven_steps_form"
"""Goes with the form for signing on: there is no session yet whose key could."""
EVERY = {EVERY_COUNCIL: "Every council"}
BAD_REQUEST = 400
SEE_OTHER = 303


async def show(visit: Visit) -> Response:
    """The ways to sign on; who is signed on goes on to where they wanted to go."""
    wanted = own_place(visit.request.query_params.get("next", "/"))
    if visit.session:
        return RedirectResponse(wanted, SEE_OTHER)
    return _page(visit, {"next": wanted, "role": Role.OPERATIONS, "council": EVERY_COUNCIL}, [])


async def sign_in(visit: Visit) -> Response:
    """Begin a session with a token of this machine's own key, as `sevensteps token` prints one."""
    refuse_in_production(visit.console.settings)
    _ensure_here(visit)
    given = await read_form(visit.request, visit.request.cookies.get(FORM_COOKIE, ""))
    if problems := [*_problems(given, _councils(visit.console.settings))]:
        return _page(visit, given, problems)
    subject, role, council = (given[name] for name in ("subject", "role", "council"))
    token = Keys.open(visit.console.settings.data).issue(subject, {Role(role)}, council, seconds=LONGEST_SECONDS)
    answer = await signed_on(visit, SignedOn(token, subject, role, council), given.get("next", "/"))
    forget(visit, answer, FORM_COOKIE, path=SIGN_IN)
    return answer


async def signed_on(visit: Visit, who: SignedOn, wanted: str) -> Response:
    """Begin a session anew, whatever the browser had before, and go on to where somebody wanted to go."""
    if visit.session:
        await visit.console.sessions.end(visit.session)
    kept = await visit.console.sessions.begin(who)
    answer = RedirectResponse(own_place(wanted), SEE_OTHER)
    keep(visit, answer, visit.console.cookie, kept)
    return answer


def _page(visit: Visit, given: Mapping[str, str], problems: list[Problem]) -> Response:
    places = [
        (place.title, f"{SIGN_IN}/go?" + urlencode({"council": council, "next": given.get("next", "/")}))
        for council, place in visit.console.sign_on.places.all().items()
    ]
    if visit.console.settings.mode == PRODUCTION:
        return visit.show("sign_in.html", places=places)
    if not places:
        _ensure_here(visit)
    is_here = not _why_not_here(visit)
    form_key = secrets.token_urlsafe(KEY_BYTES)
    page = visit.show(
        "sign_in.html",
        BAD_REQUEST if problems else 200,
        problems,
        places=places,
        is_here=is_here,
        form_key=form_key,
        given=given,
        roles=[role.value for role in Role if role in PEOPLE],
        councils=_councils(visit.console.settings),
    )
    if is_here:
        keep(visit, page, FORM_COOKIE, form_key, path=SIGN_IN)
    return page


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
    """Raise a Fault (DENIED) unless whoever asks may say who they are."""
    if why_not := _why_not_here(visit):
        raise Fault(Kind.DENIED, "SIGN_ON_ELSEWHERE", why_not)


def _why_not_here(visit: Visit) -> str:
    """Why signing on by name is not for this browser: it has to be on this machine, and to ask by one of its own names.

    Any name may be made to lead to this machine, so that a page from elsewhere could ask in its visitor's browser. In a
    container nobody comes from the machine itself: there the setting says that nobody else gets to it.
    """
    client, host = visit.request.client, visit.request.url.hostname or ""
    only_from_here = "console" in excused(visit.console.settings.plaintext)
    if client and is_loopback(host) and (only_from_here or is_loopback(client.host)):
        return ""
    return "Signing on by name is for this machine alone. Open the console on the machine itself, at 127.0.0.1."
