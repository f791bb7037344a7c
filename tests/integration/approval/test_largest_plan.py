"""The largest plan that may be saved goes all the way: no answer and no receipt is too big for a message."""

import re

from integration.approval.desk import Desk, approving
from integration.planning.case import PlanningCase
from servers.services import SharedService, refusal_of
from services.planning.line_messages import MOST_LINES
from services.planning.wire import LONGEST_ANSWER, MOST_BYTES
from sevensteps.api.approval.v1 import approval_pb2
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.api.receipts.v1 import receipts_pb2
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.rpc.options import MESSAGE_BYTES

NEEDS = ("nutrition", "hygiene", "toilet", "clothed", "home_safe", "habitable", "relationships", "community")

ROOM = 2 * MESSAGE_BYTES
"""Half of the largest answer that gRPC takes by default."""
SPARE = 16
"""Bytes that a text takes beside its letters."""


async def largest(case: PlanningCase) -> pb.SavePlanRequest:
    """As many lines as there may be, each with the longest id and every need, and text up to the last bytes."""
    request = await case.draft()
    del request.lines[:]
    for number in range(MOST_LINES):
        line_id = f"line-{number}".ljust(64, "-")
        request.lines.add(
            line_id=line_id, text="Bingo and the club", needs=NEEDS, use=pb.USE_GAMBLING, weekly="5000.00"
        )
    for question in request.answers:
        request.answers[question] = "x" * LONGEST_ANSWER
    for line in request.lines:
        line.text += "x" * min(900, MOST_BYTES - request.ByteSize() - SPARE)
    assert MOST_BYTES - 2 * SPARE < request.ByteSize() <= MOST_BYTES
    return request


async def test_the_largest_plan_goes_all_the_way(shared_service: SharedService) -> None:
    """Saved, submitted, checked, read, refused with a sentence that arrives, and its receipts read one by one."""
    planning, approving_service = await shared_service("planning"), await shared_service("approval")
    case, desk = PlanningCase(planning), Desk(approving_service)
    desk.case_id = case.case_id
    await case.journey.OpenPlan(case.opening_of_plan(needs=NEEDS))
    await case.pat.SavePlan(await largest(case))
    submitted = (await case.pat.SubmitPlan(await case.submission())).planning.plan
    assert submitted.weekly == "1000000.00"

    opening = desk.opening(submitted)
    opening.eligible_needs[:] = NEEDS
    await desk.journey.OpenApproval(opening)
    request = approval_pb2.GetApprovalRequest(case_id=case.case_id)
    answer = await desk.by("olu").GetApproval(request)
    assert answer.ByteSize() < ROOM
    refused = await refusal_of(desk.by("olu", Role.HEAD_OF_SERVICE).ApprovePlan(approving(answer.approval)))
    assert refused.kind is Kind.PRECONDITION
    assert re.search(r"The first 10 of [12][0-9][0-9]: ", refused.detail)

    auditor = approving_service.stub(ReceiptsServiceStub, approving_service.token("aud", Role.AUDITOR))
    listed = (await auditor.ListReceipts(receipts_pb2.ListReceiptsRequest(case_id=case.case_id))).receipts
    assert "plan-check" in [receipt.decision for receipt in listed]
    stream = auditor.ReadReceipts(receipts_pb2.ReadReceiptsRequest())
    read = [(receipt, part.ByteSize()) async for part in stream for receipt in part.receipts]
    assert max(size for _, size in read) < ROOM
    assert "plan-check" in [receipt.decision for receipt, _ in read]
