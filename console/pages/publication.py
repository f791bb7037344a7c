"""One publication of packs: what it changes, and the form by which a second person puts it in force.

A pack is checked and sent to the services from the command line, where its files and worked cases are.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from starlette.responses import RedirectResponse, Response

from console.attempts import ELSEWHERE, Attempt
from console.filters import Problem
from console.forms import read_form
from console.pages.packs import STATES
from console.visit import Visit
from sevensteps import clock
from sevensteps.api.policy.v1 import policy_pb2 as pb
from sevensteps.config import REGISTER
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.publication import putting_in_force as publishing
from sevensteps.publication.archived import files_of, is_waiting, read_changes
from sevensteps.publication.packs_in_services import SHORT

ACT = "put-in-force"
DAY = "from_day"
FURTHEST = timedelta(days=366)
SEE_OTHER = 303


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of the register, and one (NOT_FOUND) where there is no such publication."""
    return await _page(visit, Attempt())


async def put_in_force(visit: Visit) -> Response:
    """Put it in force in every service from a day on, or now. What is refused is shown at the form."""
    given = await read_form(visit.request, visit.form_key)
    attempt = Attempt(ACT, given)
    found = await _find(visit)
    try:
        moment = _moment(given.get(DAY, "").strip())
        await _put_in_force(visit, found, moment)
    except Fault as fault:
        if fault.kind in ELSEWHERE:
            raise
        visit.noted(fault)
        problems = [Problem(each.field, each.detail) for each in fault.violations if each.field == DAY]
        return await _page(visit, attempt.refused(fault, problems))
    return RedirectResponse(f"{visit.request.url.path.rpartition('/')[0]}?done={ACT}", SEE_OTHER)


async def _put_in_force(visit: Visit, found: pb.Publication, moment: datetime | None) -> None:
    """Have every service have it, and put it in force. Who may not do that schedules nothing either.

    Raises Faults: those of the services, and one (DENIED) where a council wants two people and this is the first.
    """
    caller = visit.console.caller
    files = files_of(await read_changes(caller, found))
    sent = await publishing.stage(caller, found.publication_id, found.packs, files, found.because)
    if sent.needs_second_person and visit.session and visit.session.subject == found.published_by:
        raise Fault(
            Kind.DENIED,
            "SECOND_PERSON_NEEDED",
            "A council lets two people publish its packs, and you are the first. Somebody else has to confirm it.",
        )
    if moment is None:
        await publishing.put_in_force(caller, found.publication_id)
    else:
        await publishing.put_in_force_from(caller, found.publication_id, moment)


def _moment(text: str) -> datetime | None:
    """When a day begins in the United Kingdom; None for now. Raises a Fault (INVALID) for what is no day to come."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    today = clock.today()
    if not today < day <= today + FURTHEST or day.isoformat() != text:
        raise _no_day(today + timedelta(days=1))
    return clock.begin_of_uk_day(day)


def _no_day(earliest: date) -> Fault:
    detail = f"From which day: write a day from tomorrow on, such as {earliest}, or leave it empty."
    return invalid(Violation(DAY, detail))


async def _find(visit: Visit) -> pb.Publication:
    wanted = visit.request.path_params["publication_id"]
    for each in await publishing.publications(visit.console.caller):
        if each.publication_id == wanted:
            return each
    raise Fault(Kind.NOT_FOUND, "PUBLICATION_NOT_FOUND", "There is no such publication. Packs lists those there are.")


async def _page(visit: Visit, attempt: Attempt) -> Response:
    found = await _find(visit)
    in_force = await publishing.packs_in_service(visit.console.caller, REGISTER)
    changes = await read_changes(visit.console.caller, found)
    is_current = is_waiting(found, in_force)
    if not is_current:
        attempt = attempt.moved_to("stands")
    return visit.show(
        "publication.html",
        attempt.status,
        attempt.problems,
        attempt=attempt,
        refusal=attempt.reason,
        found=found,
        state=STATES[found.state],
        changes=changes,
        short=SHORT,
        done=visit.request.query_params.get("done", ""),
        **_standing(found, is_current=is_current),
        may_put_in_force=visit.may("publications.PutInForce"),
    )


def _standing(found: pb.Publication, *, is_current: bool) -> Mapping[str, object]:
    """Whether it waits, is in force or will be; and since or from when on."""
    is_settled = found.state == pb.PUBLICATION_STATE_IN_FORCE
    from_when = found.in_force_from.ToDatetime(tzinfo=UTC) if found.HasField("in_force_from") else None
    return {
        "is_in_force": is_settled,
        "is_waiting": is_current,
        "is_ahead": bool(from_when and from_when > clock.now()),
        "from_when": clock.moment_in_words(from_when) if from_when else "",
        "tomorrow": (clock.today() + timedelta(days=1)).isoformat(),
    }
