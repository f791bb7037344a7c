"""What counts on a day of all that is on record about who may act for the person. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.assessment.domain.appointment import Appointment, AppointmentKind
from services.assessment.domain.authority import Authority
from services.assessment.domain.capacity import Capacity
from sevensteps.policy.model.verdict import Verdict
from sevensteps.representation import OwnDecision, Representation, StandingAuthority, StandingCapacity


@dataclass(frozen=True, slots=True)
class Standing:
    """Who speaks and who decides for the person on a day. `advocacy` is the last verdict about an advocate, or ""."""

    on: date
    representation: Representation
    appointments: tuple[Appointment, ...]
    advocacy: str

    @property
    def advocate_missing(self) -> bool:
        """Whether an advocate is owed, and none is appointed (s.67)."""
        return self.advocacy == Verdict.MET and all(
            appointment.appointing.kind is not AppointmentKind.ADVOCATE for appointment in self.appointments
        )


def standing_on(
    day: date,
    capacity: Sequence[Capacity],
    appointments: Iterable[Appointment],
    authorities: Iterable[Authority],
    advocacy: str,
) -> Standing:
    """What counts on a day. `capacity` is in the order in which it was recorded."""
    by_decision = _standing_capacity(day, capacity)
    lacking = frozenset(each.decision for each in by_decision if not each.has)
    return Standing(
        on=day,
        representation=Representation(
            capacity=by_decision,
            authorities=tuple(_standing_authority(each, lacking) for each in authorities if each.counts_on(day)),
            advocacy_considered=bool(advocacy),
        ),
        appointments=tuple(each for each in appointments if each.counts_on(day)),
        advocacy=advocacy,
    )


def _standing_capacity(day: date, recorded: Sequence[Capacity]) -> tuple[StandingCapacity, ...]:
    """The newest assessment of each decision. Where that has expired, nothing older comes back."""
    newest: dict[OwnDecision, Capacity] = {}
    for each in recorded:
        finding = each.finding
        so_far = newest.get(finding.decision)
        if finding.assessed_on <= day and (so_far is None or finding.assessed_on >= so_far.finding.assessed_on):
            newest[finding.decision] = each
    return tuple(_standing(newest[decision], day) for decision in OwnDecision if _counts(newest.get(decision), day))


def _counts(capacity: Capacity | None, day: date) -> bool:
    return capacity is not None and capacity.is_in_date(day)


def _standing(capacity: Capacity, day: date) -> StandingCapacity:
    decided = (each.made for each in capacity.best_interests)
    return StandingCapacity(
        capacity_id=capacity.capacity_id,
        decision=capacity.finding.decision,
        has=not capacity.lacks,
        expires_on=capacity.finding.expires_on,
        best_interests_by=tuple(dict.fromkeys(made.decided_by for made in decided if made.decided_on <= day)),
    )


def _standing_authority(authority: Authority, lacking: frozenset[OwnDecision]) -> StandingAuthority:
    instrument = authority.instrument
    covered = frozenset(instrument.covers)
    return StandingAuthority(
        authority_id=authority.authority_id,
        kind=instrument.kind,
        reference=instrument.reference,
        may_decide=covered if instrument.usable_with_capacity else covered & lacking,
        expires_on=instrument.expires_on,
    )
