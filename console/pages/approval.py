"""One plan that is to be signed or returned: the plan, its checks, its money, who took part, and the two forms.

Whoever decides does so with their own token: the approval service says whether they may.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from uuid import uuid4

from starlette.responses import RedirectResponse, Response

from console.approval_in_words import checks_in_words, level_in_words, money_in_words, to_judge
from console.asking import Answer, part
from console.attempts import ELSEWHERE, Attempt
from console.filters import Problem
from console.forms import read_form
from console.plan_in_words import plan_in_words
from console.visit import Visit
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.errors import Fault
from sevensteps.fields import short_name

SEE_OTHER = 303
APPROVE, RETURN = "approve", "return"
DECIDED = "decide"
"""Where the page says what was decided."""
LABELS: Mapping[str, str] = {APPROVE: "Why you sign it", RETURN: "What is to be changed, and why"}
MOST_JUDGED = 1000
LONGEST_NUMBER = 9


async def show(visit: Visit) -> Response:
    """The page. Raises the Faults of approval, as for a case of which no plan has come to it."""
    return await _page(visit, Attempt())


async def approve(visit: Visit) -> Response:
    """Sign the plan. What is refused is shown at the form, with what was written in it."""
    given = await read_form(visit.request, visit.form_key)
    request = pb.ApprovePlanRequest(
        request_id=given.get("request_id", ""),
        case_id=visit.request.path_params["case_id"],
        version=_number(given.get("version", "")),
        etag=given.get("etag", ""),
        because=given.get("because", ""),
        judgements=[
            pb.Judgement(rule=given[f"rule-{index}"], about=given.get(f"about-{index}", ""), because=because)
            for index, because in _judged(given)
        ],
    )
    return await _decide(visit, Attempt(APPROVE, given), visit.console.caller.ask(request, pb.ApprovePlanResponse))


async def send_back(visit: Visit) -> Response:
    """Return the plan to be changed. What is refused is shown as by `approve`."""
    given = await read_form(visit.request, visit.form_key)
    request = pb.ReturnPlanRequest(
        request_id=given.get("request_id", ""),
        case_id=visit.request.path_params["case_id"],
        version=_number(given.get("version", "")),
        etag=given.get("etag", ""),
        because=given.get("because", ""),
    )
    return await _decide(visit, Attempt(RETURN, given), visit.console.caller.ask(request, pb.ReturnPlanResponse))


def problems_of(attempt: Attempt, fault: Fault) -> Iterator[Problem]:
    """What a service says is wrong with a form, by the fields of the page."""
    places = [index for index, _ in _judged(attempt.given)]
    for each in fault.violations:
        name, _, rest = each.field.partition("[")
        if name == "because":
            yield Problem(f"{attempt.act}-because", f"{LABELS[attempt.act]}: {each.detail}.")
        elif name == "judgements":
            place = places[int(rest.partition("]")[0])]
            yield Problem(f"judgement-{place}", f"{attempt.given[f'rule-{place}']}: {each.detail}.")
        else:
            yield Problem(attempt.act, f"{each.field}: {each.detail}. Open the page again.")
    if fault.reason == "JUDGEMENT_MISSING":
        first = next(index for index in range(MOST_JUDGED) if index not in places)
        yield Problem(f"judgement-{first}", fault.detail)


def _judged(given: Mapping[str, str]) -> list[tuple[int, str]]:
    """What somebody wrote of what is for them to judge, by its place on the page."""
    places = (index for index in range(MOST_JUDGED) if f"rule-{index}" in given)
    return [(index, because) for index in places if (because := given.get(f"judgement-{index}", "")).strip()]


def _number(text: str) -> int:
    """A version as a form has it; 0, which the service refuses, where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0


async def _decide(visit: Visit, attempt: Attempt, asked: Awaitable[object]) -> Response:
    """What follows a form: the page anew, so that to load it again decides nothing; or the form with its refusal."""
    try:
        await asked
    except Fault as fault:
        if fault.kind in ELSEWHERE:
            raise
        visit.noted(fault)
        return await _page(visit, attempt.refused(fault, [*problems_of(attempt, fault)]))
    return RedirectResponse(f"{visit.request.url.path.rpartition('/')[0]}?done={attempt.act}", SEE_OTHER)


async def _page(visit: Visit, attempt: Attempt) -> Response:
    case_id = visit.request.path_params["case_id"]
    ask = visit.console.caller.ask
    approval = (await ask(pb.GetApprovalRequest(case_id=case_id), pb.GetApprovalResponse)).approval
    if approval.state != pb.APPROVAL_STATE_CHECKED:
        attempt = attempt.moved_to(DECIDED)
    of_plan = planning_pb2.GetPlanRequest(case_id=case_id, version=approval.version)
    of_planning = planning_pb2.GetPlanningRequest(case_id=case_id)
    plan, planning = await asyncio.gather(
        part(ask(of_plan, planning_pb2.GetPlanResponse)), part(ask(of_planning, planning_pb2.GetPlanningResponse))
    )
    return visit.show(
        "approval.html",
        attempt.status,
        attempt.problems,
        attempt=attempt,
        refusal=attempt.reason,
        state=short_name(pb.ApprovalState, approval.state),
        done=visit.request.query_params.get("done", ""),
        next_request_id=attempt.request_id or str(uuid4()),
        may_decide=visit.may("approval.ApprovePlan"),
        labels=LABELS,
        **_of_approval(visit, approval, planning),
        **_of_plan(plan),
    )


def _of_approval(
    visit: Visit, approval: pb.Approval, planning: Answer[planning_pb2.GetPlanningResponse]
) -> Mapping[str, object]:
    pack = approval.checks.pack
    return {
        "approval": approval,
        "checks": checks_in_words(approval, visit.console.words.of_pack(pack, "plan-check")),
        "level": level_in_words(approval, visit.console.words.of_pack(pack, "authority")),
        "money": money_in_words(approval, planning.given.planning if planning.given else None),
        "to_judge": to_judge(approval),
    }


def _of_plan(plan: Answer[planning_pb2.GetPlanResponse]) -> Mapping[str, object]:
    """The plan. Where it cannot be shown, nobody is asked to sign it unseen."""
    return {"plan": plan_in_words(plan.given.plan) if plan.given else None, "plan_refusal": plan.refusal}
