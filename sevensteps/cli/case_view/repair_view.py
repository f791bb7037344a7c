"""Repairs, for people and for programs: what was planned, how far each is, and what has become of its cases."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import Became, Repairs, RepairStands
from sevensteps.fields import short_name
from sevensteps.policy.model.verdict import Json

INDENT = "  "
MOST_PREDICTIONS = 20
"""How many different predictions are printed; the rest can be read as JSON."""


def stands(repair: pb.Repair) -> bool:
    """Whether a repair does not run, and has looked at all that it has mended."""
    return repair.state != pb.REPAIR_STATE_RUNNING and not repair.to_look_at


def lines_of_plan(repair: pb.Repair, its_cases: Sequence[pb.RepairCase], width: int) -> Iterator[str]:
    """What would happen, told once for all cases of which it is the same."""
    yield from lines_of_repair(repair, width)
    told = Counter((each.outcome == pb.REPAIR_OUTCOME_LEFT_OUT, each.prediction) for each in its_cases)
    for (is_left_out, prediction), number in sorted(told.items(), key=lambda each: (each[0][0], -each[1]))[
        :MOST_PREDICTIONS
    ]:
        what = "left out" if is_left_out else "would be"
        yield from _wrapped(f"{INDENT}{_cases(number)}, {what}: ", prediction, width)
    if len(told) > MOST_PREDICTIONS:
        yield f"{INDENT}… and {len(told) - MOST_PREDICTIONS} other predictions; `sevensteps repair show` has each."
    if repair.needs_second_person and repair.left:
        yield "Nothing is done yet."
    elif repair.left:
        yield f"Nothing is done yet. `sevensteps repair continue {repair.repair_id} --cases 5` mends the first five."


def lines_of_repair(repair: pb.Repair, width: int) -> Iterator[str]:
    """A repair over a few lines."""
    word = RepairStands[short_name(pb.RepairState, repair.state).upper()].words
    given = f" {repair.given}" if repair.given else ""
    yield f"{repair.repair_id}: {_action(repair)} {_cases(repair.cases)}{given}, {word}"
    planned = clock.moment_in_words(repair.planned_at.ToDatetime(tzinfo=UTC))
    yield from _wrapped(INDENT, f"planned by {repair.planned_by} on {planned}: {repair.because}", width)
    yield from _wrapped(INDENT, _second_person(repair), width)
    became = [f"{_cases(each.cases)} {_became(each.outcome).words}" for each in repair.outcomes]
    became += [f"{_cases(repair.to_look_at)} to look at again"] if repair.to_look_at else []
    became += [f"{_cases(repair.left)} left"] if repair.left else []
    yield from _wrapped(INDENT, "; ".join(became) or "no case", width)
    if repair.why:
        yield from _wrapped(INDENT, repair.why, width)


def _second_person(repair: pb.Repair) -> str:
    """Who has agreed, or that somebody else has to; empty where nobody need."""
    if repair.agreed_by:
        agreed = clock.moment_in_words(repair.agreed_at.ToDatetime(tzinfo=UTC))
        return f"agreed by {repair.agreed_by} on {agreed}"
    if not repair.needs_second_person or not repair.left:
        return ""
    return (
        f"It waits for a second person to agree, who is not {repair.planned_by}: "
        f"`sevensteps repair agree {repair.repair_id}`."
    )


def lines_of_case(case: pb.RepairCase, width: int) -> Iterator[str]:
    """One case of a repair: what has become of it, or what would."""
    became = _became(case.outcome).words if case.outcome else "still to do"
    yield from _wrapped(f"{case.case_id}  {became}: ", case.seen or case.prediction, width)


def repair_json(repair: pb.Repair) -> dict[str, Json]:
    """A repair for programs."""
    return {
        "repair_id": repair.repair_id,
        "council": repair.council,
        "action": _action(repair),
        "because": repair.because,
        "state": RepairStands[short_name(pb.RepairState, repair.state).upper()].value,
        "why": repair.why or None,
        "planned_by": repair.planned_by,
        "planned_at": _moment(repair.planned_at),
        "given": repair.given or None,
        "needs_second_person": repair.needs_second_person,
        "agreed_by": repair.agreed_by or None,
        "agreed_at": _moment(repair.agreed_at) if repair.HasField("agreed_at") else None,
        "number_of_cases": repair.cases,
        "left": repair.left,
        "to_look_at": repair.to_look_at,
        "outcomes": {_became(each.outcome).value: each.cases for each in repair.outcomes},
    }


def case_json(case: pb.RepairCase) -> dict[str, Json]:
    """One case of a repair for programs."""
    return {
        "case_id": case.case_id,
        "prediction": case.prediction,
        "outcome": _became(case.outcome).value if case.outcome else None,
        "seen": case.seen or None,
        "done_at": _moment(case.done_at) if case.HasField("done_at") else None,
        "looked_at": _moment(case.looked_at) if case.HasField("looked_at") else None,
    }


def _action(repair: pb.Repair) -> str:
    return Repairs[short_name(pb.RepairAction, repair.action).upper()].value


def _became(outcome: pb.RepairOutcome.ValueType) -> Became:
    return Became[short_name(pb.RepairOutcome, outcome).upper()]


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number:,} cases"


def _moment(at: Timestamp) -> str:
    return clock.as_text(at.ToDatetime(tzinfo=UTC))


def _wrapped(begin: str, text: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(begin + text, max(width, 40), subsequent_indent=INDENT * 2, break_long_words=False)
