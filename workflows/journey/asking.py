"""How a journey asks the services: until they answer, or parked until operations have put right what was refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID, uuid5

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from sevensteps.asks import Ask, AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.steps import Stage
from sevensteps.temporal import Parked, WaitingFor
from workflows.journey.incoming import Incoming
from workflows.journey.requests import GetAsk, Opening, Request, RequestHeader
from workflows.journey.state import JourneyState

QUICK_TIMEOUT = timedelta(seconds=3)
"""How long a service may take when it is asked within the workflow task."""
PATIENT_TIMEOUT = timedelta(seconds=10)
"""How long it may take when it is asked by an activity that Temporal's tools can see."""
RETRY_FOR_EVER = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
)
REQUEST_IDS = UUID("5e7e2573-b5a2-4c1e-8a5f-9f2d0c6a7b11")
"""Namespace of the request ids."""


STILL_OWED = "ASK_OWED"
"""Why a journey stays parked on what operations gave up: the service does not confirm that it may."""
R = TypeVar("R")


class CaseHasEnded(Exception):
    """The case has ended, so the journey goes no further: raised wherever it stands when it hears of that."""


class CannotGoOn(Exception):
    """The journey cannot go on with what it has heard. It waits to be started again."""


class Asking:
    """Asks services on behalf of one journey. What may pass is tried for ever; what will not pass parks the journey."""

    def __init__(
        self, state: JourneyState, incoming: Incoming, post: Callable[[WaitingFor], None], *, closing: bool = False
    ) -> None:
        """`post` shows what the journey waits for. While `closing`, the end of the case stops nothing."""
        self.parked: Parked | None = None
        self._state = state
        self._incoming = incoming
        self._post = post
        self._closing = closing
        self._tried: dict[str, int] = {}

    def must_stop(self) -> bool:
        """Whether the case has ended, or the journey cannot go on. Nothing stops it while it has the case closed."""
        return not self._closing and (self._state.ending is not None or self._state.stopped_by is not None)

    def stop_if_it_must(self) -> None:
        """Raise CaseHasEnded or CannotGoOn if it must stop."""
        if self.must_stop():
            raise CannotGoOn if self._state.ending is None else CaseHasEnded

    async def ask(self, request: Request) -> Due | None:
        """Ask a service until it answers. The answer to an opening is when the step is due.

        A refusal parks the journey until operations resume the case. Raises CaseHasEnded when the case ends first, and
        CannotGoOn.
        """
        while True:
            self.stop_if_it_must()
            try:
                answer = await self._attempt(request)
            except FailureError as error:
                self.stop_if_it_must()
                cause = cause_of(error)
                parked = Parked(type(request).__name__, cause.type or "UNKNOWN", cause.message)
                confirmed = await self._stay_parked(Ask.named(parked.operation, self._state.turn), parked)
                if confirmed is not None:
                    return confirmed.due
            else:
                self.stop_if_it_must()
                return answer

    async def _stay_parked(self, ask: Ask, parked: Parked) -> Confirmed | None:
        """Wait until operations resume the case, and what was refused is asked again; or until they give it up.

        Then it is given up if the service confirms that it is done or not owed, and stays parked if not. What a journey
        that is rebuilt finds given up is given up as soon as it is refused.
        """
        while True:
            if self._may_be_given_up(ask):
                self._tried[ask.key] = self._state.given_up.position_of(ask)
                confirmed = await self._confirm(ask)
                self.stop_if_it_must()
                if confirmed.lets_go_on(ask):
                    return confirmed
                parked = Parked(ask.operation, STILL_OWED, confirmed.sentence)
            await self._park(parked)
            self.stop_if_it_must()
            if not self._may_be_given_up(ask):
                return None

    def _may_be_given_up(self, ask: Ask) -> bool:
        """Whether operations have given it up, and the service was not asked about that yet."""
        is_new = self._state.given_up.position_of(ask) > self._tried.get(ask.key, 0)
        return is_new and workflow.patched("gives-up-what-is-not-owed")

    async def _confirm(self, ask: Ask) -> Confirmed:
        """Ask the service what has become of an ask, until it answers. A refusal to say so says that it is owed."""
        self._post(WaitingFor.SERVICE)
        try:
            confirmed = await self._wait_for(GetAsk(ask.operation, ask.turn), Confirmed)
        except FailureError as error:
            return Confirmed(AskState.OWED, cause_of(error).message)
        return confirmed or Confirmed(AskState.OWED, "The service has not said what has become of it.")

    async def _attempt(self, request: Request) -> Due | None:
        """Ask once, quickly; on trouble that may pass, ask until there is an answer."""
        try:
            return await self._ask_quickly(request)
        except FailureError as error:
            self.stop_if_it_must()
            if cause_of(error).non_retryable:
                raise
            self._post(WaitingFor.SERVICE)
            return await self._ask_patiently(request)

    async def _ask_quickly(self, request: Request) -> Due | None:
        """Ask once, within the workflow task."""
        self._incoming.let_answer_go_first()
        answer: Due | None = await workflow.execute_local_activity(
            type(request).__name__,
            args=[header(self._state, request), request],
            result_type=_answer_type(request),
            start_to_close_timeout=QUICK_TIMEOUT,
            schedule_to_close_timeout=QUICK_TIMEOUT,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
        return answer

    async def _ask_patiently(self, request: Request) -> Due | None:
        """Ask by an activity, which Temporal's tools can see, until there is an answer or the case ends."""
        answer: Due | None = await self._wait_for(request, _answer_type(request))
        return answer

    async def _wait_for(self, request: Request, answer: type[R] | None) -> R | None:
        activity = workflow.start_activity(
            type(request).__name__,
            args=[header(self._state, request), request],
            result_type=answer,
            start_to_close_timeout=PATIENT_TIMEOUT,
            retry_policy=RETRY_FOR_EVER,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )
        await self._incoming.wait(lambda: activity.done() or self.must_stop())
        if not activity.done():
            activity.cancel()  # an attempt under way may still succeed; none is made after it
        answered: R | None = await activity
        return answered

    async def _park(self, parked: Parked) -> None:
        """Say what was refused, and wait until operations resume the case."""
        self.parked = parked
        resumed = self._state.resumed
        self._post(WaitingFor.MEND)
        log_parked(self._state.case_id, parked)
        await self._incoming.wait(lambda: self._state.resumed > resumed or self.must_stop())
        self.parked = None


def header(state: JourneyState, request: Request) -> RequestHeader:
    """The same request in the same step and turn has the same id, whichever run makes it."""
    return header_in(state, state.stage, state.turn, request)


def header_in(state: JourneyState, stage: Stage, turn: int, request: Request) -> RequestHeader:
    """The header of a request that is about another step and turn than the one under way."""
    purpose = f"{state.case_id}/{stage}/{turn}/{type(request).__name__}"
    if request.detail:
        purpose += f"/{request.detail}"
    return RequestHeader(state.case_id, state.council, str(uuid5(REQUEST_IDS, purpose)))


def log_parked(case_id: str, parked: Parked) -> None:
    """Tell operations, once: a replay logs nothing."""
    about = {"case_id": case_id, "operation": parked.operation, "reason": parked.reason, "detail": parked.detail}
    workflow.logger.error("case is parked", extra=about)


def _answer_type(request: Request) -> type[Due] | None:
    return Due if isinstance(request, Opening) else None


def cause_of(error: FailureError) -> ApplicationError:
    """The service's refusal. A local activity raises it as it is, another one within an ActivityError."""
    cause = error.cause if isinstance(error, ActivityError) else error
    return cause if isinstance(cause, ApplicationError) else ApplicationError(str(cause))
