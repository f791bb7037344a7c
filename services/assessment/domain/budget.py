"""The individual budget, money for support from all who give any; and the offer of a personal budget. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from sevensteps.errors import ID, Fault, Kind, Violation, invalid, stage_order
from sevensteps.money import Money, Total, weekly_shares


class StreamKind(StrEnum):
    """Whose money a stream is, and what for. A personal budget is one of these, an individual budget is all."""

    ADULT_SOCIAL_CARE = "adult_social_care"
    PERSONAL_HEALTH_BUDGET = "personal_health_budget"
    DISABLED_FACILITIES_GRANT = "disabled_facilities_grant"
    ACCESS_TO_WORK = "access_to_work"
    OTHER_BENEFIT = "other_benefit"
    OTHER_GRANT = "other_grant"
    OTHER_AGENCY = "other_agency"
    OWN_MONEY = "own_money"
    INDEPENDENT_LIVING_FUND = "independent_living_fund"
    SUPPORTING_PEOPLE = "supporting_people"
    MENTAL_HEALTH_SERVICE = "mental_health_service"


BESIDE = frozenset({StreamKind.MENTAL_HEALTH_SERVICE})
"""Services that go on as they are. They are no money of the budget: a personal budget is the part for social care."""
CLOSED: Mapping[StreamKind, date | None] = {
    StreamKind.INDEPENDENT_LIVING_FUND: date(2015, 6, 30),
    StreamKind.SUPPORTING_PEOPLE: None,
}
"""What gives no new money, and its last day where it had one for everybody."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a stream brings: from which funder, how much and how often, on which days, and by which rules.

    Without `ends_on` it goes on.
    """

    funder: str
    money: Money
    starts_on: date
    ends_on: date | None
    rules: str
    ring_fenced: bool

    def runs_on(self, day: date) -> bool:
        """Whether its money is there on a day: what comes once may be spent until its last day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def overlaps(self, other: "Terms") -> bool:
        """Whether there is a day on which both run."""
        first, second = sorted((self, other), key=lambda terms: terms.starts_on)
        return first.ends_on is None or second.starts_on <= first.ends_on


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream as it was recorded, changed or ended, and by whom. The newest of its id is what stands.

    A personal health budget is for an established `health_need`, or with the `immediate_representative`, by reference.
    """

    stream_id: str
    kind: StreamKind
    health_need: str
    immediate_representative: str
    terms: Terms
    because: str
    recorded_by: str
    recorded_at: str

    @property
    def counts(self) -> bool:
        """Whether it is money of the individual budget, and no service beside it."""
        return self.kind not in BESIDE

    def ensure_possible(self, others: Iterable[Self], today: date) -> None:
        """Raise a Fault (INVALID) for new money of a closed fund, and for the council's money counted twice.

        `others` are the streams of the case that stand.
        """
        self._ensure_not_closed(today)
        if self.kind is not StreamKind.ADULT_SOCIAL_CARE or self.terms.money.once:
            return
        for other in others:
            same = other.kind is self.kind and not other.terms.money.once and other.stream_id != self.stream_id
            if same and other.terms.overlaps(self.terms):
                detail = (
                    f"must not run on the days of stream {other.stream_id}: there is one personal budget at a time. "
                    "Change that stream, or end it first"
                )
                raise invalid(Violation("terms.starts_on", detail))

    def _ensure_not_closed(self, today: date) -> None:
        if self.kind not in CLOSED:
            return
        last_day = CLOSED[self.kind] or today
        if self.terms.ends_on is None or self.terms.ends_on > last_day:
            detail = (
                f"must be a day until {last_day}: {self.kind.value.replace('_', ' ')} is closed and gives no new money"
            )
            raise invalid(Violation("terms.ends_on", detail))

    def changed(self, terms: Terms, because: str, *, by: str, at: str) -> Self:
        """The stream as it stands after a change."""
        return replace(self, terms=terms, because=because, recorded_by=by, recorded_at=at)

    def ended(self, ends_on: date, because: str, *, by: str, at: str) -> Self:
        """The stream with its last day. Raises a Fault (INVALID) for one before it began, or after the day it ends."""
        if ends_on < self.terms.starts_on:
            raise invalid(Violation("ends_on", f"must be a day from {self.terms.starts_on}, when the stream begins"))
        if self.terms.ends_on and ends_on > self.terms.ends_on:
            detail = (
                f"must be a day until {self.terms.ends_on}, when the stream ends already. ChangeStream makes it longer"
            )
            raise invalid(Violation("ends_on", detail))
        return self.changed(replace(self.terms, ends_on=ends_on), because, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Line:
    """A stream in the view, with its share of the total, in pounds a week; what comes once is `once`."""

    stream: Stream
    weekly: Decimal
    once: Decimal


@dataclass(frozen=True, slots=True)
class IndividualBudget:
    """All streams that run on a day: `lines` add to `total` to the penny; what is `beside` is in no sum."""

    on: date
    lines: tuple[Line, ...]
    total: Total
    beside: tuple[Line, ...]

    @classmethod
    def of(cls, streams: Iterable[Stream], on: date) -> Self:
        """The view of the streams of a case, as they stand."""
        running = [stream for stream in streams if stream.terms.runs_on(on)]
        counted = [stream for stream in running if stream.counts]
        beside = [stream for stream in running if not stream.counts]
        return cls(on, _lines(counted), Total.of(stream.terms.money for stream in counted), _lines(beside))

    def parts(self) -> Mapping[StreamKind, Total]:
        """What each kind of money comes to, in the order of the kinds."""
        kinds = [kind for kind in StreamKind if any(line.stream.kind is kind for line in self.lines)]
        return {kind: _sum([line for line in self.lines if line.stream.kind is kind]) for kind in kinds}


def _lines(streams: Sequence[Stream]) -> tuple[Line, ...]:
    shares = weekly_shares([stream.terms.money for stream in streams])
    return tuple(
        Line(stream, weekly, stream.terms.money.amount if stream.terms.money.once else Decimal("0.00"))
        for stream, weekly in zip(streams, shares, strict=True)
    )


def _sum(lines: Sequence[Line]) -> Total:
    nothing = Decimal("0.00")
    return Total(sum((line.weekly for line in lines), nothing), sum((line.once for line in lines), nothing))


def stream_not_found(case_id: str, stream_id: str) -> Fault:
    """A stream that the case does not have."""
    named = f" {stream_id}" if ID.fullmatch(stream_id) else ""
    return Fault(
        Kind.NOT_FOUND,
        "STREAM_NOT_FOUND",
        f"Case {case_id} has no such stream of money{named}. ListStreams has their ids.",
        metadata={"case_id": case_id},
    )


class Answer(StrEnum):
    """What became of the offer of a personal budget."""

    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Offer:
    """The offer of a personal budget in a round, or the answer to it; `because` is why it was declined."""

    round: int
    answer: Answer
    answered_on: date
    because: str
    recorded_by: str
    recorded_at: str


def ensure_eligible(case_id: str, eligible_needs: Collection[str] | None) -> None:
    """Raise a Fault (PRECONDITION) unless the confirmed determination of the round found eligible needs.

    `eligible_needs` is None where no determination of the round is confirmed.
    """
    if eligible_needs is None:
        raise stage_order("ConfirmDetermination must come first: nobody is offered money before it.", case_id)
    if not eligible_needs:
        raise stage_order(
            "A personal budget is for eligible needs, and this determination found none. PlanWithOwnMoney lets the "
            "person plan all the same.",
            case_id,
        )


@dataclass(frozen=True, slots=True)
class OfferCount:
    """Of the rounds in which somebody of a kind was found eligible, how many were offered a personal budget."""

    kind: str
    eligible: int
    answers: Mapping[str, int]

    @property
    def not_offered(self) -> int:
        """Where no offer is on record."""
        return self.eligible - sum(self.answers.values())


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """That the person plans with their own money in a round, and why."""

    round: int
    because: str
    recorded_by: str
    recorded_at: str


def ensure_may_plan_so(case_id: str, *, determined: bool, chosen: bool) -> None:
    """Raise a Fault (PRECONDITION) unless the round has its determination, and this was not chosen in it before."""
    if not determined:
        raise stage_order("ConfirmDetermination must come first: it says which needs there are.", case_id)
    if chosen:
        raise stage_order("The person plans with their own money in this round already.", case_id)
