"""How every service that journeys ask says whether it still owes what was asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message

from sevensteps import clock
from sevensteps.api.asks.v1 import asks_pb2 as pb
from sevensteps.api.asks.v1 import asks_pb2_grpc as pb_grpc
from sevensteps.asks import Ask, AskState, Confirmed
from sevensteps.deadlines import Due
from sevensteps.fields import Fields, number_of
from sevensteps.rpc.interceptor import Context
from sevensteps.service import steps_opened
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work
from sevensteps.steps import DueKind

NAME = "sevensteps.api.asks.v1.AsksService"
LAW = 2
"""DUE_KIND_HARD, in every contract that has it."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What journeys ask of one service: to open steps, each with the message that answers it, and to close a case.

    `is_closed` says whether the case is closed there; None where it was never there. It raises a Fault (NOT_FOUND) for
    another council's case.
    """

    openings: Mapping[str, type[Message]]
    closing: str
    is_closed: Callable[[Work, str], bool | None]

    def confirm(self, work: Work, case_id: str, ask: Ask) -> Confirmed:
        """What has become of an ask."""
        is_closed = self.is_closed(work, case_id)
        if ask.operation == self.closing:
            return CLOSED[is_closed]
        answer = steps_opened.first_answer(work.connection, case_id, ask.operation, ask.turn)
        if answer is not None:
            due = _due(self.openings[ask.operation].FromString(answer))
            day = clock.day_in_words(due.day)
            return Confirmed(AskState.DONE, f"That was opened, and the date on record is {day}.", due)
        if is_closed:
            return Confirmed(AskState.NOT_OWED, "The case is closed there: nothing is opened any more.")
        return Confirmed(AskState.OWED, "There is no record that it was opened.")


CLOSED: Mapping[bool | None, Confirmed] = {
    None: Confirmed(AskState.NOT_OWED, "The case was never there, so there is nothing to close."),
    True: Confirmed(AskState.DONE, "The case is closed there."),
    False: Confirmed(AskState.OWED, "The case is still open there."),
}


class AsksServer(pb_grpc.AsksServiceServicer):
    """Answers the calls of AsksService."""

    def __init__(self, use_cases: UseCases, asks: Asks) -> None:
        """`use_cases` reads from the records of the service."""
        self._use_cases = use_cases
        self._asks = asks

    async def GetAsk(self, request: pb.GetAskRequest, context: Context) -> pb.GetAskResponse:
        """See AsksService.GetAsk."""
        fields = Fields()
        fields.id("case_id", request.case_id)
        fields.among("operation", request.operation, [*self._asks.openings, self._asks.closing])
        ask = Ask.named(request.operation, request.turn)
        if ask.is_opening:
            fields.count("turn", request.turn)
        fields.check()
        return _message(await self._use_cases.look(lambda work: self._asks.confirm(work, request.case_id, ask)))


def add_to(server: grpc.aio.Server, use_cases: UseCases, asks: Asks) -> None:
    """Serve this beside the service's own calls."""
    pb_grpc.add_AsksServiceServicer_to_server(AsksServer(use_cases, asks), server)


def _due(answer: Message) -> Due:
    """When the step is due that was opened so: openings call that alike, but for the next review."""
    said = {field.name: getattr(answer, field.name) for field in answer.DESCRIPTOR.fields}
    is_law = said.get("due_kind") == LAW
    on = said.get("due_on") or said["review_due"]
    return Due(str(on), DueKind.HARD if is_law else DueKind.SOFT, str(said.get("law_due", "")))


def _message(confirmed: Confirmed) -> pb.GetAskResponse:
    due = confirmed.due
    return pb.GetAskResponse(
        state=number_of(pb.AskState, confirmed.state),
        sentence=confirmed.sentence,
        due_on=due.on if due else "",
        by_law=due is not None and due.kind is DueKind.HARD,
        law_due=due.law_on if due else "",
    )
