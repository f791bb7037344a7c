"""What may be given up, what is said of it before, and what becomes of the case."""

from dataclasses import replace

import pytest

from fakes.hands import parked
from services.operations.domain.action import Action
from services.operations.domain.prediction import Prediction
from services.operations.domain.repair import Outcome, prove
from services.operations.domain.skipping import ask_of, predict_skip
from sevensteps.asks import Ask, AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.steps import Ending, Stage
from sevensteps.temporal import Parked, WaitingFor

OPENS, CLOSES = Ask("OpenMoney", 2), Ask("CloseReview", 0)
STANDS = parked("case-a")


@pytest.mark.parametrize(
    ("operation", "stage", "ask"),
    [
        ("OpenAssessment", Stage.MONEY_FOUND, Ask("OpenAssessment", 3)),
        ("OpenMoney", Stage.MONEY_ORGANISED, OPENS),
        ("OpenReview", Stage.SEEN_HOW_IT_WORKED, Ask("OpenReview", 4)),
        ("CloseReview", Stage.LIFE_LIVED, CLOSES),
        ("EndCase", Stage.MONEY_FOUND, Ask("EndCase", 0)),
        ("", Stage.PLAN_MADE, None),
        ("AskedByANewerRelease", Stage.PLAN_MADE, None),
    ],
)
def test_what_a_journey_is_parked_on(operation: str, stage: Stage, ask: Ask | None) -> None:
    """What it asks, in the round or version of its step; nothing where it cannot go on with what it has heard."""
    stands = replace(STANDS, stage=stage, assessment_round=3, plan_version=2, life_round=4)
    assert ask_of(replace(stands, parked=Parked(operation, "REFUSED", "It was refused."))) == ask


def test_a_journey_that_is_not_parked() -> None:
    """There is nothing to give up."""
    assert ask_of(replace(STANDS, parked=None)) is None


@pytest.mark.parametrize(
    ("ask", "confirmed", "predicted"),
    [
        (
            OPENS,
            Confirmed(AskState.DONE, "That was opened.", Due("2026-12-01")),
            Prediction(
                does=True,
                sentence="Its journey gives up OpenMoney and goes on. The planning service says: That was opened.",
                about="OpenMoney/2",
            ),
        ),
        (
            CLOSES,
            Confirmed(AskState.NOT_OWED, "It was never there."),
            Prediction(
                does=True,
                sentence="Its journey gives up CloseReview and goes on. The review service says: It was never there.",
                about="CloseReview/0",
            ),
        ),
        (
            CLOSES,
            Confirmed(AskState.OWED, "It is open."),
            Prediction(does=False, sentence="CloseReview is still owed. The review service says: It is open."),
        ),
        (
            OPENS,
            Confirmed(AskState.NOT_OWED, "It is closed."),
            Prediction(
                does=False,
                sentence="Its journey needs the answer to OpenMoney. The planning service says: It is closed.",
            ),
        ),
    ],
)
def test_prediction(ask: Ask, confirmed: Confirmed, predicted: Prediction) -> None:
    """It names what is given up, and has what the service says of it now."""
    assert predict_skip(ask, confirmed) == predicted


def test_proof() -> None:
    """Parked still, also after the end of its case, it came back. What is being asked proves nothing yet."""
    heard = replace(STANDS, heard=7)
    ended = replace(heard, ending=Ending.MOVED)
    moved = replace(heard, parked=None, waiting_for=WaitingFor.MONEY)
    assert prove(Action.SKIP, 6, replace(moved, waiting_for=WaitingFor.SERVICE)) is None
    assert prove(Action.SKIP, 7, heard) is None
    outcomes = [prove(Action.SKIP, 6, now) for now in (heard, ended, moved, replace(ended, parked=None))]
    assert [each and each.outcome for each in outcomes] == [
        *(Outcome.CAME_BACK, Outcome.CAME_BACK),
        *(Outcome.MOVED, Outcome.MOVED),
    ]
