"""Naming a view of the list of cases, and forgetting it again. A view is an address: it holds no case."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response

from console import filters
from console.filters import Asked, Problem
from console.forms import read_form
from console.visit import Visit
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role

REFUSED = {Kind.INVALID: 400, Kind.PRECONDITION: 409}
BAD_REQUEST, SEE_OTHER = 400, 303
QUESTION = "question"


async def begin(visit: Visit) -> Response:
    """The form for naming the view that the address has."""
    asked = filters.read(visit.request.query_params.multi_items())
    return _form(visit, asked, {}, asked.problems)


async def save(visit: Visit) -> Response:
    """Keep it, and go on to it. Raises Faults of the store."""
    given = await read_form(visit.request, visit.form_key)
    asked = filters.read(parse_qsl(given.get(QUESTION, "")))
    if asked.problems:
        return _form(visit, asked, given, asked.problems)
    if session := visit.session:
        saving = visit.console.views.save(
            session.council, session.subject, given.get("name", ""), _question(asked), is_shared="shared" in given
        )
        try:
            await saving
        except Fault as fault:
            if fault.kind not in REFUSED:
                raise
            sentence = f"Name: {fault.violations[0].detail}." if fault.violations else fault.detail
            return _form(visit, asked, given, [Problem("name", sentence)], fault)
    return RedirectResponse(f"/cases{asked.address()}", SEE_OTHER)


async def show(visit: Visit) -> Response:
    """The views that somebody has, with a button for forgetting each."""
    session = visit.session
    return visit.show(
        "views.html",
        views=await visit.console.views.of(session.council, session.subject) if session else [],
        may_tidy=_may_tidy(visit),
    )


async def delete(visit: Visit) -> Response:
    """Forget one. Raises a Fault (NOT_FOUND) for one that is not theirs to forget."""
    await read_form(visit.request, visit.form_key)
    if session := visit.session:
        view_id = visit.request.path_params["view_id"]
        others = _may_tidy(visit)
        await visit.console.views.delete(session.council, session.subject, view_id, others=others)
    return RedirectResponse("/views", SEE_OTHER)


def _may_tidy(visit: Visit) -> bool:
    """Whether somebody may forget what others have shared: operations, since its owner may be gone."""
    return visit.session is not None and Role.OPERATIONS in visit.session.roles


def _question(asked: Asked) -> str:
    return asked.address().removeprefix("?")


def _form(
    visit: Visit,
    asked: Asked,
    given: Mapping[str, str],
    problems: Sequence[Problem],
    fault: Fault | None = None,
) -> Response:
    return visit.show(
        "view_new.html",
        (REFUSED[fault.kind] if fault else BAD_REQUEST) if problems else 200,
        problems,
        asked=asked,
        question=_question(asked),
        given=given,
        **(visit.noted(fault) if fault else {}),
    )
