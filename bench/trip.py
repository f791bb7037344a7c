"""One case through the seven steps by the public API, as fast as possible: the load of the measurements."""

from __future__ import annotations  # the stubs' types exist for the type checker alone

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import grpc

from sevensteps import clock
from sevensteps.api.approval.v1 import approval_pb2, approval_pb2_grpc
from sevensteps.api.assessment.v1 import (
    assessment_pb2,
    assessment_pb2_grpc,
    conversation_pb2,
    conversation_pb2_grpc,
)
from sevensteps.api.feed.v1 import feed_pb2, feed_pb2_grpc
from sevensteps.api.planning.v1 import planning_pb2, planning_pb2_grpc
from sevensteps.api.review.v1 import review_pb2, review_pb2_grpc
from sevensteps.config import Settings
from sevensteps.events import CaseOpened, LifeOpened, MoneyOpened, PlanChecked, PlanOpened, ReviewOpened, SupportOpened
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.client import channel

COUNCIL = "example-council"
QUESTIONS = ("important", "change", "spend", "manage", "control", "next")
NEEDS = ("nutrition", "community")
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Services:
    """Clients of the services, each with the token of somebody who works with it."""

    assessment: assessment_pb2_grpc.AssessmentServiceAsyncStub
    conversation: conversation_pb2_grpc.ConversationServiceAsyncStub
    planning: planning_pb2_grpc.PlanningServiceAsyncStub
    approval: approval_pb2_grpc.ApprovalServiceAsyncStub
    review: review_pb2_grpc.ReviewServiceAsyncStub
    feed: feed_pb2_grpc.FeedServiceAsyncStub


class Staff:
    """People who work with a running suite, and follow its feed. An async context manager."""

    def __init__(self, settings: Settings) -> None:
        """`settings` have the addresses of the suite."""
        keys = Keys.open(settings.data)

        def connect(service: str, who: str, role: Role) -> grpc.aio.Channel:
            token = keys.issue(who, [role], COUNCIL, seconds=86_400)
            return channel(settings.address(service), lambda: token)

        self._channels = [
            connect("assessment", "amy", Role.PRACTITIONER),
            connect("planning", "ben", Role.PLANNER),
            connect("approval", "cat", Role.APPROVER),
            connect("review", "dan", Role.REVIEWER),
            connect("feed", "eve", Role.INTEGRATOR),
        ]
        self.services = Services(
            assessment_pb2_grpc.AssessmentServiceStub(self._channels[0]),
            conversation_pb2_grpc.ConversationServiceStub(self._channels[0]),
            planning_pb2_grpc.PlanningServiceStub(self._channels[1]),
            approval_pb2_grpc.ApprovalServiceStub(self._channels[2]),
            review_pb2_grpc.ReviewServiceStub(self._channels[3]),
            feed_pb2_grpc.FeedServiceStub(self._channels[4]),
        )
        self._counts: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._arrived = asyncio.Condition()
        self._following: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        for open_channel in self._channels:
            await open_channel.close()

    async def _follow(self) -> None:
        async for message in self.services.feed.WatchEvents(feed_pb2.WatchEventsRequest()):
            for event in message.events:
                self._counts[event.case_id, event.type] += 1
            async with self._arrived:
                self._arrived.notify_all()

    async def wait_for(self, case_id: str, kind: str, times: int = 1) -> None:
        """Wait until the feed has so many events of a type about a case."""
        async with asyncio.timeout(PATIENCE), self._arrived:
            await self._arrived.wait_for(lambda: self._counts[case_id, kind] >= times)


async def trip(staff: Staff) -> str:
    """A case from first contact through all seven steps and back to step 6. Returns its id."""
    case_id = await open_case(staff)
    for step in STEPS:
        await step(staff, case_id)
    return case_id


async def open_case(staff: Staff) -> str:
    """First contact, told by the feed. Returns the case's id."""
    case = await first_contact(staff.services.assessment)
    await staff.wait_for(case.case_id, CaseOpened.TYPE)
    return case.case_id


async def first_contact(assessment: assessment_pb2_grpc.AssessmentServiceAsyncStub) -> assessment_pb2.Case:
    """Open a case of somebody new."""
    request = assessment_pb2.OpenCaseRequest(
        request_id=_id(), kind=assessment_pb2.CASE_KIND_ADULT, person_reference=_id()
    )
    return (await assessment.OpenCase(request)).case


