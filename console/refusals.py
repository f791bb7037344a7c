"""What somebody sees whose page could not be shown: the service's own sentence, and a number to ask about it by."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from console.visit import STATUS, Visit, forget, to_sign_in, visit_of
from sevensteps import log
from sevensteps.errors import Fault, Kind

TITLES: Mapping[int, str] = {
    400: "This cannot be shown as you asked for it",
    403: "You may not see this",
    404: "There is no such page",
    405: "This page is not used like that",
    409: "This cannot be done as things stand",
    429: "Too much is asked at once",
    500: "Something is wrong with the console",
    503: "A part of the suite does not answer",
}
TITLES_OF_ACTS: Mapping[int, str] = {
    400: "This cannot be done as you asked for it",
    403: "You may not do this",
    404: "There is no such thing",
}
"""Where something was to be done, and not only shown."""
NOT_FOUND, INTERNAL = 404, 500
ACT = "POST"


async def of_fault(request: Request, error: Exception) -> Response:
    """What a service, or the console itself, refused. Somebody whose token is not believed any more signs on again."""
    if not isinstance(error, Fault):
        raise error
    if error.kind is Kind.UNAUTHENTICATED:
        return await _signed_off(request)
    status = STATUS[error.kind]
    log.get().warning("a page was refused", reason=error.reason, request_id=request.state.request_id)
    return await _show(request, status, error.detail, error.reason)


async def _signed_off(request: Request) -> Response:
    """A token that was revoked, or is not believed any more, is the end of the session: it would be refused again."""
    visit, answer = await visit_of(request), to_sign_in(request)
    if visit.session:
        await visit.console.sessions.end(visit.session)
        forget(visit, answer, visit.console.cookie)
    return answer


async def of_http(request: Request, error: Exception) -> Response:
    """An address that there is not, or a use of one that there is not."""
    status = error.status_code if isinstance(error, HTTPException) else INTERNAL
    sentence = "Check the address." if status == NOT_FOUND else "Go back and try another way."
    return await _show(request, status, sentence)


async def of_error(request: Request, error: Exception) -> Response:
    """What nobody expected. The log has it under the same number (see Guarded); the page says nothing of it."""
    del error
    return await _show(request, INTERNAL, "Try again. If it stays so, tell whoever looks after the suite.")


async def _show(request: Request, status: int, sentence: str, reason: str = "") -> Response:
    try:
        visit = await visit_of(request)
    except Fault:
        visit = Visit(request.app.state.console, request, None)
    is_act = request.method == ACT
    title = TITLES_OF_ACTS.get(status) if is_act else None
    title = title or TITLES.get(status, TITLES[INTERNAL])
    return visit.show("refused.html", status, title=title, sentence=sentence, reason=reason, is_act=is_act)
