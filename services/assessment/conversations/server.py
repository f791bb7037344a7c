"""The calls about what matters to the person."""

from collections.abc import Sequence
from functools import partial

from services.assessment.conversations import handlers, needs_store, store, wire
from services.assessment.domain.conversation import Conversation
from services.assessment.domain.own_needs import NeedAnswer, SaidNeed
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import conversation_pb2 as pb
from sevensteps.api.assessment.v1 import conversation_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class ConversationServer(pb_grpc.ConversationServiceServicer):
    """Answers the calls of ConversationService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @changes(pb.RecordConversationResponse, wire.conversation_of)
    def RecordConversation(
        self, work: Work, request: pb.RecordConversationRequest, conversation: Conversation
    ) -> pb.RecordConversationResponse:
        """See ConversationService.RecordConversation."""
        case = handlers.record_conversation(work, case_id=request.case_id, etag=request.etag, conversation=conversation)
        return pb.RecordConversationResponse(case=case_message(case))

    @changes(pb.RefuseConversationResponse, wire.refusal_of)
    def RefuseConversation(
        self, work: Work, request: pb.RefuseConversationRequest, refusal: Conversation
    ) -> pb.RefuseConversationResponse:
        """See ConversationService.RefuseConversation."""
        case = handlers.refuse_conversation(work, case_id=request.case_id, etag=request.etag, refusal=refusal)
        return pb.RefuseConversationResponse(case=case_message(case))

    @reads
    def ListConversations(self, work: Work, request: pb.ListConversationsRequest) -> pb.ListConversationsResponse:
        """See ConversationService.ListConversations."""
        read = partial(store.conversations_of, work, request.case_id)
        found, token = page(work, request, read, wire.conversation_message)
        return pb.ListConversationsResponse(conversations=found, next_page_token=token)

    @changes(pb.SayNeedsResponse, wire.needs_of)
    def SayNeeds(self, work: Work, request: pb.SayNeedsRequest, needs: Sequence[SaidNeed]) -> pb.SayNeedsResponse:
        """See ConversationService.SayNeeds."""
        need_ids, case = handlers.say_needs(work, case_id=request.case_id, etag=request.etag, needs=needs)
        return pb.SayNeedsResponse(need_ids=need_ids, case=case_message(case))

    @changes(pb.AnswerOwnNeedResponse, wire.answer_of)
    def AnswerOwnNeed(
        self, work: Work, request: pb.AnswerOwnNeedRequest, answer: NeedAnswer
    ) -> pb.AnswerOwnNeedResponse:
        """See ConversationService.AnswerOwnNeed."""
        case = handlers.answer_own_need(
            work, case_id=request.case_id, etag=request.etag, need_id=request.need_id, answer=answer
        )
        return pb.AnswerOwnNeedResponse(case=case_message(case))

    @reads
    def ListOwnNeeds(self, work: Work, request: pb.ListOwnNeedsRequest) -> pb.ListOwnNeedsResponse:
        """See ConversationService.ListOwnNeeds."""
        read = partial(needs_store.own_needs_of, work, request.case_id)
        message_of = partial(wire.own_need_message, needs_store.determined(work, request.case_id))
        found, token = page(work, request, read, message_of)
        return pb.ListOwnNeedsResponse(needs=found, next_page_token=token)