async def find_money(staff: Staff, case_id: str) -> None:
    """Step 1, and into step 2."""
    assessment = staff.services.assessment
    opened = await assessment.GetCase(assessment_pb2.GetCaseRequest(case_id=case_id))
    talked = await staff.services.conversation.RecordConversation(
        conversation_pb2.RecordConversationRequest(
            request_id=_id(), case_id=case_id, etag=opened.case.etag, what_matters="To see people."
        )
    )
    unable = assessment_pb2.OutcomeAnswers(cannot_unaided=True)
    proposed = await assessment.ProposeDetermination(
        assessment_pb2.ProposeDeterminationRequest(
            request_id=_id(),
            case_id=case_id,
            etag=talked.case.etag,
            assessed_on=_today(),
            adult=assessment_pb2.AdultFacts(
                impairment=True,
                significant_impact=True,
                residence=assessment_pb2.RESIDENCE_HERE,
                outcomes=dict.fromkeys(NEEDS, unable),
            ),
        )
    )
    confirmed = await assessment.ConfirmDetermination(
        assessment_pb2.ConfirmDeterminationRequest(
            request_id=_id(),
            case_id=case_id,
            etag=proposed.case.etag,
            determination_id=proposed.determination.determination_id,
            reasons="As assessed.",
        )
    )
    await assessment.GiveIndicativeBudget(
        assessment_pb2.GiveIndicativeBudgetRequest(
            request_id=_id(), case_id=case_id, etag=confirmed.case.etag, points=16
        )
    )
    await staff.wait_for(case_id, PlanOpened.TYPE)


async def make_plan(staff: Staff, case_id: str) -> None:
    """Step 2, and into step 3."""
    planning = staff.services.planning
    current = await planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=case_id))
    saved = await planning.SavePlan(
        planning_pb2.SavePlanRequest(
            request_id=_id(),
            case_id=case_id,
            etag=current.planning.etag,
            template=planning_pb2.TEMPLATE_SIX,
            answers=dict.fromkeys(QUESTIONS, "As I said."),
            lines=[
                planning_pb2.SpendLine(
                    line_id="l1", text="Help with meals", needs=NEEDS, use=planning_pb2.USE_GENERAL, weekly="82.91"
                )
            ],
            helper=planning_pb2.PLAN_HELPER_SELF,
            risks_considered=True,
            person_involved=True,
            advocate_considered=True,
            advice_given=True,
        )
    )
    await planning.SubmitPlan(
        planning_pb2.SubmitPlanRequest(request_id=_id(), case_id=case_id, etag=saved.planning.etag)
    )
    await staff.wait_for(case_id, PlanChecked.TYPE)


async def agree_plan(staff: Staff, case_id: str) -> None:
    """Step 3, and into step 4."""
    approval = staff.services.approval
    checked = await approval.GetApproval(approval_pb2.GetApprovalRequest(case_id=case_id))
    await approval.ApprovePlan(
        approval_pb2.ApprovePlanRequest(
            request_id=_id(), case_id=case_id, version=1, etag=checked.approval.etag, because="It works."
        )
    )
    await staff.wait_for(case_id, MoneyOpened.TYPE)


async def organise_money(staff: Staff, case_id: str) -> None:
    """Step 4, and into step 5."""
    planning = staff.services.planning
    current = await planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=case_id))
    await planning.ArrangeMoney(
        planning_pb2.ArrangeMoneyRequest(
            request_id=_id(),
            case_id=case_id,
            etag=current.planning.etag,
            kind=planning_pb2.MONEY_KIND_COUNCIL_MANAGED,
            weekly=current.planning.personal_budget_weekly,
        )
    )
    await staff.wait_for(case_id, SupportOpened.TYPE)


async def organise_support(staff: Staff, case_id: str) -> None:
    """Step 5, and into step 6."""
    planning = staff.services.planning
    current = await planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=case_id))
    await planning.ArrangeSupport(
        planning_pb2.ArrangeSupportRequest(
            request_id=_id(),
            case_id=case_id,
            etag=current.planning.etag,
            kind=planning_pb2.SUPPORT_KIND_PROVIDER,
            needs=NEEDS,
            starts_on=_today(),
        )
    )
    await staff.wait_for(case_id, LifeOpened.TYPE)


async def live(staff: Staff, case_id: str) -> None:
    """Step 6, and into step 7."""
    review = staff.services.review
    current = await review.GetLife(review_pb2.GetLifeRequest(case_id=case_id))
    await review.RequestReview(
        review_pb2.RequestReviewRequest(request_id=_id(), case_id=case_id, etag=current.life.etag, because="To look.")
    )
    await staff.wait_for(case_id, ReviewOpened.TYPE)


async def look_back(staff: Staff, case_id: str) -> None:
    """Step 7, and into step 6 again."""
    review = staff.services.review
    current = await review.GetLife(review_pb2.GetLifeRequest(case_id=case_id))
    await review.CompleteReview(
        review_pb2.CompleteReviewRequest(
            request_id=_id(),
            case_id=case_id,
            etag=current.life.etag,
            achieved=dict.fromkeys(NEEDS, review_pb2.ACHIEVED_YES),
            how_it_worked="It works.",
            outcome=review_pb2.REVIEW_OUTCOME_CONTINUE,
        )
    )
    await staff.wait_for(case_id, LifeOpened.TYPE, times=2)


STEPS = (find_money, make_plan, agree_plan, organise_money, organise_support, live, look_back)
"""The seven steps. Each ends when the next one is open."""


def _id() -> str:
    return str(uuid4())


def _today() -> str:
    return clock.today().isoformat()
