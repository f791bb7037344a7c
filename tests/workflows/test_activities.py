"""What activities make of a service's answer, over real gRPC to servicers of this test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import grpc
import pytest
from google.protobuf.message import Message
from grpc_status import rpc_status
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.planning.v1 import planning_pb2
from sevensteps.api.review.v1 import review_pb2
from sevensteps.asks import Confirmed
from sevensteps.deadlines import Due
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.rpc.faults import status_of
from sevensteps.steps import DueKind, Ending, Stage
from workflows.activities.registered import activities
from workflows.journey.requests import (
    CloseApproval,
    ClosePlanning,
    CloseReview,
    EndCase,
    OpenApproval,
    OpenAssessment,
    OpenLife,
    OpenMoney,
    OpenPlan,
    OpenReview,
    OpenSupport,
    RecordOverdue,
    Request,
    RequestHeader,
)

HEADER = RequestHeader("case-a", "example", "5f0c36d2-6b0f-5a55-8f3f-3c1f5a8b7a11")
DUE_ON = "2026-06-15"
PLAN = planning_pb2.Plan(
    case_id="case-a",
    version=2,
    weekly="80.00",
    lines=[
        planning_pb2.SpendLine(line_id="l1", text="A friend's words", weekly="70.00", beyond_needs="0.00"),
        planning_pb2.SpendLine(line_id="room", text="A dearer room", weekly="10.00", beyond_needs="5.50"),
    ],
    complex=False,
)
PLANNING = planning_pb2.Planning(
    case_id="case-a",
    periods=[
        planning_pb2.Period(arrangement_id="old", plan_version=1, starts_on="2025-01-01"),
        planning_pb2.Period(arrangement_id="a", plan_version=2, starts_on="2026-03-02"),
        planning_pb2.Period(arrangement_id="b", plan_version=2, starts_on="2026-03-01"),
    ],
)
IN_FORCE = review_pb2.PlanInForce(
    lines=[review_pb2.PlanLine(line_id="l1", weekly="70.00"), review_pb2.PlanLine(line_id="room", weekly="15.50")],
    support_since="2026-03-01",
    needs=["toilet"],
    complex=False,
)
ABOUT = {"request_id": HEADER.request_id, "case_id": "case-a"}
HERE = ABOUT | {"council": "example"}


class Answers(grpc.GenericRpcHandler):
    """All four services: it keeps each request, and answers by the name of the RPC, or refuses."""

    def __init__(self) -> None:
        """Only planning's records have an answer yet."""
        self.requests: dict[str, bytes] = {}
        self.answers: dict[str, Message | Fault] = {
            "GetPlan": planning_pb2.GetPlanResponse(plan=PLAN),
            "GetPlanning": planning_pb2.GetPlanningResponse(planning=PLANNING),
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Answer anything."""
        rpc = handler_call_details.method.rpartition(".")[2]

        async def answer(request: bytes, context: "grpc.aio.ServicerContext[bytes, bytes]") -> bytes:
            self.requests[rpc] = request
            reply = self.answers[rpc.rpartition("/")[2]]
            if isinstance(reply, Message):
                return reply.SerializeToString()
            await context.abort_with_status(rpc_status.to_status(status_of(reply)))
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


@dataclass
class Office:
    """The four services, and the activities that ask them."""

    services: Answers
    _activities: dict[str, Callable[..., Awaitable[Due | Confirmed | None]]]

    async def ask(self, request: Request) -> Due | Confirmed | None:
        """Run the activity of this request, as Temporal would."""
        name = type(request).__name__
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, activity_type=name, start_to_close_timeout=timedelta(seconds=5))
        return await environment.run(self._activities[name], HEADER, request)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    services = Answers()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((services,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        every = activities(dict.fromkeys(("assessment", "planning", "approval", "review"), channel))
        yield Office(services, {str(definition_of(each).name): each for each in every})
    await server.stop(None)


def definition_of(function: Callable[..., Awaitable[Due | Confirmed | None]]) -> activity._Definition:
    definition = activity._Definition.from_callable(function)  # noqa: SLF001  how the worker finds the name
    assert definition is not None
    return definition


OPENINGS = [
    (
        OpenAssessment(2, "2026-06-01"),
        "AssessmentService/OpenAssessment",
        assessment_pb2.OpenAssessmentRequest(**ABOUT, round=2, opened_on="2026-06-01"),
        assessment_pb2.OpenAssessmentResponse(due_on=DUE_ON),
    ),
    (
        OpenPlan(2, ["toilet"], "82.91", "2026-06-01", met_by_carer=["toilet"], own_money=True),
        "PlanningService/OpenPlan",
        planning_pb2.OpenPlanRequest(
            request_id=HEADER.request_id,
            case_id="case-a",
            council="example",
            version=2,
            eligible_needs=["toilet"],
            indicative_weekly="82.91",
            opened_on="2026-06-01",
            met_by_carer=["toilet"],
            own_money=True,
        ),
        planning_pb2.OpenPlanResponse(due_on=DUE_ON),
    ),
    (
        OpenApproval(2, ["toilet"], "82.91", ["ann"], "2026-06-01"),
        "ApprovalService/OpenApproval",
        approval_pb2.OpenApprovalRequest(
            **HERE,
            plan=PLAN,
            eligible_needs=["toilet"],
            indicative_weekly="82.91",
            assessed_by=["ann"],
            opened_on="2026-06-01",
        ),
        approval_pb2.OpenApprovalResponse(due_on=DUE_ON),
    ),
    (
        OpenMoney(2, "80.00", "2026-06-01"),
        "PlanningService/OpenMoney",
        planning_pb2.OpenMoneyRequest(**ABOUT, version=2, personal_budget_weekly="80.00", opened_on="2026-06-01"),
        planning_pb2.OpenMoneyResponse(due_on=DUE_ON),
    ),
    (
        OpenSupport(2, "2026-06-01"),
        "PlanningService/OpenSupport",
        planning_pb2.OpenSupportRequest(**ABOUT, version=2, opened_on="2026-06-01"),
        planning_pb2.OpenSupportResponse(due_on=DUE_ON),
    ),
    (
        OpenLife(
            3,
            2,
            "2026-06-01",
            continues=True,
            direct_payment_since="2025-06-01",
            review_on="2026-09-01",
            needs=["toilet"],
        ),
        "ReviewService/OpenLife",
        review_pb2.OpenLifeRequest(
            request_id=HEADER.request_id,
            case_id="case-a",
            council="example",
            round=3,
            plan_version=2,
            started_on="2026-06-01",
            continues=True,
            direct_payment_since="2025-06-01",
            review_on="2026-09-01",
            in_force=IN_FORCE,
        ),
        review_pb2.OpenLifeResponse(review_due=DUE_ON, due_kind=review_pb2.DUE_KIND_SOFT),
    ),
    (
        OpenReview(3, "2026-06-01"),
        "ReviewService/OpenReview",
        review_pb2.OpenReviewRequest(**ABOUT, round=3, opened_on="2026-06-01"),
        review_pb2.OpenReviewResponse(due_on=DUE_ON),
    ),
]
CLOSINGS = [
    (
        ClosePlanning("2026-06-01", died=True),
        "PlanningService/CloseCase",
        planning_pb2.CloseCaseRequest(**ABOUT, ended_on="2026-06-01", died=True),
    ),
    (CloseApproval(), "ApprovalService/CloseCase", approval_pb2.CloseCaseRequest(**ABOUT)),
    (CloseReview(), "ReviewService/CloseCase", review_pb2.CloseCaseRequest(**ABOUT)),
]


@pytest.mark.parametrize(("ask", "rpc", "request_", "response"), OPENINGS, ids=lambda each: type(each).__name__)
async def test_opening(office: Office, ask: Request, rpc: str, request_: Message, response: Message) -> None:
    """An opening sends its service all that the journey knows, and returns when the step is due."""
    office.services.answers[rpc.partition("/")[2]] = response
    assert await office.ask(ask) == Due(DUE_ON)
    assert type(request_).FromString(office.services.requests[rpc]) == request_


async def test_date_of_law(office: Office) -> None:
    """A review date that is set by law is returned as such."""
    answer = review_pb2.OpenLifeResponse(review_due=DUE_ON, due_kind=review_pb2.DUE_KIND_HARD)
    office.services.answers["OpenLife"] = answer
    due = await office.ask(OpenLife(1, 1, "2026-06-01", continues=False, direct_payment_since="", review_on=""))
    assert due == Due(DUE_ON, DueKind.HARD)


async def test_date_of_law_behind_one_of_practice(office: Office) -> None:
    """A date of practice comes with the later date that the law sets."""
    office.services.answers["OpenLife"] = review_pb2.OpenLifeResponse(
        review_due=DUE_ON, due_kind=review_pb2.DUE_KIND_SOFT, law_due="2026-12-01"
    )
    due = await office.ask(OpenLife(1, 1, "2026-06-01", continues=False, direct_payment_since="", review_on=""))
    assert due == Due(DUE_ON, DueKind.SOFT, "2026-12-01")


async def test_date_of_law_of_a_review(office: Office) -> None:
    """A review that the law wants sooner than practice does comes with that day."""
    office.services.answers["OpenReview"] = review_pb2.OpenReviewResponse(due_on=DUE_ON, law_due="2026-06-02")
    assert await office.ask(OpenReview(1, "2026-06-01")) == Due(DUE_ON, DueKind.SOFT, "2026-06-02")


async def test_plan_in_force_of_which_little_is_known(office: Office) -> None:
    """Nothing arranged: support counts from the day on which life began; nobody said whether the plan is complex."""
    office.services.answers |= {
        "GetPlan": planning_pb2.GetPlanResponse(plan=planning_pb2.Plan(case_id="case-a", version=2)),
        "GetPlanning": planning_pb2.GetPlanningResponse(planning=planning_pb2.Planning(case_id="case-a")),
        "OpenLife": review_pb2.OpenLifeResponse(review_due=DUE_ON, due_kind=review_pb2.DUE_KIND_SOFT),
    }
    await office.ask(OpenLife(1, 2, "2026-06-01", continues=False, direct_payment_since="", review_on=""))
    request = review_pb2.OpenLifeRequest.FromString(office.services.requests["ReviewService/OpenLife"])
    assert request.in_force == review_pb2.PlanInForce(support_since="2026-06-01")


@pytest.mark.parametrize("ending", list(Ending))
async def test_end_case(office: Office, ending: Ending) -> None:
    """Every ending has its own value on the wire."""
    office.services.answers["EndCase"] = assessment_pb2.EndCaseResponse()
    await office.ask(EndCase(ending))
    request = assessment_pb2.EndCaseRequest.FromString(office.services.requests["AssessmentService/EndCase"])
    assert assessment_pb2.Ending.Name(request.ending) == f"ENDING_{ending.name}"


async def test_a_date_is_told_with_its_clock(office: Office) -> None:
    """Of what is owed in writing, so that the service knows it from the date of the step."""
    office.services.answers["RecordOverdue"] = assessment_pb2.RecordOverdueResponse()
    await office.ask(RecordOverdue(Stage.MONEY_FOUND, 2, DUE_ON, by_law=True, ahead=False, clock="advice"))
    request = office.services.requests["AssessmentService/RecordOverdue"]
    assert assessment_pb2.RecordOverdueRequest.FromString(request) == assessment_pb2.RecordOverdueRequest(
        request_id=HEADER.request_id,
        case_id="case-a",
        stage="money_found",
        turn=2,
        due_on=DUE_ON,
        by_law=True,
        clock="advice",
    )


@pytest.mark.parametrize(("ask", "rpc", "request_"), CLOSINGS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("is_known", [True, False])
async def test_closing(office: Office, ask: Request, rpc: str, request_: Message, *, is_known: bool) -> None:
    """Closing succeeds also where nothing was ever opened."""
    unknown = Fault(Kind.NOT_FOUND, "CASE_NOT_FOUND", "There is no case case-a.")
    office.services.answers["CloseCase"] = planning_pb2.CloseCaseResponse() if is_known else unknown
    await office.ask(ask)
    assert type(request_).FromString(office.services.requests[rpc]) == request_


@pytest.mark.parametrize("kind", list(Kind))
async def test_refusal(office: Office, kind: Kind) -> None:
    """A refusal for good is not retried and carries its reason; everything else is retried."""
    office.services.answers["OpenSupport"] = Fault(kind, "SOME_REASON", "Money must come first.")
    with pytest.raises(ApplicationError) as refused:
        await office.ask(OpenSupport(1, "2026-06-01"))
    assert (refused.value.type, refused.value.message) == ("SOME_REASON", "Money must come first.")
    for_good = {Kind.INVALID, Kind.PRECONDITION, Kind.NOT_FOUND, Kind.OUT_OF_RANGE, Kind.EXHAUSTED}
    assert refused.value.non_retryable is (kind in for_good)


async def test_wrong_fields_are_named(office: Office) -> None:
    """The message says which field was wrong, for operations to read."""
    wrong = Violation("opened_on", "must be a date")
    office.services.answers["OpenSupport"] = Fault(Kind.INVALID, "FIELD_INVALID", "Fields.", violations=[wrong])
    with pytest.raises(ApplicationError, match="opened_on: must be a date"):
        await office.ask(OpenSupport(1, "soon"))


async def test_answer_without_a_date(office: Office) -> None:
    """An answer without a date is an error, so the request is tried again."""
    office.services.answers["OpenSupport"] = planning_pb2.OpenSupportResponse()
    with pytest.raises(ValueError, match="isoformat"):
        await office.ask(OpenSupport(1, "2026-06-01"))
