"""Who is around somebody, what they choose and what they say they need, with every field that can be said."""

from collections.abc import Awaitable, Callable

from google.protobuf.message import Message

from integration.planning.case import in_days
from sevensteps.api.assessment.v1 import choices_pb2 as choices
from sevensteps.api.assessment.v1 import conversation_pb2 as conversation
from sevensteps.api.assessment.v1 import people_pb2 as pb

Do = Callable[[Message], Awaitable[Message]]


async def story_of_people(do: Do) -> None:
    """A sister who helps through a broker and a neighbour who leaves; help, a service that is kept, and own needs."""
    sister, broker = await _added(do, "P-SISTER"), await _added(do, "P-BROKER")
    neighbour = await _added(do, "P-NEIGHBOUR")
    await do(
        pb.ChangePermissionRequest(
            person_id=sister,
            may_share=[pb.SHARE_SCOPE_MONEY],
            permitted_by=pb.PERMITTED_BY_BEST_INTERESTS,
            shared_from=in_days(1),
            shared_until=in_days(200),
        )
    )
    await do(pb.HelpThroughRequest(person_id=sister, through_person_id=broker))
    await do(pb.RemovePersonRequest(person_id=neighbour, because="They have moved to the coast."))
    garden = pb.RecordResourceRequest(kind=pb.RESOURCE_KIND_PLACE, about="The allotment by the canal.")
    recorded = await do(garden)
    resource_id = recorded.resource.resource_id  # type: ignore[attr-defined]
    await do(pb.EndResourceRequest(resource_id=resource_id, ended_on=in_days(-4)))
    step, amount = choices.HELPED_STEP_PLAN_AGREED, choices.HELP_AMOUNT_A_LOT
    await do(choices.ChooseHelpRequest(step=step, amount=amount, person_id=sister))
    kept = await do(
        choices.KeepServiceRequest(
            reference="S-DAY-CENTRE", needs=["community"], weekly="61.30", because="I have gone there for years."
        )
    )
    kept_id = kept.service.kept_service_id  # type: ignore[attr-defined]
    await do(choices.LetServiceGoRequest(kept_service_id=kept_id, because="My friends have left it."))
    need = conversation.SaidNeed(words="Somebody to read my letters to me.", outcome="relationships")
    said = await do(conversation.SayNeedsRequest(needs=[need]))
    await do(
        conversation.AnswerOwnNeedRequest(
            need_id=said.need_ids[0],  # type: ignore[attr-defined]
            met=conversation.OWN_NEED_MET_NO_LONGER,
            words="The telephone reads them now.",
            answered_on=in_days(-6),
        )
    )


async def _added(do: Do, reference: str) -> str:
    added = await do(
        pb.AddPersonRequest(
            reference=reference,
            role=pb.CIRCLE_ROLE_BROKER,
            relation=pb.RELATION_OTHER_RELATIVE,
            known_since=in_days(-900),
            may_share=[pb.SHARE_SCOPE_SUPPORT],
            permitted_by=pb.PERMITTED_BY_ATTORNEY_OR_DEPUTY,
            shared_from=in_days(-30),
            shared_until=in_days(300),
        )
    )
    return str(added.person.person_id)  # type: ignore[attr-defined]
