"""Planning a repair: which cases, what to do, and why. Which cases it has is settled once, by operations.

The id of the request stands in the address of the form, so that whoever goes back to it and sends it again plans
nothing twice.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from starlette.responses import RedirectResponse, Response

from console import filters, freshness
from console.filters import Asked, Problem
from console.forms import read_form
from console.repair_offers import OFFERS, that_fit
from console.visit import Visit
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import Fault, Kind
from sevensteps.fields import REQUEST_ID

PLAN = "operations.PlanRepair"
CAUSE, TICKED, ACTION, REQUEST = "cause", "ticked", "action", "request"
OURS = frozenset({CAUSE, TICKED, ACTION, REQUEST, filters.SORT, filters.AFTER})
"""What stands in an address beside the filters, and is none."""
MOST_CASES = 5000
BAD_REQUEST, CONFLICT, SEE_OTHER = 400, 409, 303
NOTHING_TICKED = "Tick the cases that you want to mend."
NOTHING_CHOSEN = "Say which cases you want to mend: choose a filter, tick cases, or begin from a cause."
SENT_BEFORE = (
    "This form was sent before with other answers, and that repair is in the list of repairs. To plan another one, "
    "send this form again."
)
LABELS: Mapping[str, str] = {
    ACTION: "What to do",
    "because": "Why",
    **{asks.field: asks.label for offer in OFFERS.values() for asks in offer.asks},
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which cases somebody wants to mend: by filters, by a cause, or both."""

    asked: Asked
    cause_id: str
    is_ticked: bool

    @property
    def address(self) -> str:
        """The same as the question of an address."""
        cause = "&" + urlencode({CAUSE: self.cause_id}) if self.cause_id else ""
        return self.asked.address().removeprefix("?") + cause

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """The same as the fields of a form."""
        return parse_qsl(self.address)

    @property
    def list_address(self) -> str:
        """The page that lists them."""
        return f"/stuck/cases?{urlencode({CAUSE: self.cause_id})}" if self.cause_id else f"/cases{self.asked.address()}"

    def problems(self) -> Iterator[Problem]:
        """What is wrong with it. Nothing chosen never means every case."""
        yield from self.asked.problems
        if not self.asked.given and not self.cause_id and not self.asked.problems:
            yield Problem("filters", NOTHING_TICKED if self.is_ticked else NOTHING_CHOSEN)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the cases that are chosen: how many, the cause in words, and how they are stuck."""

    cases: int
    cause: pb.Cause | None
    kinds: Sequence[pb.StuckKind.ValueType]
    some_held: bool
    all_held: bool
    view: pb.View


async def begin(visit: Visit) -> Response:
    """What can be done to the cases; once that is chosen, the form. Raises the Faults of operations.

    Raises a Fault (DENIED) for who may not plan a repair.
    """
    visit.ensure_may(PLAN)
    asked = visit.request.query_params
    chosen = _chosen(asked.multi_items())
    action, request_id = asked.get(ACTION, ""), asked.get(REQUEST, "")
    if problems := [*chosen.problems()]:
        return await _offers(visit, chosen, problems)
    if action not in OFFERS:
        return await _offers(visit, chosen, [Problem(ACTION, "What to do: choose one.")] if request_id else [])
    if not REQUEST_ID.fullmatch(request_id):
        return RedirectResponse(_with_request(chosen, action), SEE_OTHER)
    return await _form(visit, chosen, {ACTION: action, "request_id": request_id}, [])


async def plan(visit: Visit) -> Response:
    """Have it planned, and go on to what would happen. The same form again finds the repair that is planned."""
    given = await read_form(visit.request, visit.form_key)
    chosen = _chosen(parse_qsl(given.get("wanted", "")))
    if [*chosen.problems()] or given.get(ACTION) not in OFFERS:
        return await _offers(visit, chosen, [*chosen.problems()] or [Problem(ACTION, "What to do: choose one.")])
    if problems := [*_problems(given)]:
        return await _form(visit, chosen, given, problems)
    try:
        planned = await visit.console.caller.ask(_request(chosen, given), pb.PlanRepairResponse)
    except Fault as fault:
        if fault.kind not in {Kind.INVALID, Kind.PRECONDITION}:
            raise
        return await _form(visit, chosen, given, _problems_of(fault), fault)
    shown = given.get("shown", "")
    more = f"?{urlencode({'shown': shown})}" if shown and shown != str(planned.repair.cases) else ""
    return RedirectResponse(f"/repairs/{planned.repair.repair_id}{more}", SEE_OTHER)


def _chosen(pairs: Sequence[tuple[str, str]]) -> Chosen:
    """What an address or a form asks for."""
    given = dict(pairs)
    rest = [(name, value) for name, value in pairs if name not in OURS]
    return Chosen(filters.read(rest), given.get(CAUSE, "").strip(), TICKED in given)


def _with_request(chosen: Chosen, action: str) -> str:
    """The address of the form for an action, with an id of its own."""
    return f"/repairs/new?{urlencode([*chosen.pairs, (ACTION, action), (REQUEST, str(uuid4()))])}"


def _request(chosen: Chosen, given: Mapping[str, str]) -> pb.PlanRepairRequest:
    offer = OFFERS[given[ACTION]]
    told = {asks.field: given.get(asks.field, "").strip() for asks in offer.asks}
    request = pb.PlanRepairRequest(
        request_id=given.get("request_id", ""),
        filter=chosen.asked.message,
        cause_id=chosen.cause_id,
        action=offer.number,
        because=given.get("because", "").strip(),
    )
    if offer.is_of_one:
        request.correction.MergeFrom(pb.Correction(**told))
    else:
        request.MergeFrom(pb.PlanRepairRequest(**told))  # type: ignore[arg-type]  # each is a text
    return request


def _problems(given: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the answers, as far as that can be seen without asking."""
    for asks in OFFERS[given[ACTION]].asks:
        if not asks.may_be_empty and not given.get(asks.field, "").strip():
            yield Problem(asks.field, f"{asks.label}: {'choose one' if asks.choices else 'write it'}.")
    if not given.get("because", "").strip():
        yield Problem("because", "Why: write a reason for the record.")


