"""How facts reach the state of a journey: at once, or after the answer of the service that it is asking."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

from sevensteps.events import Fact
from workflows.journey.state import JourneyState


class Incoming:
    """The facts on their way to the state of one run.

    When a query comes with a workflow task, Temporal can deliver the answer of a local activity one task late, together
    with the next facts, although a replay delivers the answer first. So the answer always goes first: a fact that comes
    after a service was asked within the workflow task is taken in when the journey next waits for anything else.
    """

    def __init__(self, state: JourneyState) -> None:
        """No service is being asked."""
        self._state = state
        self._held_back: list[Fact] = []
        self._answer_goes_first = False

    def hear(self, fact: Fact) -> None:
        """Take in the fact, or hold it back if an answer goes first."""
        if self._answer_goes_first:
            self._held_back.append(fact)
        else:
            self._state.hear(fact)

    def let_answer_go_first(self) -> None:
        """Hold back facts from now on, because a service is about to be asked within the workflow task."""
        self._answer_goes_first = workflow.patched("answer-goes-first")

    def take_in(self) -> None:
        """Take in the facts that were held back."""
        self._answer_goes_first = False
        for fact in self._held_back:
            self._state.hear(fact)
        self._held_back.clear()

    async def wait(self, is_over: Callable[[], bool], at_most: timedelta | None = None) -> None:
        """Take in what was held back, and wait. Raises TimeoutError after `at_most`."""
        self.take_in()
        await workflow.wait_condition(is_over, timeout=at_most)
