"""What assessment answers when another service asks who may act for the person of a case."""

from dataclasses import dataclass
from datetime import date

from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.errors import Fault
from sevensteps.fields import short_name
from sevensteps.representation import (
    NOTHING_ON_RECORD,
    AuthorityKind,
    OwnDecision,
    Representation,
    StandingAuthority,
    StandingCapacity,
)


@dataclass(frozen=True, slots=True)
class WhoMayAct:
    """The answer, or why there is none. That is told when the answer is needed: a request sent again may need none."""

    answer: Representation | Fault

    def read(self) -> Representation:
        """What is on record. Raises a Fault (UNAVAILABLE, REPRESENTATION_UNAVAILABLE)."""
        if isinstance(self.answer, Fault):
            raise self.answer
        return self.answer


NOT_ASKED = WhoMayAct(NOTHING_ON_RECORD)
"""Where the request says nothing that a record may contradict."""


def representation_of(message: pb.GetRepresentationResponse) -> Representation:
    """What counts, as assessment says it. A kind or decision that is newer than this code is left out."""
    return Representation(
        capacity=tuple(
            StandingCapacity(
                capacity_id=each.capacity_id,
                decision=OwnDecision(short_name(pb.OwnDecision, each.decision)),
                has=each.result == pb.CAPACITY_RESULT_HAS,
                expires_on=_day(each.expires_on),
                best_interests_by=tuple(each.best_interests_by),
            )
            for each in message.capacity
            if each.decision in pb.OwnDecision.values()
        ),
        authorities=tuple(
            StandingAuthority(
                authority_id=each.authority_id,
                kind=AuthorityKind(short_name(pb.AuthorityKind, each.kind)),
                reference=each.reference,
                may_decide=frozenset(
                    OwnDecision(short_name(pb.OwnDecision, decision))
                    for decision in each.may_decide
                    if decision in pb.OwnDecision.values()
                ),
                expires_on=_day(each.expires_on),
            )
            for each in message.authorities
            if each.kind in pb.AuthorityKind.values()
        ),
        advocacy_considered=bool(message.advocacy),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
