"""How a journey passes on where in a trace its facts came to be: to what it asks services next, and to its next run.

It changes no command and decides nothing, so a history replays with it and without it: the header of a signal, as it
stands in the history, becomes the header of an activity.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NoReturn

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    HandleSignalInput,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

TRACEPARENT = "traceparent"
STORY = timedelta(hours=1)
"""What a journey does later than this after the last fact is no part of that fact's story: a date has come."""


class Heard:
    """The trace of the last fact, and when it was heard."""

    def __init__(self) -> None:
        """Nothing was heard."""
        self._trace: Payload | None = None
        self._at: datetime | None = None

    @property
    def anything(self) -> bool:
        """Whether anything was heard."""
        return self._at is not None

    def hear(self, headers: Mapping[str, Payload]) -> None:
        """Keep the trace of a fact; one that has none ends the story of the one before."""
        self._trace, self._at = headers.get(TRACEPARENT), workflow.now()

    def onto(self, headers: Mapping[str, Payload]) -> dict[str, Payload]:
        """The headers of what follows from the fact."""
        if self._trace is None or self._at is None or workflow.now() - self._at > STORY:
            return dict(headers)
        return {**headers, TRACEPARENT: self._trace}


class TracedJourney(WorkflowInboundInterceptor):
    """What comes to a journey."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """See WorkflowInboundInterceptor."""
        self._heard = Heard()
        self.next.init(_Asking(outbound, self._heard))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> object:  # noqa: A002 - Temporal's name
        """The first fact comes with the start; a signal may have come with it, which is later."""
        if not self._heard.anything:
            self._heard.hear(input.headers)
        return await self.next.execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        """The others come by signals."""
        self._heard.hear(input.headers)
        await self.next.handle_signal(input)


class _Asking(WorkflowOutboundInterceptor):
    """What goes from it."""

    def __init__(self, following: WorkflowOutboundInterceptor, heard: Heard) -> None:
        super().__init__(following)
        self._heard = heard

    def continue_as_new(self, input: ContinueAsNewInput) -> NoReturn:  # noqa: A002
        input.headers = self._heard.onto(input.headers)
        self.next.continue_as_new(input)

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[object]:  # noqa: A002
        input.headers = self._heard.onto(input.headers)
        return self.next.start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[object]:  # noqa: A002
        input.headers = self._heard.onto(input.headers)
        return self.next.start_local_activity(input)
