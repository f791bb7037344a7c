"""One case, and everything that people do in it: each method is one act, with the etag read back before it."""

from uuid import uuid4

from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2
from stored.assessing import Assessing
from stored.planning import Planning
from stored.records import LACKED, A, Request, today
from stored.town import Town


class Case(Assessing, Planning):
    """A case of one council, as its people work on it. Every method raises the Fault with which a service refuses."""

    @classmethod
    async def open(cls, town: Town, name: str, council: str, kind: str, reference: str) -> "Case":
        """First contact."""
        request = assessment_pb2.OpenCaseRequest(
            request_id=str(uuid4()),
            kind=assessment_pb2.CaseKind.Value(f"CASE_KIND_{kind.upper()}"),
            person_reference=reference,
        )
        opened = await town.ask("amy", council, request, assessment_pb2.OpenCaseResponse)
        return cls(town, name, council, kind, opened.case.case_id)

    # Step 3

    async def approve(self, who: str = "helen") -> None:
        """Sign the plan, with a judgement on whatever the rules leave to a person."""
        stands = await self.approval()
        judgements = [
            approval_pb2.Judgement(rule=finding.rule, about=finding.about, because="We looked at it together.")
            for finding in stands.checks.findings
            if finding.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT
        ]
        await self._approve(
            who,
            approval_pb2.ApprovePlanRequest,
            approval_pb2.ApprovePlanResponse,
            because="It works.",
            judgements=judgements,
        )

    async def return_plan(self) -> None:
        """Return the plan to be changed."""
        await self._approve(
            "helen", approval_pb2.ReturnPlanRequest, approval_pb2.ReturnPlanResponse, because="Please look at it again."
        )

    # Steps 6 and 7

    async def record_spend(self) -> None:
        """Money spent on the plan's one line."""
        await self._review(
            review_pb2.RecordSpendRequest,
            review_pb2.RecordSpendResponse,
            line_id="l1",
            amount="40.00",
            spent_on=today(),
            evidence="INVOICE-1",
        )

    async def request_review(self) -> None:
        """Ask for a review."""
        await self._review(review_pb2.RequestReviewRequest, review_pb2.RequestReviewResponse, because="To look at it.")

    async def trigger_review(self) -> None:
        """Something happened that calls for a review."""
        await self._review(
            review_pb2.TriggerReviewRequest,
            review_pb2.TriggerReviewResponse,
            trigger=review_pb2.REVIEW_TRIGGER_HOSPITAL,
        )

    async def complete_review(self, outcome: str) -> None:
        """Complete the review under way."""
        await self._review(
            review_pb2.CompleteReviewRequest,
            review_pb2.CompleteReviewResponse,
            achieved=dict.fromkeys(LACKED[self.kind], review_pb2.ACHIEVED_PARTLY),
            how_it_worked="Some of it works.",
            money_used_properly=True,
            outcome=review_pb2.ReviewOutcome.Value(f"REVIEW_OUTCOME_{outcome.upper()}"),
        )

    async def _approve(self, who: str, request: Request, answer: type[A], **fields: object) -> None:
        stands = await self.approval()
        await self._change(who, request, answer, stands.etag, {"version": stands.version, **fields})

    async def _review(self, request: Request, answer: type[A], **fields: object) -> None:
        await self._change("rita", request, answer, (await self.life()).etag, fields)
