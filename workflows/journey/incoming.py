"""How facts reach the state of a journey: at once, or after the answer of the service that it is asking."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

from sevensteps.events import Fact
from workflows.journey.state import JourneyState


class HandOver(Exception):
    """This run has grown old, or its history is full: the next run goes on from here."""


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
        self._history_is_full = False

    def hear(self, fact: Fact) -> None:
        """Take in the fact, or hold it back if an answer goes first."""
        self._look_at_history()
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
        """Take in what was held back, and wait. Raises TimeoutError after `at_most`.

        Raises HandOver when the history is full: however many facts come, the next run waits for the same.
        """
        self.take_in()
        self._look_at_history()
        await workflow.wait_condition(lambda: is_over() or self._history_is_full, timeout=at_most)
        if not is_over():
            raise HandOver

    def _look_at_history(self) -> None:
        """Note that the history is full. A run that was so before it knew the patch goes on as it began."""
        if workflow.info().is_continue_as_new_suggested() and workflow.patched("hands-over-within-a-step"):
            self._history_is_full = True
