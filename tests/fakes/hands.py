"""Hands of a repair that do what a test wants, in the place of a whole suite's."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.operations.domain.action import Action
from services.operations.domain.prediction import Prediction
from services.operations.domain.repair import Outcome, Proof
from services.operations.repairs.repair_store import Repair, RepairCase
from sevensteps.errors import Fault
from sevensteps.steps import Stage
from sevensteps.temporal import Parked, Standing, WaitingFor

PARKED = Parked("OpenPlan", "STAGE_ORDER", "A determination must come first.")


def parked(case_id: str, heard: int = 1) -> Standing:
    """A journey that is parked."""
    return Standing(
        case_id=case_id,
        stage=Stage.PLAN_MADE,
        assessment_round=1,
        plan_version=1,
        life_round=0,
        waiting_for=WaitingFor.MEND,
        due_on=None,
        due_kind=None,
        on_hold=False,
        parked=PARKED,
        ending=None,
        heard=heard,
    )


def moved(before: Standing) -> Standing:
    """The same journey, having heard that it is resumed, and gone on."""
    return replace(before, waiting_for=WaitingFor.PLAN, parked=None, heard=before.heard + 1)


def came_back(before: Standing) -> Standing:
    """The same journey, having heard that it is resumed, and parked again."""
    return replace(before, heard=before.heard + 1)


def unchanged(before: Standing) -> Standing:
    """The same journey, which has heard nothing."""
    return before


@dataclass
class FakeHands:
    """Remembers what was done, by whose token; `becomes` says what becomes of a journey by that.

    `foreseen` is what journeys say of cases that they are `asked` about.
    """

    becomes: Callable[[Standing], Standing] = moved
    refuses: dict[str, Fault] = field(default_factory=dict)
    pause: float = 0.0
    acted: list[tuple[str, str]] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    foreseen: dict[str, Prediction] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def foresee(
        self, action: Action, given: Mapping[str, str], case_ids: Sequence[str], token: str
    ) -> Mapping[str, Prediction]:
        self.asked += case_ids
        return {case_id: self.foreseen[case_id] for case_id in case_ids}

    async def act(self, repair: Repair, case: RepairCase, token: str) -> None:
        await asyncio.sleep(self.pause)
        if fault := self.refuses.get(case.case_id):
            raise fault
        self.acted.append((case.case_id, token))
        before = self.standings.get(case.case_id) or parked(case.case_id, case.heard)
        self.standings[case.case_id] = self.becomes(before)

    async def read_back(self, repair: Repair, case: RepairCase, token: str) -> Proof:
        return Proof(Outcome.MOVED, "The service has it.")

    async def look(self, case_id: str) -> Standing:
        return self.standings.get(case_id) or parked(case_id, heard=0)

    async def close(self) -> None:
        pass
