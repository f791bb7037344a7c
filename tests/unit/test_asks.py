"""What a service says of an ask, as journeys and operations read it, and what may be given up by that."""

import pytest

from sevensteps.api.asks.v1 import asks_pb2 as pb
from sevensteps.asks import Ask, AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.rpc.asks import confirmed_of
from sevensteps.steps import DueKind

OPENS, CLOSES = Ask.named("OpenLife", 2), Ask.named("CloseReview", 2)
DAY, LATER = "2026-12-01", "2027-03-01"


@pytest.mark.parametrize(
    ("answer", "due"),
    [
        (pb.GetAskResponse(due_on=DAY), Due(DAY)),
        (pb.GetAskResponse(due_on=DAY, by_law=True), Due(DAY, DueKind.HARD)),
        (pb.GetAskResponse(due_on=DAY, law_due=LATER), Due(DAY, law_on=LATER)),
        (pb.GetAskResponse(), None),
    ],
)
def test_the_date_on_record(answer: pb.GetAskResponse, due: Due | None) -> None:
    """It is read with its kind, and with the later day that the law sets."""
    answer.state, answer.sentence = pb.ASK_STATE_DONE, "That was opened."
    assert confirmed_of(answer) == Confirmed(AskState.DONE, "That was opened.", due)


@pytest.mark.parametrize(("due_on", "law_due"), [("soon", ""), (DAY, "soon")])
def test_a_date_that_is_none(due_on: str, law_due: str) -> None:
    """It fails where it can be asked for again, and not in a journey."""
    with pytest.raises(ValueError, match="isoformat"):
        confirmed_of(pb.GetAskResponse(state=pb.ASK_STATE_DONE, due_on=due_on, law_due=law_due))


@pytest.mark.parametrize("state", list(AskState))
def test_what_may_be_given_up(state: AskState) -> None:
    """What is not owed; and of what opens a step only that of which there is the answer."""
    assert Confirmed(state, "").lets_go_on(CLOSES) is (state is not AskState.OWED)
    assert Confirmed(state, "").lets_go_on(OPENS) is False
    assert Confirmed(state, "", Due(DAY)).lets_go_on(OPENS) is (state is not AskState.OWED)


def test_only_what_opens_a_step_has_a_turn() -> None:
    """A case is closed once, whatever its round."""
    assert (OPENS.key, CLOSES.key) == ("OpenLife/2", "CloseReview/0")
