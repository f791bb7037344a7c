"""Complaints and requests for one's own data of a case, with every field that can be said."""

from typing import Protocol

from google.protobuf.message import Message

from integration.planning.case import in_days
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.identity.actor import Role

LATE = "Nobody could ask him before."
HELD_BACK = "The words of a neighbour are held back."
SHORT = "They were too short in May."


class Do(Protocol):
    """Sends a request about the case as it stands."""

    async def __call__(self, request: Message, role: Role = ..., /) -> Message:
        """The answer."""


async def story_of_complaints(do: Do) -> None:
    """A late complaint that takes long, one that is withdrawn; then two requests for one's own data."""
    late = await do(complaint("The visits were too short.", in_days(-300), happened_on=in_days(-700), late=LATE))
    id_ = late.complaint.complaint_id  # type: ignore[attr-defined]
    await do(pb.AcknowledgeComplaintRequest(complaint_id=id_, acknowledged_on=in_days(-298)))
    await do(
        pb.ExtendComplaintRequest(
            complaint_id=id_, agreed_until=in_days(-20), agreed_on=in_days(-200), because="Two agencies are asked."
        )
    )
    await do(
        pb.ExplainComplaintDelayRequest(complaint_id=id_, explained_on=in_days(-15), because="One agency is closed.")
    )
    answer = pb.AnswerComplaintRequest(complaint_id=id_, answered_on=in_days(-4), because=SHORT, ombudsman_told=True)
    answer.outcome = pb.COMPLAINT_OUTCOME_PARTLY_UPHELD
    await do(answer, Role.HEAD_OF_SERVICE)
    second = await do(complaint("The tone.", in_days(-1), happened_on=in_days(-2)))
    id_ = second.complaint.complaint_id  # type: ignore[attr-defined]
    await do(pb.WithdrawComplaintRequest(complaint_id=id_, withdrawn_on=in_days(0), because="They have spoken."))
    await story_of_access_requests(do)


async def story_of_access_requests(do: Do) -> None:
    """One that takes longer and is answered in part, and one that is withdrawn."""
    asked = await do(access_request("Every note since May.", in_days(-40)))
    id_ = asked.access_request.access_request_id  # type: ignore[attr-defined]
    await do(
        pb.ExtendAccessRequestRequest(access_request_id=id_, told_on=in_days(-33), because="Four paper files are read.")
    )
    given = pb.AnswerAccessRequestRequest(access_request_id=id_, answered_on=in_days(-1), because=HELD_BACK)
    given.outcome = pb.ACCESS_OUTCOME_GIVEN_IN_PART
    await do(given)
    again = await do(access_request("The rest.", in_days(-1)))
    id_ = again.access_request.access_request_id  # type: ignore[attr-defined]
    await do(
        pb.WithdrawAccessRequestRequest(access_request_id=id_, withdrawn_on=in_days(0), because="It came by itself.")
    )


def complaint(about: str, received_on: str, *, happened_on: str, late: str = "") -> pb.RecordComplaintRequest:
    """A complaint in writing, through an advocate."""
    return pb.RecordComplaintRequest(
        received_on=received_on,
        how=pb.MADE_HOW_WRITTEN,
        made_by=pb.MADE_BY_ADVOCATE,
        reference="ADVOCATE-9",
        about=about,
        happened_on=happened_on,
        late_because=late,
    )


def access_request(about: str, received_on: str) -> pb.RecordAccessRequestRequest:
    """A request by email, of an attorney."""
    return pb.RecordAccessRequestRequest(
        received_on=received_on,
        how=pb.MADE_HOW_ELECTRONIC,
        made_by=pb.MADE_BY_ATTORNEY_OR_DEPUTY,
        reference="ATTORNEY-4",
        about=about,
    )
