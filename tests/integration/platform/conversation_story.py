"""What somebody says of what matters to them, with every field that can be said."""

from integration.planning.case import in_days
from sevensteps.api.assessment.v1 import conversation_pb2 as pb

REFUSED = pb.RefuseConversationRequest(refused_on=in_days(-2), because="All is as we said.")


def said_in_conversation() -> pb.RecordConversationRequest:
    """All that can be said of what matters to somebody."""
    return pb.RecordConversationRequest(
        held_on=in_days(-1),
        what_matters="My garden, and to be asked.",
        wishes="To sleep through the night.",
        strengths="I know everybody in the street.",
        preferences="Mornings, and no strangers.",
        aspirations="To go to sea once more.",
        wanted_outcomes=["To cook for my sister."],
        living_goals=[pb.LivingGoal(area=pb.LIVING_GOAL_AREA_TRANSPORT, goal="To take the bus alone.")],
        communication_needs="Slowly, and into the right ear.",
        formats=[pb.COMMUNICATION_FORMAT_LARGE_PRINT],
        language="cy",
    )
