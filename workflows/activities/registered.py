"""Every activity of a journey."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import grpc

from sevensteps.asks import Confirmed
from sevensteps.deadlines import Due
from workflows.activities.approval import Approval
from workflows.activities.asks import Asks
from workflows.activities.assessment import Assessment
from workflows.activities.overdue import Overdue
from workflows.activities.planning import Planning
from workflows.activities.review import Review


def activities(channels: Mapping[str, grpc.aio.Channel]) -> Sequence[Callable[..., Awaitable[Due | Confirmed | None]]]:
    """Every activity of a journey. `channels` has one for each service, by name; they carry the journey's token."""
    assessment = Assessment(channels["assessment"])
    planning = Planning(channels["planning"])
    approval = Approval(channels["approval"], channels["planning"])
    review = Review(channels["review"], channels["planning"])
    overdue = Overdue(channels)
    return (
        assessment.open_assessment,
        assessment.end_case,
        planning.open_plan,
        planning.open_money,
        planning.open_support,
        planning.close,
        approval.open_approval,
        approval.close,
        review.open_life,
        review.open_review,
        review.close,
        overdue.record_overdue,
        Asks(channels).get_ask,
    )
