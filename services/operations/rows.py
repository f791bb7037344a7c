"""A case's standing as a row, and a row as a standing. The text of a standing is the same whenever it is made."""

import json
from dataclasses import astuple
from datetime import UTC, date, datetime

from services.operations.domain.standing import Missing, Standing
from services.operations.domain.whom import WHOSE_TURN
from services.operations.tables import NO_DAY
from sevensteps.deadlines import Due, Hold, Moment
from sevensteps.steps import DueKind, Stage
from sevensteps.temporal import WaitingFor

STEPS = {stage: number for number, stage in enumerate(Stage, start=1)}
WITHOUT_MISSING = 6
"""The last parts of a standing, where the person was told all in writing."""
_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)


def row_of(standing: Standing) -> dict[str, object]:
    """The row of a case."""
    waiting_for, since = standing.waits
    due, first = standing.due_now, standing.first_due
    return {
        "number": standing.opened.position,
        "case_id": standing.case_id,
        "council": standing.council,
        "kind": standing.kind,
        "step": STEPS[standing.step],
        "waiting_for": waiting_for.value,
        "whom": WHOSE_TURN[waiting_for].value if waiting_for in WHOSE_TURN else "",
        "opened": milliseconds(datetime.fromisoformat(standing.opened.at)),
        "since": milliseconds(datetime.fromisoformat(since.at)),
        "due_day": _day_of(due),
        "first_day": _day_of(first),
        "first_is_law": first is not None and first.kind is DueKind.HARD,
        "on_hold": standing.on_hold and not standing.ending,
        "ending": standing.ending,
        "team": standing.team,
        "escalated": bool(standing.escalated_to),
        "standing": text_of(standing),
    }


def milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def moment_of(since: int) -> datetime:
    """The moment of so many milliseconds since 1970."""
    return datetime.fromtimestamp(since / 1000, UTC)


def _day_of(due: Due | None) -> int:
    return date.fromisoformat(due.on).toordinal() if due else NO_DAY


def text_of(standing: Standing) -> str:
    """Everything that is known of a case, as JSON: its fields, in their order."""
    due = standing.due
    return _JSON.encode(
        [
            standing.case_id,
            standing.council,
            standing.kind,
            _pair(standing.opened),
            standing.heard,
            standing.stage,
            standing.turn,
            standing.waiting_for,
            _pair(standing.since),
            _pair(standing.led),
            standing.next_stage,
            [due.on, due.kind, due.law_on] if due else None,
            [[_pair(hold.placed), _pair(hold.released) if hold.released else None] for hold in standing.holds],
            standing.hold_reason,
            standing.clocks,
            standing.told,
            standing.ending,
            standing.team,
            standing.escalated_to,
            *([[[*astuple(each)] for each in standing.missing]] if standing.missing else []),
        ]
    )


def standing_of(text: str) -> Standing:
    """The standing that a row's text tells."""
    case_id, council, kind, opened, heard, stage, turn, waiting_for, since, *more = json.loads(text)
    led, next_stage, due, holds, *as_they_are = more
    if len(as_they_are) > WITHOUT_MISSING:
        as_they_are[-1] = tuple(Missing(*each) for each in as_they_are[-1])
    return Standing(
        case_id,
        council,
        kind,
        Moment(*opened),
        heard,
        Stage(stage),
        turn,
        WaitingFor(waiting_for),
        Moment(*since),
        Moment(*led),
        Stage(next_stage) if next_stage else None,
        Due(due[0], DueKind(due[1]), due[2]) if due else None,
        tuple(Hold(Moment(*placed), Moment(*released) if released else None) for placed, released in holds),
        *as_they_are,
    )


def _pair(moment: Moment) -> tuple[int, str]:
    return moment.position, moment.at
