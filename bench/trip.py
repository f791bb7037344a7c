"""One plain trip through the seven steps by the public API, as fast as a caller can: the load of the measurements."""

from __future__ import annotations  # the stubs' types exist for the type checker alone

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import uuid4

import grpc

from sevensteps.api.approval.v1 import approval_pb2, approval_pb2_grpc
from sevensteps.api.assessment.v1 import assessment_pb2, assessment_pb2_grpc
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
class Doors:
    """The services, each through the token of somebody who works with it."""

    assessment: assessment_pb2_grpc.AssessmentServiceAsyncStub
    planning: planning_pb2_grpc.PlanningServiceAsyncStub
    approval: approval_pb2_grpc.ApprovalServiceAsyncStub
    review: review_pb2_grpc.ReviewServiceAsyncStub
    feed: feed_pb2_grpc.FeedServiceAsyncStub


class Town:
    """A running suite with people who work in it, and one ear on its feed. An async context manager."""

    def __init__(self, settings: Settings) -> None:
        """`settings` say where the suite runs."""
        keys = Keys.open(settings.data)

        def door(service: str, who: str, role: Role) -> grpc.aio.Channel:
            token = keys.issue(who, [role], COUNCIL, seconds=86_400)
            return channel(settings.address(service), lambda: token)

        self._channels = [
            door("assessment", "amy", Role.PRACTITIONER),
            door("planning", "ben", Role.PLANNER),
            door("approval", "cat", Role.APPROVER),
            door("review", "dan", Role.REVIEWER),
            door("feed", "eve", Role.INTEGRATOR),
        ]
        self.doors = Doors(
            assessment_pb2_grpc.AssessmentServiceStub(self._channels[0]),
            planning_pb2_grpc.PlanningServiceStub(self._channels[1]),
            approval_pb2_grpc.ApprovalServiceStub(self._channels[2]),
            review_pb2_grpc.ReviewServiceStub(self._channels[3]),
            feed_pb2_grpc.FeedServiceStub(self._channels[4]),
        )
        self._heard: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._news = asyncio.Condition()
        self._ear: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._ear = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._ear:
            self._ear.cancel()
            await asyncio.gather(self._ear, return_exceptions=True)
        for open_channel in self._channels:
            await open_channel.close()

    async def _listen(self) -> None:
        async for message in self.doors.feed.WatchEvents(feed_pb2.WatchEventsRequest()):
            for event in message.events:
                self._heard[event.case_id, event.type] += 1
            async with self._news:
                self._news.notify_all()

    async def heard(self, case_id: str, kind: str, times: int = 1) -> None:
        """Wait until the feed has told of something, so many times."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self._heard[case_id, kind] >= times)


async def trip(town: Town) -> str:
    """A case from first contact through all seven steps, back to step 6. Gives its id."""
    case_id = await open_case(town)
    for step in STEPS:
        await step(town, case_id)
    return case_id


async def open_case(town: Town) -> str:
    """First contact. Gives the case's id."""
    opened = await town.doors.assessment.OpenCase(
        assessment_pb2.OpenCaseRequest(request_id=_id(), kind=assessment_pb2.CASE_KIND_ADULT, person_reference="bench")
    )
    await town.heard(opened.case.case_id, CaseOpened.TYPE)
    return opened.case.case_id


async def find_money(town: Town, case_id: str) -> None:
    """Step 1, and into step 2."""
    assessment = town.doors.assessment
    opened = await assessment.GetCase(assessment_pb2.GetCaseRequest(case_id=case_id))
    unable = assessment_pb2.OutcomeAnswers(cannot_unaided=True)
    proposed = await assessment.ProposeDetermination(
        assessment_pb2.ProposeDeterminationRequest(
            request_id=_id(),
            case_id=case_id,
            etag=opened.case.etag,
            assessed_on=_today(),
            adult=assessment_pb2.AdultFacts(
                impairment=True, significant_impact=True, resident=True, outcomes=dict.fromkeys(NEEDS, unable)
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
    await town.heard(case_id, PlanOpened.TYPE)


async def make_plan(town: Town, case_id: str) -> None:
    """Step 2, and into step 3."""
    planning = town.doors.planning
    stands = await planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=case_id))
    saved = await planning.SavePlan(
        planning_pb2.SavePlanRequest(
            request_id=_id(),
            case_id=case_id,
            etag=stands.planning.etag,
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
    await town.heard(case_id, PlanChecked.TYPE)


async def agree_plan(town: Town, case_id: str) -> None:
    """Step 3, and into step 4."""
    approval = town.doors.approval
    checked = await approval.GetApproval(approval_pb2.GetApprovalRequest(case_id=case_id))
    await approval.ApprovePlan(
        approval_pb2.ApprovePlanRequest(
            request_id=_id(), case_id=case_id, version=1, etag=checked.approval.etag, because="It works."
        )
    )
    await town.heard(case_id, MoneyOpened.TYPE)


async def organise_money(town: Town, case_id: str) -> None:
    """Step 4, and into step 5."""
    planning = town.doors.planning
    stands = await planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=case_id))
    await planning.ArrangeMoney(
        planning_pb2.ArrangeMoneyRequest(
            request_id=_id(),
            case_id=case_id,
            etag=stands.planning.etag,
            kind=planning_pb2.MONEY_KIND_COUNCIL_MANAGED,
            weekly=stands.planning.personal_budget_weekly,
        )
    )
    await town.heard(case_id, SupportOpened.TYPE)


async def organise_support(town: Town, case_id: str) -> None:
    """Step 5, and into step 6."""
    planning = town.doors.planning
    stands = await planning.GetPlanning(planning_pb2.GetPlanningRequest(case_id=case_id))
    await planning.ArrangeSupport(
        planning_pb2.ArrangeSupportRequest(
            request_id=_id(),
            case_id=case_id,
            etag=stands.planning.etag,
            kind=planning_pb2.SUPPORT_KIND_PROVIDER,
            needs=NEEDS,
            starts_on=_today(),
        )
    )
    await town.heard(case_id, LifeOpened.TYPE)


async def live(town: Town, case_id: str) -> None:
    """Step 6, and into step 7."""
    review = town.doors.review
    lives = await review.GetLife(review_pb2.GetLifeRequest(case_id=case_id))
    await review.RequestReview(
        review_pb2.RequestReviewRequest(request_id=_id(), case_id=case_id, etag=lives.life.etag, because="To look.")
    )
    await town.heard(case_id, ReviewOpened.TYPE)


async def look_back(town: Town, case_id: str) -> None:
    """Step 7, and into step 6 again."""
    review = town.doors.review
    lives = await review.GetLife(review_pb2.GetLifeRequest(case_id=case_id))
    await review.CompleteReview(
        review_pb2.CompleteReviewRequest(
            request_id=_id(),
            case_id=case_id,
            etag=lives.life.etag,
            achieved=dict.fromkeys(NEEDS, review_pb2.ACHIEVED_YES),
            how_it_worked="It works.",
            outcome=review_pb2.REVIEW_OUTCOME_CONTINUE,
        )
    )
    await town.heard(case_id, LifeOpened.TYPE, times=2)


STEPS = (find_money, make_plan, agree_plan, organise_money, organise_support, live, look_back)
"""The seven steps, each until the next one is open."""


def _id() -> str:
    return str(uuid4())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
