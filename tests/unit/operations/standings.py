"""Cases that stand somewhere, for decisions about what is stuck of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from services.operations.domain.standing import Standing
from sevensteps.deadlines import Due, Moment
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor

OPENED = Moment(7, "2026-06-01T09:00:00.000Z")
NOON = datetime(2026, 6, 20, 12, tzinfo=UTC)
TODAY = date(2026, 6, 20)


def standing(
    waiting_for: WaitingFor = WaitingFor.PLAN,
    *,
    due: Due | None = None,
    since: Moment = OPENED,
    stage: Stage = Stage.PLAN_MADE,
    next_stage: Stage | None = None,
    clocks: Mapping[str, str] | None = None,
    told: str = "",
    ending: str = "",
) -> Standing:
    """A case that waits for something since it was opened."""
    return Standing(
        "case-1",
        "example",
        "adult",
        opened=OPENED,
        heard=9,
        stage=stage,
        turn=1,
        waiting_for=waiting_for,
        since=since,
        led=OPENED,
        next_stage=next_stage,
        due=due,
        clocks=clocks or {},
        told=told,
        ending=ending,
    )
