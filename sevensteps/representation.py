"""Who may act for a person on a day: what assessment has on record, as planning and approval read it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class OwnDecision(StrEnum):
    """A decision of the person's own, for which they may lack capacity."""

    REFUSE_ASSESSMENT = "refuse_assessment"
    REQUEST_DIRECT_PAYMENT = "request_direct_payment"
    CHOOSE_MANAGER = "choose_manager"
    AGREE_PLAN = "agree_plan"
    SHARE_DATA = "share_data"
    ARRANGE_CARE = "arrange_care"
    CHOOSE_REPRESENTATIVE = "choose_representative"


class AuthorityKind(StrEnum):
    """What gives somebody the authority to decide for the person, or to receive their benefits."""

    ATTORNEY_HEALTH = "attorney_health"
    ATTORNEY_FINANCE = "attorney_finance"
    DEPUTY_HEALTH = "deputy_health"
    DEPUTY_FINANCE = "deputy_finance"
    APPOINTEE = "appointee"


@dataclass(frozen=True, slots=True)
class StandingCapacity:
    """The assessment of capacity that counts for a decision. `best_interests_by` has decided for the person on it."""

    capacity_id: str
    decision: OwnDecision
    has: bool
    expires_on: date | None = None
    best_interests_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingAuthority:
    """Somebody who was checked and is in date, with the decisions that they may make now."""

    authority_id: str
    kind: AuthorityKind
    reference: str
    may_decide: frozenset[OwnDecision]
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Representation:
    """What counts on a day. For a decision that has no assessment here, capacity is presumed (MCA 2005 s.1(2))."""

    capacity: tuple[StandingCapacity, ...] = ()
    authorities: tuple[StandingAuthority, ...] = ()
    advocacy_considered: bool = False

    def capacity_for(self, decision: OwnDecision) -> StandingCapacity | None:
        """The assessment that counts for a decision; None where there is none."""
        return next((each for each in self.capacity if each.decision is decision), None)

    def who_may_decide(self, decision: OwnDecision, kinds: Collection[AuthorityKind]) -> tuple[StandingAuthority, ...]:
        """Whoever may decide this for the person by an authority of one of these kinds."""
        return tuple(each for each in self.authorities if each.kind in kinds and decision in each.may_decide)


NOTHING_ON_RECORD = Representation()
"""Of a case that has no such records."""
