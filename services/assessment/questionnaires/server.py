"""The calls about questionnaires, the answers to them, and combined assessments."""

from datetime import date
from functools import partial

from services.assessment import answers_store, store
from services.assessment.domain.answers import Saving, Viewing
from services.assessment.domain.ways_in import Beginning
from services.assessment.offered import (
    begun_with,
    offered,
    offered_questionnaire,
    offered_version,
    usual_questionnaire,
)
from services.assessment.questionnaires import combining, handlers, messages, wire
from services.assessment.questionnaires.combining import Combining
from services.assessment.wire import case_message
from sevensteps.api.assessment.v1 import questionnaires_pb2 as pb
from sevensteps.api.assessment.v1 import questionnaires_pb2_grpc as pb_grpc
from sevensteps.service.calls import changes, reads
from sevensteps.service.case_lists import page
from sevensteps.service.use_cases import UseCases
from sevensteps.service.work import Work


class QuestionnairesServer(pb_grpc.QuestionnairesServiceServicer):
    """Answers the calls of QuestionnairesService."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` runs them over the store."""
        self.use_cases = use_cases

    @reads
    def ListQuestionnaires(self, work: Work, request: pb.ListQuestionnairesRequest) -> pb.ListQuestionnairesResponse:
        """See QuestionnairesService.ListQuestionnaires."""
        case = store.case(work, request.case_id)
        version = offered_version(work, case)
        found = [messages.offered_message(each, version) for each in offered(work, case)]
        return pb.ListQuestionnairesResponse(questionnaires=found)

    @reads
    def GetQuestionnaire(self, work: Work, request: pb.GetQuestionnaireRequest) -> pb.GetQuestionnaireResponse:
        """See QuestionnairesService.GetQuestionnaire."""
        case = store.case(work, request.case_id)
        if request.answers_id:
            answers = answers_store.answers(work, case.case_id, request.answers_id)
            questionnaire, version = begun_with(work, answers), answers.pack
        else:
            questionnaire = offered_questionnaire(work, case, request.name or usual_questionnaire(work, case))
            version = offered_version(work, case)
        return pb.GetQuestionnaireResponse(
            questionnaire=messages.offered_message(questionnaire, version),
            sections=[messages.section_message(section) for section in questionnaire.sections],
            introduction=questionnaire.introduction,
        )

    @changes(pb.BeginAnswersResponse, wire.beginning_of)
    def BeginAnswers(
        self, work: Work, request: pb.BeginAnswersRequest, beginning: Beginning
    ) -> pb.BeginAnswersResponse:
        """See QuestionnairesService.BeginAnswers."""
        filled, case = handlers.begin(work, beginning, case_id=request.case_id, etag=request.etag)
        return pb.BeginAnswersResponse(answers=messages.summary_message(filled), case=case_message(case))

    @changes(pb.SaveAnswersResponse, wire.saving_of)
    def SaveAnswers(self, work: Work, request: pb.SaveAnswersRequest, saving: Saving) -> pb.SaveAnswersResponse:
        """See QuestionnairesService.SaveAnswers."""
        filled, case = handlers.save(
            work, saving, case_id=request.case_id, answers_id=request.answers_id, etag=request.etag
        )
        return pb.SaveAnswersResponse(answers=messages.summary_message(filled), case=case_message(case))

    @changes(pb.SubmitAnswersResponse, wire.named_answers)
    def SubmitAnswers(self, work: Work, request: pb.SubmitAnswersRequest, answers_id: str) -> pb.SubmitAnswersResponse:
        """See QuestionnairesService.SubmitAnswers."""
        filled, case = handlers.submit(work, case_id=request.case_id, answers_id=answers_id, etag=request.etag)
        return pb.SubmitAnswersResponse(answers=messages.summary_message(filled), case=case_message(case))

    @changes(pb.ShowAnswersResponse, wire.showing_of)
    def ShowAnswers(
        self, work: Work, request: pb.ShowAnswersRequest, showing: tuple[str, date | None]
    ) -> pb.ShowAnswersResponse:
        """See QuestionnairesService.ShowAnswers."""
        practitioner, on = showing
        filled, case = handlers.show(
            work,
            case_id=request.case_id,
            answers_id=request.answers_id,
            etag=request.etag,
            practitioner=practitioner,
            on=on,
        )
        return pb.ShowAnswersResponse(answers=messages.summary_message(filled), case=case_message(case))

    @changes(pb.ViewAnswersResponse, wire.viewing_of)
    def ViewAnswers(self, work: Work, request: pb.ViewAnswersRequest, viewing: Viewing) -> pb.ViewAnswersResponse:
        """See QuestionnairesService.ViewAnswers."""
        filled, case = handlers.view(
            work, viewing, case_id=request.case_id, answers_id=request.answers_id, etag=request.etag
        )
        return pb.ViewAnswersResponse(answers=messages.summary_message(filled), case=case_message(case))

    @reads
    def GetAnswers(self, work: Work, request: pb.GetAnswersRequest) -> pb.GetAnswersResponse:
        """See QuestionnairesService.GetAnswers."""
        filled = handlers.get(work, case_id=request.case_id, answers_id=request.answers_id)
        return pb.GetAnswersResponse(answers=messages.answers_message(filled))

    @reads
    def ListAnswers(self, work: Work, request: pb.ListAnswersRequest) -> pb.ListAnswersResponse:
        """See QuestionnairesService.ListAnswers."""
        read = partial(handlers.filled_of, work, request.case_id)
        found, token = page(work, request, read, messages.answers_message)
        return pb.ListAnswersResponse(answers=found, next_page_token=token)

    @changes(pb.CombineAssessmentsResponse, wire.combining_of)
    def CombineAssessments(
        self, work: Work, request: pb.CombineAssessmentsRequest, wanted: Combining
    ) -> pb.CombineAssessmentsResponse:
        """See QuestionnairesService.CombineAssessments."""
        combination, case = combining.combine(work, wanted, case_id=request.case_id, etag=request.etag)
        return pb.CombineAssessmentsResponse(combined=messages.combined_message(combination), case=case_message(case))

    @changes(pb.WithdrawConsentResponse, wire.withdrawal_of)
    def WithdrawConsent(
        self, work: Work, request: pb.WithdrawConsentRequest, withdrawn_on: date | None
    ) -> pb.WithdrawConsentResponse:
        """See QuestionnairesService.WithdrawConsent."""
        apart, case = combining.withdraw(
            work,
            case_id=request.case_id,
            etag=request.etag,
            combination_id=request.combination_id,
            on=withdrawn_on,
        )
        return pb.WithdrawConsentResponse(combined=messages.combined_message(apart), case=case_message(case))

    @reads
    def ListCombinedAssessments(
        self, work: Work, request: pb.ListCombinedAssessmentsRequest
    ) -> pb.ListCombinedAssessmentsResponse:
        """See QuestionnairesService.ListCombinedAssessments."""
        read = partial(answers_store.combinations_of, work, request.case_id)
        found, token = page(work, request, read, messages.combined_message)
        return pb.ListCombinedAssessmentsResponse(combined=found, next_page_token=token)
