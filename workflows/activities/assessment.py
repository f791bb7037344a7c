"""What journeys ask of the assessment service."""

import grpc
from temporalio import activity

from sevensteps.api.assessment.v1 import assessment_pb2, assessment_pb2_grpc
from sevensteps.deadlines import Due
from workflows.activities.calls import due, timeout, translating_errors
from workflows.journey.requests import EndCase, OpenAssessment, RequestHeader


class Assessment:
    """Requests to the assessment service: step 1, and the end of a case."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        """`channel` carries the journey's token."""
        self._stub = assessment_pb2_grpc.AssessmentServiceStub(channel)

    @activity.defn(name=OpenAssessment.__name__)
    async def open_assessment(self, header: RequestHeader, opening: OpenAssessment) -> Due:
        """Open step 1 for a further round."""
        request = assessment_pb2.OpenAssessmentRequest(
            request_id=header.request_id, case_id=header.case_id, round=opening.round, opened_on=opening.opened_on
        )
        with translating_errors():
            answer = await self._stub.OpenAssessment(request, timeout=timeout())
        return due(answer.due_on)

    @activity.defn(name=EndCase.__name__)
    async def end_case(self, header: RequestHeader, ending: EndCase) -> None:
        """End the case."""
        request = assessment_pb2.EndCaseRequest(
            request_id=header.request_id,
            case_id=header.case_id,
            ending=assessment_pb2.Ending.Value(f"ENDING_{ending.ending.upper()}"),
        )
        with translating_errors():
            await self._stub.EndCase(request, timeout=timeout())
