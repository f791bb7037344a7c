"""Going to a council's issuer to sign in, and coming back; signing out here and there."""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console.forms import read_form
from console.pages.sign_in import SEE_OTHER, signed_on
from console.signing_on.begun import Begun
from console.signing_on.places import with_query
from console.visit import SECURE, SIGN_IN, STATUS, Visit, forget, keep, own_place
from sevensteps import log
from sevensteps.console_address import is_secure, origin_of
from sevensteps.errors import Fault
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.telemetry import series

BEGUN = "seven_steps_sign_in"
SIGNED_OUT = "/signed-out"


async def go(visit: Visit) -> Response:
    """Send somebody to the issuer of the council that they have chosen."""
    asked = visit.request.query_params
    wanted = own_place(asked.get("next", "/"))
    try:
        address, begun = await visit.console.sign_on.begin(asked.get("council", ""), wanted)
    except Fault as fault:
        return _failed(visit, fault, wanted)
    answer = RedirectResponse(address, SEE_OTHER)
    keep(visit, answer, _begun_cookie(visit), begun.cookie)
    return answer


async def back(visit: Visit) -> Response:
    """Sign on whoever comes back from an issuer. What their browser has kept for it is used up, however it ends."""
    council = visit.request.path_params.get("council", EVERY_COUNCIL)
    begun = Begun.of_cookie(visit.request.cookies.get(_begun_cookie(visit), ""))
    wanted = own_place(begun.wanted) if begun else "/"
    try:
        who = await visit.console.sign_on.finish(council, visit.request.query_params, begun)
    except Fault as fault:
        answer = _failed(visit, fault, wanted)
    else:
        series.SIGN_ONS.labels("").inc()
        answer = await signed_on(visit, who, wanted)
    forget(visit, answer, _begun_cookie(visit))
    return answer


async def sign_out(visit: Visit) -> Response:
    """End the session, here and in every other window; then go on to end it at the issuer."""
    if visit.session is None:
        return RedirectResponse(SIGN_IN, SEE_OTHER)
    await read_form(visit.request, visit.form_key)
    await visit.console.sessions.end(visit.session)
    place = visit.session.who.place
    answer = RedirectResponse(SIGNED_OUT + (f"?{urlencode({'from': place})}" if place else ""), SEE_OTHER)
    forget(visit, answer, visit.console.cookie)
    return answer


async def signed_out(visit: Visit) -> Response:
    """What somebody sees who has signed off. Where their issuer says how, their browser goes on to sign off there.

    A form may lead to no other site, so that the page leads on by itself. No token goes with it: the issuer may ask.
    """
    place = visit.console.sign_on.places.all().get(visit.request.query_params.get("from", ""))
    there = place.address("end_session_endpoint") if place else ""
    if not place or not there:
        return visit.show("signed_out.html")
    back_here = {"client_id": place.client.client_id, "post_logout_redirect_uri": _signed_out_address(visit)}
    address = with_query(there, back_here)
    page = visit.show("signed_out.html", there=address)
    page.headers["refresh"] = f"0; url={address}"
    return page


def _signed_out_address(visit: Visit) -> str:
    return origin_of(visit.console.settings) + SIGNED_OUT


def _begun_cookie(visit: Visit) -> str:
    return (SECURE if is_secure(visit.console.settings) else "") + BEGUN


def _failed(visit: Visit, fault: Fault, wanted: str) -> Response:
    """The sentence of a fault, and the way to sign in again: to load the page again would not help."""
    status = STATUS[fault.kind]
    series.SIGN_ONS.labels(fault.reason).inc()
    log.get().warning("a sign-on was refused", reason=fault.reason, request_id=visit.request.state.request_id)
    again = SIGN_IN + "?" + urlencode({"next": wanted})
    return visit.show("sign_in_failed.html", status, sentence=fault.detail, again=again)
