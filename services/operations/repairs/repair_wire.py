"""Between the wire and repairs: requests read and checked, repairs, their cases and the audit written as messages."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import sqlalchemy as sa

from services.operations.domain.action import Action
from services.operations.domain.given import in_words
from services.operations.domain.repair import Outcome
from services.operations.repairs.correction_wire import correction_of
from services.operations.repairs.planning import Planned
from services.operations.repairs.repair_store import Progress, Repair, RepairCase
from services.operations.wire import LARGEST_PAGE, LONGEST_CAUSE, PAGE, named, timestamp, wanted_of
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.councils import LONGEST_TEAM
from sevensteps.fields import Fields, moment, number_of
from sevensteps.identity.actor import Actor
from sevensteps.identity.role_groups import SIGNING
from sevensteps.rpc.interceptor import Context
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.steps import Ending, HoldReason

LONGEST_REASON = 1_000
PACE, LARGEST_PACE = 300, 1200
"""How many cases a minute, unless somebody says otherwise; and the most."""
MOST_AT_ONCE = 5000
BEARER = "Bearer "
GIVEN: Mapping[Action, str] = {
    Action.HOLD: "hold_reason",
    Action.ASSIGN: "team",
    Action.ESCALATE: "escalate_to",
    Action.END: "ending",
}
"""The field of a request that has what an action is given."""
ONE_OF: Mapping[str, Sequence[str]] = {
    "hold_reason": list(HoldReason),
    "escalate_to": SIGNING,
    "ending": [each for each in Ending if each not in {Ending.NOT_ELIGIBLE, Ending.PASSED_TO_TRANSITION}],
}
"""What it may be, where that is one of a few. As not eligible a case ends by itself, once the advice is given, and a
decision about a contact passes it to transition."""


Listing: TypeAlias = pb.ListRepairsRequest | pb.ListRepairCasesRequest | pb.ListAuditRequest


def planned_of(request: pb.PlanRepairRequest, actor: Actor) -> Planned:
    """What somebody wants to have done. Raises a Fault (INVALID) with every wrong field."""
    fields = Fields()
    request_id = fields.request_id(request.request_id)
    wanted = wanted_of(fields, request.filter, actor, cause=request.cause_id)
    fields.text("cause_id", request.cause_id, limit=LONGEST_CAUSE, may_be_empty=True)
    because = fields.text("because", request.because, limit=LONGEST_REASON)
    action = fields.choice("action", request.action, pb.RepairAction)
    given = _given(fields, request, action)
    fields.check()
    asked = f"{actor.council}\0{actor.subject}\0".encode() + request.SerializeToString(deterministic=True)
    fingerprint = hashlib.sha256(asked).hexdigest()
    return Planned(f"repair-{request_id.lower()}", fingerprint, wanted, Action(action), given, because)


def _given(fields: Fields, request: pb.PlanRepairRequest, action: str) -> Mapping[str, str]:
    """What the action is given, by field. Notes what is wrong with it, and what is for another action."""
    if action != Action.CORRECT and request.HasField("correction"):
        fields.wrong("correction", f"must be empty: it is for the action {Action.CORRECT} alone")
    wanted = GIVEN.get(Action(action)) if action else None
    for each, name in GIVEN.items():
        if name != wanted and getattr(request, name):
            fields.wrong(name, f"must be empty: it is for the action {each} alone")
    if action == Action.CORRECT:
        return correction_of(fields, request)
    if wanted is None:
        return {}
    value = str(getattr(request, wanted))
    if wanted in ONE_OF:
        fields.among(wanted, value, ONE_OF[wanted])
        return {wanted: value}
    return {wanted: fields.text(wanted, value, limit=LONGEST_TEAM)}


def extent_of(request: pb.ContinueRepairRequest) -> tuple[int, int, int]:
    """How many cases are to be repaired, 0 for all that are left; how many a minute; and how many are left.

    The last as the caller has read it, 0 where they have not. Raises a Fault (INVALID).
    """
    fields = Fields()
    fields.given("repair_id", request.repair_id)
    if not 0 <= request.cases <= MOST_AT_ONCE:
        fields.wrong("cases", f"must be from 1 to {MOST_AT_ONCE}, or 0 for all that are left")
    if not 0 <= request.pace <= LARGEST_PACE:
        fields.wrong("pace", f"must be from 1 to {LARGEST_PACE} cases a minute, or 0 for {PACE}")
    if request.left < 0:
        fields.wrong("left", "must be how many cases are left, or 0 where you have not looked")
    fields.check()
    return request.cases, request.pace or PACE, request.left


def because_of(request: pb.StopRepairRequest | pb.AgreeRepairRequest) -> str:
    """Why a repair is stopped, or why somebody agrees to it. Raises a Fault (INVALID)."""
    fields = Fields()
    fields.given("repair_id", request.repair_id)
    because = fields.text("because", request.because, limit=LONGEST_REASON)
    fields.check()
    return because


def token_of_caller(context: Context) -> str:
    """The token of whoever calls, for calls that are made for them."""
    for key, value in context.invocation_metadata() or ():
        if key == "authorization":
            return str(value).removeprefix(BEARER)
    return ""


def page_of(request: Listing) -> tuple[int, int]:
    """How many are wanted, and after which number. Raises Faults (INVALID)."""
    fields = Fields()
    size = fields.page_size(request.page_size, default=PAGE, largest=LARGEST_PAGE)
    fields.check()
    return size, position_of(request.page_token, named(request))


def outcomes_of(request: pb.ListRepairCasesRequest) -> Sequence[str]:
    """The outcomes that are wanted. Raises a Fault (INVALID)."""
    fields = Fields()
    fields.given("repair_id", request.repair_id)
    chosen = [
        fields.choice(f"outcomes[{index}]", outcome, pb.RepairOutcome) for index, outcome in enumerate(request.outcomes)
    ]
    fields.check()
    return chosen


def repair_message(repair: Repair, progress: Progress) -> pb.Repair:
    """A repair as a message."""
    return pb.Repair(
        repair_id=repair.repair_id,
        council=repair.council,
        action=number_of(pb.RepairAction, repair.action),
        because=repair.because,
        state=number_of(pb.RepairState, repair.state),
        why=repair.why,
        planned_by=repair.planned_by,
        planned_at=timestamp(repair.planned),
        cases=progress.cases,
        left=progress.left,
        to_look_at=progress.to_look_at,
        outcomes=[
            pb.OutcomeCount(outcome=number_of(pb.RepairOutcome, outcome), cases=progress.outcomes[outcome])
            for outcome in Outcome
            if outcome in progress.outcomes
        ],
        needs_second_person=repair.by_two,
        agreed_by=repair.agreed_by,
        agreed_at=timestamp(repair.agreed) if repair.agreed else None,
        given=in_words(repair.action, repair.given),
    )


def repairs_message(
    found: Sequence[tuple[int, Repair, Progress]], request: pb.ListRepairsRequest, size: int
) -> pb.ListRepairsResponse:
    """A page of repairs as a message."""
    return pb.ListRepairsResponse(
        repairs=[repair_message(repair, progress) for _, repair, progress in found[:size]],
        next_page_token=token_of(found[size - 1][0], named(request)) if len(found) > size else "",
    )


def cases_message(
    found: Sequence[RepairCase], request: pb.ListRepairCasesRequest, size: int
) -> pb.ListRepairCasesResponse:
    """A page of the cases of a repair as a message."""
    return pb.ListRepairCasesResponse(
        cases=[_case_message(case) for case in found[:size]],
        next_page_token=token_of(found[size - 1].number, named(request)) if len(found) > size else "",
    )


def _case_message(case: RepairCase) -> pb.RepairCase:
    return pb.RepairCase(
        case_id=case.case_id,
        prediction=case.prediction,
        outcome=number_of(pb.RepairOutcome, case.outcome),
        seen=case.seen,
        done_at=timestamp(case.done) if case.done else None,
        looked_at=timestamp(case.looked) if case.looked else None,
    )


def audit_message(found: Sequence[sa.RowMapping], request: pb.ListAuditRequest, size: int) -> pb.ListAuditResponse:
    """A page of the audit as a message."""
    entries = [
        pb.AuditEntry(
            **{name: row[name] for name in ("number", "council", "subject", "act", "about", "because", "refused")},
            **{name: row[name] for name in ("before", "after", "link", "signature", "signed_by")},
            at=moment(row["at"]),
        )
        for row in found[:size]
    ]
    more = token_of(found[size - 1]["number"], named(request)) if len(found) > size else ""
    return pb.ListAuditResponse(entries=entries, next_page_token=more)
