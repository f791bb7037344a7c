"""Correcting spending at the review service, with the token of whoever repairs; and reading it back."""

from collections.abc import Mapping

import grpc
from google.protobuf.message import Message

from services.operations.domain.correcting import (
    NOTHING_YET,
    SpendingSeen,
    SpendSeen,
    predict_correction,
    seen_corrected,
)
from services.operations.domain.prediction import Prediction
from services.operations.domain.repair import Outcome, Proof
from services.operations.repairs.calls import CALL_SECONDS, refusals_as_faults
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.api.review.v1 import review_pb2_grpc
from sevensteps.errors import Fault

NOT_THERE = "STAGE_ORDER"
"""The reason by which the review service says that a case has not come to it."""


class Correcting:
    """Corrects one record of one case."""

    def __init__(self, review: grpc.aio.Channel) -> None:
        """`review` carries the token of whoever repairs."""
        self._review = review_pb2_grpc.ReviewServiceStub(review)

    async def foresee(self, case_id: str, given: Mapping[str, str]) -> Prediction:
        """What a correction would do. Raises the Fault of the review service."""
        try:
            seen, _ = await self._seen(case_id)
        except Fault as fault:
            if fault.reason == NOT_THERE:
                return NOTHING_YET
            raise
        return predict_correction(seen, given)

    async def correct(self, request_id: str, case_id: str, given: Mapping[str, str], because: str) -> None:
        """Correct it, unless that is done already. Raises the Fault of the review service."""
        seen, etag = await self._seen(case_id)
        if not seen.correction(given):
            request = pb.CorrectSpendRequest(
                request_id=request_id, case_id=case_id, etag=etag, because=because, **given
            )
            await self._ask("CorrectSpend", request)

    async def look(self, case_id: str, given: Mapping[str, str]) -> Proof:
        """Whether the review service has what is right, and counts it. Raises its Fault."""
        seen, _ = await self._seen(case_id)
        if told := seen_corrected(seen, given):
            return Proof(Outcome.MOVED, told)
        return Proof(Outcome.UNCHANGED, "The review service does not have the correction.")

    async def _seen(self, case_id: str) -> tuple[SpendingSeen, str]:
        """All spending of a case, and the etag with which it is changed."""
        answer = await self._ask("GetLife", pb.GetLifeRequest(case_id=case_id))
        life = answer.life if isinstance(answer, pb.GetLifeResponse) else pb.Life()
        request, records = pb.ListSpendingRequest(case_id=case_id), list[SpendSeen]()
        while True:
            page = await self._ask("ListSpending", request)
            if not isinstance(page, pb.ListSpendingResponse):
                break
            records += map(_record, page.spending)
            request.page_token = page.next_page_token
            if not page.next_page_token:
                break
        return SpendingSeen(life.round, life.spent, records), life.etag

    async def _ask(self, rpc: str, request: Message) -> Message:
        with refusals_as_faults():
            answer: Message = await getattr(self._review, rpc)(request, timeout=CALL_SECONDS)
        return answer


def _record(spent: pb.Spending) -> SpendSeen:
    names = ("spend_id", "round", "line_id", "amount", "spent_on", "evidence", "corrects", "corrected_by")
    is_marked = spent.decision.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT
    return SpendSeen(**{name: getattr(spent, name) for name in names}, is_marked=is_marked)
