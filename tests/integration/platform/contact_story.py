"""Contacts, refusals, concerns and how it felt, with every field that can be said."""

from collections.abc import Iterator

from integration.planning.case import in_days
from integration.platform.complaint_story import Do
from sevensteps.api.assessment.v1 import assessment_pb2 as case_pb
from sevensteps.api.assessment.v1 import contacts_pb2, feelings_pb2, rounds_pb2, safeguarding_pb2


def contact() -> contacts_pb2.RecordContactRequest:
    """A ward rings about a couple."""
    pb = contacts_pb2
    return pb.RecordContactRequest(
        contacted_on=in_days(-6),
        how=case_pb.MADE_HOW_ELECTRONIC,
        route=pb.CONTACT_ROUTE_HOSPITAL_DIVERSION,
        made_by=pb.CONTACT_BY_HEALTH,
        reference="WARD-7",
        for_whom=pb.CONTACT_FOR_BOTH,
        urgent=True,
        about="They would rather be at home.",
    )


def ending_contacts() -> Iterator[contacts_pb2.DecideContactRequest]:
    """Two decisions by which a case ends."""
    pb = contacts_pb2
    yield pb.DecideContactRequest(
        outcome=pb.CONTACT_OUTCOME_SIGNPOST,
        decided_on=in_days(-5),
        because="A rail is enough.",
        whereto="The equipment service",
        end_case=True,
    )
    transition = pb.DecideContactRequest(outcome=pb.CONTACT_OUTCOME_TRANSITION, because="17 in May.")
    transition.transition_on = in_days(90)
    yield transition


async def story_of_contacts(do: Do) -> None:
    """A contact, a concern about which is decided, and how a step felt."""
    pb = contacts_pb2
    await story_of_a_contact(do, pb.DecideContactRequest(outcome=pb.CONTACT_OUTCOME_URGENT, because="Tonight already."))
    concern = safeguarding_pb2.RaiseConcernRequest(
        kinds=[safeguarding_pb2.ABUSE_KIND_NEGLECT, safeguarding_pb2.ABUSE_KIND_SELF_NEGLECT],
        danger_now=True,
        about="The flat is cold.",
        noticed_on=in_days(-2),
    )
    raised = await do(concern)
    decision = safeguarding_pb2.DecideConcernRequest(
        concern_id=raised.concern.concern_id,  # type: ignore[attr-defined]
        etag=raised.concern.etag,  # type: ignore[attr-defined]
        enquiry=True,
        has_needs=True,
        at_risk=True,
        cannot_protect=False,
        decided_on=in_days(-1),
        because="We ask the landlord.",
    )
    await do(decision)
    await do(
        feelings_pb2.RecordHowItFeltRequest(
            step="plan_made",
            listened_to=feelings_pb2.FELT_A_LITTLE,
            in_charge=feelings_pb2.FELT_MOSTLY,
            own_words="It went fast.",
            answered_on=in_days(-1),
        )
    )


async def story_of_a_contact(do: Do, deciding: contacts_pb2.DecideContactRequest) -> None:
    """A contact, and what is decided about it."""
    recorded = await do(contact())
    deciding.contact_id = recorded.contact.contact_id  # type: ignore[attr-defined]
    await do(deciding)


async def story_of_a_refusal(do: Do) -> None:
    """A refusal that stands, until the person asks for the assessment after all."""
    pb = rounds_pb2
    refusing = pb.RecordRefusalRequest(refused_on=in_days(-4), because="Not now.", lacks_capacity=True)
    refusing.best_interests, refusing.abuse_or_neglect = False, False
    await do(refusing)
    await do(pb.ReviveAssessmentRequest(by=pb.REVIVED_BY_CHANGE, revived_on=in_days(-3), because="A second fall."))
