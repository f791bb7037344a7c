"""One repair: what would happen to each of its cases, and then what has become of each. It is carried on from here."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from console import words
from console.charts import Bar, bars
from console.filters import Problem
from console.forms import read_form
from console.visit import BY_ITSELF, Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import Fault, Kind
from sevensteps.fields import number_of, short_name

PAGE_SIZE, READ_SIZE = 50, 1000
FEW, PACE = 5, 300
MOST_AT_ONCE, LARGEST_PACE = 5000, 1200
SECONDS = 5
"""Between two looks of a browser at a repair that runs."""
ALL = "all"
OUTCOME, AFTER, STILL, GONE_ON, SHOWN = "outcome", "after", "still", "gone_on", "shown"
GOES_ON_ALREADY = frozenset({"REPAIR_RUNS", "REPAIR_WENT_ON"})
"""Why operations do not continue a repair that goes on, or has gone on since the page was shown."""
BAD_REQUEST, SEE_OTHER = 400, 303
REFUSED = {Kind.INVALID: 400, Kind.DENIED: 403, Kind.PRECONDITION: 409}
"""What is told on the page itself, which is shown again, and the status that goes with it."""
NOT_MOVED = frozenset({pb.REPAIR_OUTCOME_CAME_BACK, pb.REPAIR_OUTCOME_UNCHANGED, pb.REPAIR_OUTCOME_REFUSED})
STANDS = frozenset({pb.REPAIR_STATE_PLANNED, pb.REPAIR_STATE_WAITING, pb.REPAIR_STATE_STOPPED})
CONTINUE, STOP, AGREE = "operations.ContinueRepair", "operations.StopRepair", "operations.AgreeRepair"


async def show(visit: Visit) -> Response:
    """The page. While cases are repaired it loads itself anew, unless it is asked not to.

    Raises the Faults of operations.
    """
    return await _page(visit, {}, [])


async def go_on(visit: Visit) -> Response:
    """Repair some cases, or all that are left. A form that is sent again does nothing more."""
    given = await read_form(visit.request, visit.form_key)
    if problems := _problems_of_extent(given):
        return await _page(visit, given, problems)
    repair_id, cases = _id(visit), 0 if given.get("extent") == ALL else int(given["cases"])
    left, pace = int(given["left"]), int(given["pace"])
    request = pb.ContinueRepairRequest(repair_id=repair_id, cases=cases, pace=pace, left=left)
    try:
        await visit.console.caller.ask(request, pb.ContinueRepairResponse)
    except Fault as fault:
        if fault.reason in GOES_ON_ALREADY:
            return _to(repair_id, GONE_ON)
        return await _refused(visit, given, "extent", fault)
    return _to(repair_id)


async def agree(visit: Visit) -> Response:
    """Agree as the second person. Operations refuse whoever planned it."""
    given = await read_form(visit.request, visit.form_key)
    because = given.get("because", "").strip()
    if not because:
        return await _page(visit, given, [Problem("because", "Why: write a reason for the record.")])
    repair_id = _id(visit)
    try:
        await visit.console.caller.ask(
            pb.AgreeRepairRequest(repair_id=repair_id, because=because), pb.AgreeRepairResponse
        )
    except Fault as fault:
        return await _refused(visit, given, "because", fault)
    return _to(repair_id)


async def ask_to_stop(visit: Visit) -> Response:
    """The form for stopping it, on a page that does not load itself anew."""
    visit.ensure_may(STOP)
    return await _stop_form(visit, await _read(visit), {}, [])


async def stop(visit: Visit) -> Response:
    """Stop it before its next case."""
    given = await read_form(visit.request, visit.form_key)
    because, repair_id = given.get("because", "").strip(), _id(visit)
    if not because:
        return await _stop_form(visit, await _read(visit), given, [Problem("because", "Why: write a reason.")])
    try:
        await visit.console.caller.ask(
            pb.StopRepairRequest(repair_id=repair_id, because=because), pb.StopRepairResponse
        )
    except Fault as fault:
        if fault.reason == "REPAIR_STANDS":
            return _to(repair_id, GONE_ON)
        return await _refused(visit, given, "because", fault)
    return _to(repair_id)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["repair_id"])


async def _read(visit: Visit) -> pb.Repair:
    request = pb.GetRepairRequest(repair_id=_id(visit))
    return (await visit.console.caller.ask(request, pb.GetRepairResponse)).repair


def _to(repair_id: str, said: str = "") -> Response:
    return RedirectResponse(f"/repairs/{repair_id}" + (f"?{said}=yes" if said else ""), SEE_OTHER)


def _problems_of_extent(given: Mapping[str, str]) -> list[Problem]:
    found = []
    is_few = given.get("extent") != ALL
    if is_few and not _is_number(given.get("cases", ""), MOST_AT_ONCE):
        found.append(Problem("cases", f"How many cases: write a number from 1 to {MOST_AT_ONCE:,}."))
    if not _is_number(given.get("pace", ""), LARGEST_PACE):
        found.append(Problem("pace", f"Cases a minute: write a number from 1 to {LARGEST_PACE:,}."))
    if given.get("left") != "0" and not _is_number(given.get("left", ""), MOST_AT_ONCE):
        found.append(Problem("extent", "This is not a form of this console. Open the page again."))
    return found


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most


async def _refused(visit: Visit, given: Mapping[str, str], field: str, fault: Fault) -> Response:
    """The page again, with why operations would not do it."""
    if fault.kind not in REFUSED:
        raise fault
    return await _page(visit, given, [Problem(field, fault.detail)], fault)


async def _stop_form(
    visit: Visit, repair: pb.Repair, given: Mapping[str, str], problems: Sequence[Problem]
) -> Response:
    return visit.show(
        "repair_stop.html",
        BAD_REQUEST if problems else 200,
        problems,
        repair=repair,
        given=given,
    )


async def _page(
    visit: Visit, given: Mapping[str, str], problems: Sequence[Problem], fault: Fault | None = None
) -> Response:
    asked = visit.request.query_params
    outcome, after = asked.get(OUTCOME, ""), asked.get(AFTER, "")
    outcome = outcome if outcome in words.BECAME else ""
    repair, listed = await asyncio.gather(_read(visit), _cases(visit, outcome, after))
    answer = visit.show(
        "repair.html",
        (REFUSED[fault.kind] if fault else BAD_REQUEST) if problems else 200,
        problems,
        repair=repair,
        own=_own(repair),
        listed=listed,
        chosen=outcome,
        after=after,
        next_page=_address(_own(repair), outcome, listed.next_page_token) if listed.next_page_token else "",
        left_out=await _left_out(visit, repair),
        given=given,
        **_acts(visit, repair),
        **_said(repair, asked),
        **(visit.noted(fault) if fault else {}),
    )
    if repair.state == pb.REPAIR_STATE_RUNNING and STILL not in asked and not problems:
        again = {**({OUTCOME: outcome} if outcome else {}), BY_ITSELF: "yes"}
        answer.headers["refresh"] = f"{SECONDS}; url={_own(repair)}?{urlencode(again)}"
    return answer


def _acts(visit: Visit, repair: pb.Repair) -> Mapping[str, object]:
    """What the visitor can do with it as it stands, and what the forms begin with."""
    is_agreed = not repair.needs_second_person or bool(repair.agreed_by)
    is_own = visit.session is not None and visit.session.subject == repair.planned_by
    can_go_on = repair.state in STANDS and (repair.left > 0 or repair.to_look_at > 0)
    return {
        "can_go_on": can_go_on and is_agreed and visit.may(CONTINUE),
        "can_agree": can_go_on and not is_agreed and not is_own and visit.may(AGREE),
        "waits_for_second": can_go_on and not is_agreed,
        "can_stop": visit.may(STOP),
        "address": _whole_address(visit, repair),
        "few": min(FEW, repair.left),
        "pace": PACE,
    }


def _whole_address(visit: Visit, repair: pb.Repair) -> str:
    """The address that can be sent to somebody else."""
    typed = visit.console.settings.console_url.rstrip("/")
    return typed + _own(repair) if typed else str(visit.request.url.replace(path=_own(repair), query="", fragment=""))


def _said(repair: pb.Repair, asked: Mapping[str, str]) -> Mapping[str, object]:
    """How far the repair is, and what the address says of how somebody came here."""
    shown = asked.get(SHOWN, "")
    return {
        "outcomes": bars(_bars(repair)),
        "wrong_ones": sum(each.cases for each in repair.outcomes if each.outcome in NOT_MOVED),
        "is_running": repair.state == pb.REPAIR_STATE_RUNNING,
        "is_still": STILL in asked,
        "has_gone_on": GONE_ON in asked,
        "shown": shown if _is_number(shown, MOST_AT_ONCE) else "",
        "seconds": SECONDS,
    }


def _own(repair: pb.Repair) -> str:
    """The address of its page."""
    return f"/repairs/{repair.repair_id}"


async def _cases(visit: Visit, outcome: str, after: str) -> pb.ListRepairCasesResponse:
    outcomes = [number_of(pb.RepairOutcome, outcome)] if outcome else []
    request = pb.ListRepairCasesRequest(repair_id=_id(visit), outcomes=outcomes, page_size=PAGE_SIZE, page_token=after)
    return await visit.console.caller.ask(request, pb.ListRepairCasesResponse)


async def _left_out(visit: Visit, repair: pb.Repair) -> Sequence[tuple[str, int]]:
    """Why cases are left out, each reason with how many, the most first."""
    if not any(each.outcome == pb.REPAIR_OUTCOME_LEFT_OUT and each.cases for each in repair.outcomes):
        return []
    request = pb.ListRepairCasesRequest(
        repair_id=repair.repair_id, outcomes=[pb.REPAIR_OUTCOME_LEFT_OUT], page_size=READ_SIZE
    )
    pages = visit.console.caller.pages(request, pb.ListRepairCasesResponse)
    return Counter([each.seen or each.prediction async for page in pages for each in page.cases]).most_common()


def _bars(repair: pb.Repair) -> list[Bar]:
    """How many cases have come to what; those that are still to be done have no page of their own."""
    own = _own(repair)
    rows = [
        Bar(words.became(each.outcome), each.cases, 0, _address(own, short_name(pb.RepairOutcome, each.outcome)))
        for each in repair.outcomes
    ]
    rows += [Bar("To be looked at again", repair.to_look_at)] if repair.to_look_at else []
    return rows + ([Bar("Still to do", repair.left)] if repair.left else [])


def _address(own: str, outcome: str, after: str = "") -> str:
    asked = {name: value for name, value in ((OUTCOME, outcome), (AFTER, after)) if value}
    return f"{own}?{urlencode(asked)}#cases"
