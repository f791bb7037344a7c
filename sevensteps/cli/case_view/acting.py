"""Who may act for the person of a case today, in lines and for programs."""

from collections.abc import Iterator

from google.protobuf.json_format import MessageToDict

from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.policy.model.verdict import Json


def lines_of(representation: pb.GetRepresentationResponse) -> Iterator[str]:
    """What is out of the usual: capacity that lacks, who speaks or decides for the person, an advocate who is owed."""
    for capacity in representation.capacity:
        if capacity.result == pb.CAPACITY_RESULT_LACKS:
            yield f"lacks the capacity to {_decision(capacity.decision)}{_until(capacity.expires_on)}"
    for appointment in representation.appointments:
        kind = plain(short_name(pb.AppointmentKind, appointment.kind))
        yield f"{kind} {appointment.reference}{_until(appointment.ends_on)}"
    for authority in representation.authorities:
        kind = plain(short_name(pb.AuthorityKind, authority.kind))
        yield f"{kind} {authority.reference}, {_may(authority)}{_until(authority.expires_on)}"
    if representation.advocate_missing:
        yield "an advocate is owed (s.67), and none is appointed"


def representation_as_json(representation: pb.GetRepresentationResponse) -> Json:
    """The same for programs, as on the wire."""
    told: dict[str, Json] = MessageToDict(representation, preserving_proto_field_name=True)
    return told


def _may(authority: pb.StandingAuthority) -> str:
    if authority.kind == pb.AUTHORITY_KIND_APPOINTEE:
        return "receives benefits for the person"
    listed = ", ".join(_decision(decision) for decision in authority.may_decide)
    return f"may {listed} for the person" if listed else "decides nothing while the person has capacity"


def _decision(decision: pb.OwnDecision.ValueType) -> str:
    return plain(short_name(pb.OwnDecision, decision))


def _until(day: str) -> str:
    return f", until {value_in_words(day)}" if day else ""