def _problems_of(fault: Fault) -> list[Problem]:
    """What operations say is wrong, by the fields of the form."""
    if fault.reason == "REQUEST_ID_REUSED":
        return [Problem("because", SENT_BEFORE)]
    found = []
    for each in fault.violations:
        name = each.field.removeprefix("filter.").removeprefix("correction.").partition("[")[0]
        label = LABELS.get(name) or filters.LABELS.get(name, "Which cases")
        found.append(Problem(name if name in LABELS else "filters", f"{label}: {each.detail}."))
    return found or [Problem("filters", fault.detail)]


async def _offers(visit: Visit, chosen: Chosen, problems: Sequence[Problem]) -> Response:
    """What can be done to the cases that are chosen; where none are, only what is wrong."""
    shown: dict[str, object] = {}
    if not [*chosen.problems()]:
        found = await _found(visit, chosen)
        said = freshness.of_view(found.view)
        kinds = found.kinds if said["is_known"] else pb.StuckKind.values()
        is_one = len(chosen.asked.given.get("case_ids", ())) == 1
        fit, others = that_fit(kinds, some_held=found.some_held, all_held=found.all_held, is_one=is_one)
        shown = {"found": found, "fit": fit, "others": others, "request_id_of_form": str(uuid4()), **said}
    return visit.show(
        "repair_new.html",
        BAD_REQUEST if problems else 200,
        problems,
        chosen=chosen,
        most=MOST_CASES,
        **shown,
    )


async def _form(
    visit: Visit, chosen: Chosen, given: Mapping[str, str], problems: Sequence[Problem], fault: Fault | None = None
) -> Response:
    """The form, with what was given and what is wrong with it. What was sent and refused is a new request."""
    found = await _found(visit, chosen)
    is_conflict = fault is not None and fault.kind is Kind.PRECONDITION
    return visit.show(
        "repair_why.html",
        (CONFLICT if is_conflict else BAD_REQUEST) if problems else 200,
        problems,
        chosen=chosen,
        found=found,
        offer=OFFERS[given[ACTION]],
        given=given,
        request_id_of_form=str(uuid4()) if fault else given.get("request_id", ""),
        **freshness.of_view(found.view),
        **(visit.noted(fault) if fault else {}),
    )


async def _found(visit: Visit, chosen: Chosen) -> Found:
    """How many cases are like that now, and how they are stuck. Nothing is settled by it."""
    ask, wanted = visit.console.caller.ask, chosen.asked.message
    counted, listed = await asyncio.gather(
        ask(pb.CountCasesRequest(filter=wanted), pb.CountCasesResponse),
        ask(pb.ListCausesRequest(filter=wanted), pb.ListCausesResponse),
    )
    if chosen.cause_id:
        cause = next((each for each in listed.causes if each.cause_id == chosen.cause_id and each.example), None)
        kinds = [cause.kind] if cause else []
        return Found(cause.cases if cause else 0, cause, kinds, some_held=True, all_held=False, view=counted.view)
    held = sum(each.on_hold for each in counted.counts)
    kinds = [each.kind for each in counted.stuck]
    return Found(counted.cases, None, kinds, held > 0, held == counted.cases, counted.view)
