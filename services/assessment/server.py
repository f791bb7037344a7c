"""The gRPC face of assessment: each call is read, handed to its use case, and answered."""

import grpc

from services.assessment import domain, handlers, store, wire
from services.assessment.domain import UrgentSupport
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import assessment_pb2_grpc as pb_grpc
from sevensteps.fields import Fields
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.identity.tokens import LONGEST_COUNCIL
from sevensteps.rpc.interceptor import Context, caller
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work
from sevensteps.steps import Ending

PAGE = 50
LARGEST_PAGE = 1000
FACTS_OF_ADVOCACY = (
    "understanding",
    "retaining",
    "weighing",
    "communicating",
    "appropriate_person",
    "hospital_28_days",
    "care_home_8_weeks",
    "dispute_both_agree",
)


class AssessmentServer(pb_grpc.AssessmentServiceServicer):
    """Answers the calls of AssessmentService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self._use_cases = use_cases

    async def OpenCase(self, request: pb.OpenCaseRequest, context: Context) -> pb.OpenCaseResponse:
        """See AssessmentService.OpenCase."""
        fields = Fields()
        fields.request_id(request.request_id)
        kind = fields.choice("kind", request.kind, pb.CaseKind)
        person_reference = fields.text("person_reference", request.person_reference, limit=64)
        fields.check()
        return await self._use_cases.change(
            request,
            pb.OpenCaseResponse,
            lambda work: pb.OpenCaseResponse(
                case=wire.case_message(handlers.open_case(work, kind=kind, person_reference=person_reference))
            ),
        )

    async def GetCase(self, request: pb.GetCaseRequest, context: Context) -> pb.GetCaseResponse:
        """See AssessmentService.GetCase."""
        case = await self._use_cases.look(lambda work: handlers.get_case(work, case_id=request.case_id))
        return pb.GetCaseResponse(case=wire.case_message(case))

    async def ListCases(self, request: pb.ListCasesRequest, context: Context) -> pb.ListCasesResponse:
        """See AssessmentService.ListCases."""
        fields = Fields()
        size = fields.page_size(request.page_size, default=PAGE, largest=LARGEST_PAGE)
        fields.check()
        listing = wire.Listing(caller().council, request.open_only)
        after = wire.place_of(request.page_token, listing)
        found = await self._use_cases.look(
            lambda work: store.page_of_cases(work, after=after, open_only=request.open_only, size=size + 1)
        )
        page = found[:size]
        return pb.ListCasesResponse(
            cases=[wire.case_message(case) for case in page],
            next_page_token=wire.page_token_of(page[-1], listing) if len(found) > size else "",
        )

    async def RecordUrgentSupport(
        self, request: pb.RecordUrgentSupportRequest, context: Context
    ) -> pb.RecordUrgentSupportResponse:
        """See AssessmentService.RecordUrgentSupport."""
        fields = Fields()
        fields.request_id(request.request_id)
        support = UrgentSupport(
            needs=tuple(fields.needs("needs", request.needs)),
            weekly=fields.weekly("weekly", request.weekly),
            starts_on=fields.day("starts_on", request.starts_on, earliest=clock.in_years(-1), latest=clock.in_years(1)),
            because=fields.text("because", request.because),
        )
        fields.check()
        return await self._use_cases.change(
            request,
            pb.RecordUrgentSupportResponse,
            lambda work: pb.RecordUrgentSupportResponse(
                case=wire.case_message(
                    handlers.record_urgent_support(work, case_id=request.case_id, etag=request.etag, support=support)
                )
            ),
        )

    async def RecordSelfAssessment(
        self, request: pb.RecordSelfAssessmentRequest, context: Context
    ) -> pb.RecordSelfAssessmentResponse:
        """See AssessmentService.RecordSelfAssessment."""
        fields = Fields()
        fields.request_id(request.request_id)
        help_ = fields.choice("help", request.help, pb.SelfAssessmentHelp)
        own_words = fields.text("own_words", request.own_words)
        fields.check()
        return await self._use_cases.change(
            request,
            pb.RecordSelfAssessmentResponse,
            lambda work: pb.RecordSelfAssessmentResponse(
                case=wire.case_message(
                    handlers.record_self_assessment(
                        work, case_id=request.case_id, etag=request.etag, help_=help_, own_words=own_words
                    )
                )
            ),
        )

    async def ConsiderAdvocacy(
        self, request: pb.ConsiderAdvocacyRequest, context: Context
    ) -> pb.ConsiderAdvocacyResponse:
        """See AssessmentService.ConsiderAdvocacy."""
        fields = Fields()
        fields.request_id(request.request_id)
        fields.check()
        facts = wire.known(request, *FACTS_OF_ADVOCACY)

        def unit(work: Work) -> pb.ConsiderAdvocacyResponse:
            kept, case = handlers.consider_advocacy(work, case_id=request.case_id, etag=request.etag, facts=facts)
            return pb.ConsiderAdvocacyResponse(decision=kept.as_message(), case=wire.case_message(case))

        return await self._use_cases.change(request, pb.ConsiderAdvocacyResponse, unit)

    async def ProposeDetermination(
        self, request: pb.ProposeDeterminationRequest, context: Context
    ) -> pb.ProposeDeterminationResponse:
        """See AssessmentService.ProposeDetermination."""
        fields = Fields()
        fields.request_id(request.request_id)
        assessed_on = fields.day(
            "assessed_on", request.assessed_on, earliest=domain.CARE_ACT, latest=clock.latest_today()
        )
        kind, facts = wire.facts_of(request, fields)
        fields.check()

        def unit(work: Work) -> pb.ProposeDeterminationResponse:
            proposed, case = handlers.propose_determination(
                work, case_id=request.case_id, etag=request.etag, assessed_on=assessed_on, kind=kind, facts=facts
            )
            return pb.ProposeDeterminationResponse(
                determination=wire.determination_message(proposed, work.decided(proposed.receipt_id)),
                case=wire.case_message(case),
            )

        return await self._use_cases.change(request, pb.ProposeDeterminationResponse, unit)

    async def ConfirmDetermination(
        self, request: pb.ConfirmDeterminationRequest, context: Context
    ) -> pb.ConfirmDeterminationResponse:
        """See AssessmentService.ConfirmDetermination."""
        fields = Fields()
        fields.request_id(request.request_id)
        reasons = fields.text("reasons", request.reasons)
        fields.check()

        def unit(work: Work) -> pb.ConfirmDeterminationResponse:
            confirmed, case = handlers.confirm_determination(
                work,
                case_id=request.case_id,
                etag=request.etag,
                determination_id=request.determination_id,
                reasons=reasons,
            )
            return pb.ConfirmDeterminationResponse(
                determination=wire.determination_message(confirmed, work.decided(confirmed.receipt_id)),
                case=wire.case_message(case),
            )

        return await self._use_cases.change(request, pb.ConfirmDeterminationResponse, unit)

    async def GiveIndicativeBudget(
        self, request: pb.GiveIndicativeBudgetRequest, context: Context
    ) -> pb.GiveIndicativeBudgetResponse:
        """See AssessmentService.GiveIndicativeBudget."""
        fields = Fields()
        fields.request_id(request.request_id)
        if request.points < 0:
            fields.wrong("points", "must be 0 or more")
        by_practitioner = None
        if request.weekly_by_practitioner:
            by_practitioner = fields.weekly("weekly_by_practitioner", request.weekly_by_practitioner, above_zero=True)
        fields.check()

        def unit(work: Work) -> pb.GiveIndicativeBudgetResponse:
            kept, weekly, case = handlers.give_indicative_budget(
                work,
                case_id=request.case_id,
                etag=request.etag,
                points=request.points,
                by_practitioner=by_practitioner,
            )
            return pb.GiveIndicativeBudgetResponse(
                decision=kept.as_message(), weekly=weekly, case=wire.case_message(case)
            )

        return await self._use_cases.change(request, pb.GiveIndicativeBudgetResponse, unit)

    async def GiveAdvice(self, request: pb.GiveAdviceRequest, context: Context) -> pb.GiveAdviceResponse:
        """See AssessmentService.GiveAdvice."""
        fields = Fields()
        fields.request_id(request.request_id)
        written_reasons = fields.text("written_reasons", request.written_reasons)
        advice = fields.text("advice", request.advice)
        how_to_ask_again = fields.text("how_to_ask_again", request.how_to_ask_again)
        fields.check()

        def unit(work: Work) -> pb.GiveAdviceResponse:
            case = handlers.give_advice(
                work,
                case_id=request.case_id,
                etag=request.etag,
                written_reasons=written_reasons,
                advice=advice,
                how_to_ask_again=how_to_ask_again,
            )
            return pb.GiveAdviceResponse(case=wire.case_message(case))

        return await self._use_cases.change(request, pb.GiveAdviceResponse, unit)

    async def GetDetermination(
        self, request: pb.GetDeterminationRequest, context: Context
    ) -> pb.GetDeterminationResponse:
        """See AssessmentService.GetDetermination."""

        def unit(work: Work) -> pb.GetDeterminationResponse:
            found = handlers.get_determination(work, case_id=request.case_id)
            return pb.GetDeterminationResponse(
                determination=wire.determination_message(found, work.decided(found.receipt_id))
            )

        return await self._use_cases.look(unit)

    async def PlaceHold(self, request: pb.PlaceHoldRequest, context: Context) -> pb.PlaceHoldResponse:
        """See AssessmentService.PlaceHold."""
        fields = Fields()
        fields.request_id(request.request_id)
        reason = fields.choice("reason", request.reason, pb.HoldReason)
        fields.check()

        def unit(work: Work) -> pb.PlaceHoldResponse:
            case = handlers.place_hold(work, case_id=request.case_id, etag=request.etag, reason=reason)
            return pb.PlaceHoldResponse(case=wire.case_message(case))

        return await self._use_cases.change(request, pb.PlaceHoldResponse, unit)

    async def ReleaseHold(self, request: pb.ReleaseHoldRequest, context: Context) -> pb.ReleaseHoldResponse:
        """See AssessmentService.ReleaseHold."""
        fields = Fields()
        fields.request_id(request.request_id)
        fields.check()

        def unit(work: Work) -> pb.ReleaseHoldResponse:
            case = handlers.release_hold(work, case_id=request.case_id, etag=request.etag)
            return pb.ReleaseHoldResponse(case=wire.case_message(case))

        return await self._use_cases.change(request, pb.ReleaseHoldResponse, unit)

    async def ResumeCase(self, request: pb.ResumeCaseRequest, context: Context) -> pb.ResumeCaseResponse:
        """See AssessmentService.ResumeCase."""
        fields = Fields()
        fields.request_id(request.request_id)
        because = fields.text("because", request.because, limit=1000)
        fields.check()

        def unit(work: Work) -> pb.ResumeCaseResponse:
            case = handlers.resume_case(work, case_id=request.case_id, because=because)
            return pb.ResumeCaseResponse(case=wire.case_message(case))

        return await self._use_cases.change(request, pb.ResumeCaseResponse, unit)

    async def EndCase(self, request: pb.EndCaseRequest, context: Context) -> pb.EndCaseResponse:
        """See AssessmentService.EndCase."""
        fields = Fields()
        fields.request_id(request.request_id)
        ending = fields.choice("ending", request.ending, pb.Ending)
        fields.check()

        def unit(work: Work) -> pb.EndCaseResponse:
            case = handlers.end_case(work, case_id=request.case_id, etag=request.etag, ending=Ending(ending))
            return pb.EndCaseResponse(case=wire.case_message(case))

        return await self._use_cases.change(request, pb.EndCaseResponse, unit)

    async def OpenAssessment(self, request: pb.OpenAssessmentRequest, context: Context) -> pb.OpenAssessmentResponse:
        """See AssessmentService.OpenAssessment."""
        fields = Fields()
        fields.request_id(request.request_id)
        opened_on = fields.day("opened_on", request.opened_on)
        fields.check()

        def unit(work: Work) -> pb.OpenAssessmentResponse:
            due = handlers.open_assessment(work, case_id=request.case_id, number=request.round, opened_on=opened_on)
            return pb.OpenAssessmentResponse(due_on=due.isoformat())

        return await self._use_cases.change(request, pb.OpenAssessmentResponse, unit)

    async def GetCouncil(self, request: pb.GetCouncilRequest, context: Context) -> pb.GetCouncilResponse:
        """See AssessmentService.GetCouncil."""
        fields = Fields()
        name = fields.text("council", request.council, limit=LONGEST_COUNCIL, may_be_empty=True) or caller().council
        if name == EVERY_COUNCIL:
            fields.wrong("council", "must be given: the token is for every council")
        fields.check()
        council = await self._use_cases.look(lambda work: handlers.get_council(work, name=name))
        return pb.GetCouncilResponse(council=wire.council_message(council))


def add_to(server: grpc.aio.Server, use_cases: UseCases) -> None:
    """Register the service with a server."""
    pb_grpc.add_AssessmentServiceServicer_to_server(AssessmentServer(use_cases), server)
