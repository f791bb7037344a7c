"""The gRPC face of assessment: what each call reads, which use case it runs, and what it answers."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import partial

import grpc

from services.assessment import acting, facts, handlers, matter_store, store, wire
from services.assessment.budgets.server import BudgetsServer
from services.assessment.case_pages import page_of_cases
from services.assessment.choices.server import ChoicesServer
from services.assessment.circle import OwnCircle
from services.assessment.contacts.server import ContactsServer
from services.assessment.conversations.server import ConversationServer
from services.assessment.domain.assessment import AssessedByAnswers, Assessment, SelfAssessment, UrgentSupport
from services.assessment.domain.case import CaseOpening, CasesWanted, RoundOpening
from services.assessment.domain.determination import Confirmation
from services.assessment.domain.holds import HoldChanges
from services.assessment.domain.outcome import Advice, Points
from services.assessment.domain.written import Given
from services.assessment.feelings.server import FeelingsServer
from services.assessment.finances import server as finances_server
from services.assessment.matter_wire import waiting_message
from services.assessment.matters_server import MattersServer
from services.assessment.people.server import PeopleServer
from services.assessment.questionnaires.server import QuestionnairesServer
from services.assessment.record_messages import determination_message
from services.assessment.records_server import RecordsServer
from services.assessment.representation import server as representation_server
from services.assessment.rounds.server import RoundsServer
from services.assessment.safeguarding.server import SafeguardingServer
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import assessment_pb2_grpc as pb_grpc
from sevensteps.api.assessment.v1 import (
    choices_pb2_grpc,
    contacts_pb2_grpc,
    conversation_pb2_grpc,
    feelings_pb2_grpc,
    people_pb2_grpc,
    rounds_pb2_grpc,
    safeguarding_pb2_grpc,
)
from sevensteps.api.assessment.v1 import questionnaires_pb2_grpc as questionnaires_grpc
from sevensteps.api.assessment.v1.budget_pb2_grpc import add_BudgetsServiceServicer_to_server
from sevensteps.config import Settings
from sevensteps.events import CaseResumed
from sevensteps.policy.model.verdict import Json
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service import asks_server, documents_server
from sevensteps.service.asks_server import Asks
from sevensteps.service.calls import changes, reads
from sevensteps.service.overdue import PassedDate
from sevensteps.service.page_tokens import position_of, token_of
from sevensteps.service.use_cases import Keeping, UseCases
from sevensteps.service.work import Work
from sevensteps.steps import Ending

ASKS = Asks({"OpenAssessment": pb.OpenAssessmentResponse}, closing="EndCase", is_closed=store.has_ended)
"""What journeys ask of it."""


class AssessmentServer(RecordsServer, MattersServer, pb_grpc.AssessmentServiceServicer):
    """Answers the calls of AssessmentService."""

    def __init__(self, use_cases: UseCases, hold_changes: HoldChanges) -> None:
        """`use_cases` runs them over the store; `hold_changes` knows how often a case may be put on hold."""
        self.use_cases = use_cases
        self._hold_changes = hold_changes

    @changes(pb.OpenCaseResponse, wire.case_opening_of, keeping=Keeping(for_good=True))
    def OpenCase(self, work: Work, request: pb.OpenCaseRequest, opening: CaseOpening) -> pb.OpenCaseResponse:
        """See AssessmentService.OpenCase."""
        case = handlers.open_case(work, opening)
        return pb.OpenCaseResponse(case=wire.case_message(case))

    @reads
    def GetCase(self, work: Work, request: pb.GetCaseRequest) -> pb.GetCaseResponse:
        """See AssessmentService.GetCase."""
        case = handlers.get_case(work, case_id=request.case_id)
        return pb.GetCaseResponse(case=wire.case_message(case))

    async def ListCases(self, request: pb.ListCasesRequest, context: Context) -> pb.ListCasesResponse:
        """See AssessmentService.ListCases."""
        size, wanted = wire.cases_wanted(request)
        listed = {"list": "cases", "council": caller().council, **asdict(wanted)}
        after = position_of(request.page_token, listed)
        return await self.use_cases.list(store.NUMBERING, partial(_page_of_cases, after, size, wanted, listed))

    @changes(pb.RecordUrgentSupportResponse, wire.urgent_support_of)
    def RecordUrgentSupport(
        self, work: Work, request: pb.RecordUrgentSupportRequest, support: UrgentSupport
    ) -> pb.RecordUrgentSupportResponse:
        """See AssessmentService.RecordUrgentSupport."""
        case = handlers.record_urgent_support(work, case_id=request.case_id, etag=request.etag, support=support)
        return pb.RecordUrgentSupportResponse(case=wire.case_message(case))

    @changes(pb.RecordSelfAssessmentResponse, wire.self_assessment_of)
    def RecordSelfAssessment(
        self, work: Work, request: pb.RecordSelfAssessmentRequest, self_assessment: SelfAssessment
    ) -> pb.RecordSelfAssessmentResponse:
        """See AssessmentService.RecordSelfAssessment."""
        case = handlers.record_self_assessment(
            work, case_id=request.case_id, etag=request.etag, self_assessment=self_assessment
        )
        return pb.RecordSelfAssessmentResponse(case=wire.case_message(case))

    @changes(pb.ConsiderAdvocacyResponse, wire.advocacy_facts_of)
    def ConsiderAdvocacy(
        self, work: Work, request: pb.ConsiderAdvocacyRequest, facts: Mapping[str, Json]
    ) -> pb.ConsiderAdvocacyResponse:
        """See AssessmentService.ConsiderAdvocacy."""
        decision, case = handlers.consider_advocacy(work, case_id=request.case_id, etag=request.etag, facts=facts)
        return pb.ConsiderAdvocacyResponse(decision=decision.as_message(), case=wire.case_message(case))

    @changes(pb.ProposeDeterminationResponse, facts.assessment_of)
    def ProposeDetermination(
        self, work: Work, request: pb.ProposeDeterminationRequest, assessed: Assessment | AssessedByAnswers
    ) -> pb.ProposeDeterminationResponse:
        """See AssessmentService.ProposeDetermination."""
        proposal, case = handlers.propose_determination(
            work, case_id=request.case_id, etag=request.etag, assessed=assessed
        )
        return pb.ProposeDeterminationResponse(
            determination=determination_message(work, proposal),
            case=wire.case_message(case),
        )

    @changes(pb.ConfirmDeterminationResponse, wire.confirmation_of)
    def ConfirmDetermination(
        self, work: Work, request: pb.ConfirmDeterminationRequest, confirmation: Confirmation
    ) -> pb.ConfirmDeterminationResponse:
        """See AssessmentService.ConfirmDetermination."""
        confirmed, case = handlers.confirm_determination(
            work,
            case_id=request.case_id,
            etag=request.etag,
            determination_id=request.determination_id,
            confirmation=confirmation,
        )
        return pb.ConfirmDeterminationResponse(
            determination=determination_message(work, confirmed),
            case=wire.case_message(case),
        )

    @changes(pb.GiveIndicativeBudgetResponse, wire.points_of)
    def GiveIndicativeBudget(
        self, work: Work, request: pb.GiveIndicativeBudgetRequest, points: Points
    ) -> pb.GiveIndicativeBudgetResponse:
        """See AssessmentService.GiveIndicativeBudget."""
        decision, weekly, case = handlers.give_indicative_budget(
            work, case_id=request.case_id, etag=request.etag, points=points
        )
        return pb.GiveIndicativeBudgetResponse(
            decision=decision.as_message(), weekly=weekly, case=wire.case_message(case)
        )

    @changes(pb.GiveWrittenRecordResponse, wire.given_of)
    def GiveWrittenRecord(
        self, work: Work, request: pb.GiveWrittenRecordRequest, given: Given
    ) -> pb.GiveWrittenRecordResponse:
        """See AssessmentService.GiveWrittenRecord."""
        case = handlers.give_written_record(work, case_id=request.case_id, etag=request.etag, given=given)
        return pb.GiveWrittenRecordResponse(case=wire.case_message(case))

    @changes(pb.GiveAdviceResponse, wire.advice_given_of)
    def GiveAdvice(
        self, work: Work, request: pb.GiveAdviceRequest, advice_given: tuple[Advice, Given]
    ) -> pb.GiveAdviceResponse:
        """See AssessmentService.GiveAdvice."""
        advice, given = advice_given
        case = handlers.give_advice(work, case_id=request.case_id, etag=request.etag, advice=advice, given=given)
        return pb.GiveAdviceResponse(case=wire.case_message(case))

    @reads
    def GetDetermination(self, work: Work, request: pb.GetDeterminationRequest) -> pb.GetDeterminationResponse:
        """See AssessmentService.GetDetermination."""
        determination = handlers.get_determination(work, case_id=request.case_id)
        return pb.GetDeterminationResponse(determination=determination_message(work, determination))

    @changes(pb.PlaceHoldResponse, wire.hold_of)
    def PlaceHold(self, work: Work, request: pb.PlaceHoldRequest, hold: tuple[str, str]) -> pb.PlaceHoldResponse:
        """See AssessmentService.PlaceHold."""
        reason, because = hold
        case = acting.place_hold(
            work, self._hold_changes, case_id=request.case_id, etag=request.etag, reason=reason, because=because
        )
        return pb.PlaceHoldResponse(case=wire.case_message(case))

    @changes(pb.ReleaseHoldResponse, wire.release_of)
    def ReleaseHold(self, work: Work, request: pb.ReleaseHoldRequest, because: str) -> pb.ReleaseHoldResponse:
        """See AssessmentService.ReleaseHold."""
        case = acting.release_hold(
            work, self._hold_changes, case_id=request.case_id, etag=request.etag, because=because
        )
        return pb.ReleaseHoldResponse(case=wire.case_message(case))

    @changes(pb.ResumeCaseResponse, wire.resumption_of)
    def ResumeCase(self, work: Work, request: pb.ResumeCaseRequest, resumption: CaseResumed) -> pb.ResumeCaseResponse:
        """See AssessmentService.ResumeCase."""
        case = acting.resume_case(work, resumption, case_id=request.case_id)
        return pb.ResumeCaseResponse(case=wire.case_message(case))

    @changes(pb.EndCaseResponse, wire.end_of)
    def EndCase(self, work: Work, request: pb.EndCaseRequest, end: tuple[str, date | None, str]) -> pb.EndCaseResponse:
        """See AssessmentService.EndCase."""
        ending, ended_on, because = end
        case = acting.end_case(
            work,
            case_id=request.case_id,
            etag=request.etag,
            ending=Ending(ending),
            ended_on=ended_on,
            because=because,
        )
        return pb.EndCaseResponse(case=wire.case_message(case))

    @changes(pb.AssignCaseResponse, wire.assignment_of)
    def AssignCase(
        self, work: Work, request: pb.AssignCaseRequest, assignment: tuple[str, str]
    ) -> pb.AssignCaseResponse:
        """See AssessmentService.AssignCase."""
        team, because = assignment
        case = acting.assign_case(work, case_id=request.case_id, etag=request.etag, team=team, because=because)
        return pb.AssignCaseResponse(case=wire.case_message(case))

    @changes(pb.EscalateCaseResponse, wire.escalation_of)
    def EscalateCase(
        self, work: Work, request: pb.EscalateCaseRequest, escalation: tuple[str, str]
    ) -> pb.EscalateCaseResponse:
        """See AssessmentService.EscalateCase."""
        role, because = escalation
        case = acting.escalate_case(work, case_id=request.case_id, etag=request.etag, role=role, because=because)
        return pb.EscalateCaseResponse(case=wire.case_message(case))

    @changes(pb.RecordOverdueResponse, wire.passed_date_of)
    def RecordOverdue(
        self, work: Work, request: pb.RecordOverdueRequest, passed_clock: tuple[PassedDate, str]
    ) -> pb.RecordOverdueResponse:
        """See AssessmentService.RecordOverdue."""
        passed, clock = passed_clock
        handlers.record_overdue(work, case_id=request.case_id, passed=passed, clock=clock)
        return pb.RecordOverdueResponse()

    @changes(pb.OpenAssessmentResponse, wire.round_opening_of, turn=lambda request: request.round)
    def OpenAssessment(
        self, work: Work, request: pb.OpenAssessmentRequest, opening: RoundOpening
    ) -> pb.OpenAssessmentResponse:
        """See AssessmentService.OpenAssessment."""
        due_on = handlers.open_assessment(work, case_id=request.case_id, opening=opening)
        return pb.OpenAssessmentResponse(due_on=due_on.isoformat())

    @reads
    def GetCouncil(self, work: Work, request: pb.GetCouncilRequest) -> pb.GetCouncilResponse:
        """See AssessmentService.GetCouncil."""
        council = handlers.get_council(work, name=wire.council_named(request, work.actor))
        return pb.GetCouncilResponse(council=wire.council_message(council, work.version_in_force(council.pack)))


def _page_of_cases(
    after: int, size: int, wanted: CasesWanted, listed: Mapping[str, object], work: Work
) -> pb.ListCasesResponse:
    found = page_of_cases(work, after=after, wanted=wanted, size=size + 1)
    page = found[:size]
    waiting = matter_store.waiting(work, [case.case_id for _, case in page])
    return pb.ListCasesResponse(
        cases=[wire.case_message(case) for _, case in page],
        next_page_token=token_of(page[-1][0], listed) if len(found) > size else "",
        waiting=[waiting_message(*each) for each in waiting],
    )


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the services of assessment with a server."""
    hold_changes = HoldChanges(Settings.from_environment().most_holds_an_hour)
    pb_grpc.add_AssessmentServiceServicer_to_server(AssessmentServer(use_cases, hold_changes), server)
    people_pb2_grpc.add_PeopleServiceServicer_to_server(PeopleServer(use_cases), server)
    choices_pb2_grpc.add_ChoicesServiceServicer_to_server(ChoicesServer(use_cases), server)
    conversation_pb2_grpc.add_ConversationServiceServicer_to_server(ConversationServer(use_cases), server)
    contacts_pb2_grpc.add_ContactsServiceServicer_to_server(ContactsServer(use_cases), server)
    rounds_pb2_grpc.add_RoundsServiceServicer_to_server(RoundsServer(use_cases), server)
    safeguarding_pb2_grpc.add_SafeguardingServiceServicer_to_server(SafeguardingServer(use_cases), server)
    feelings_pb2_grpc.add_FeelingsServiceServicer_to_server(FeelingsServer(use_cases), server)
    add_BudgetsServiceServicer_to_server(BudgetsServer(use_cases), server)
    finances_server.add_to(server, use_cases)
    representation_server.add_to(server, use_cases)
    questionnaires_grpc.add_QuestionnairesServiceServicer_to_server(QuestionnairesServer(use_cases), server)
    asks_server.add_to(server, use_cases, ASKS)
    documents_server.add_to(server, use_cases, OwnCircle(use_cases))
