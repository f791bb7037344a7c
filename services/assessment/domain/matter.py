"""Complaints, and requests for one's own data: what a council answers by law, whatever becomes of the journey. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self

from sevensteps.errors import ID, Fault, Kind, Violation, invalid, stage_order


class MatterKind(StrEnum):
    """What can be made of a case that the council has to answer."""

    COMPLAINT = "complaint"
    ACCESS_REQUEST = "access_request"


NAMES: Mapping[MatterKind, str] = {
    MatterKind.COMPLAINT: "complaint",
    MatterKind.ACCESS_REQUEST: "request for one's own data",
}
"""What they are called in sentences."""


class ClockKind(StrEnum):
    """What has its time by law; each is a clock of the pack."""

    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged"
    COMPLAINT_ANSWERED = "complaint_answered"
    ACCESS_REQUEST = "access_request"


CLOCKS: Mapping[MatterKind, tuple[ClockKind, ...]] = {
    MatterKind.COMPLAINT: (ClockKind.COMPLAINT_ACKNOWLEDGED, ClockKind.COMPLAINT_ANSWERED),
    MatterKind.ACCESS_REQUEST: (ClockKind.ACCESS_REQUEST,),
}
"""The clocks of each; the last is that of the answer."""


class MatterActKind(StrEnum):
    """What can be done about it."""

    ACKNOWLEDGED = "acknowledged"
    EXTENDED = "extended"
    DELAY_EXPLAINED = "delay_explained"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


CLOSING = frozenset({MatterActKind.ANSWERED, MatterActKind.WITHDRAWN})
"""After these, nothing more is done about it."""


@dataclass(frozen=True, slots=True)
class Made:
    """How it came: when, from whom (`reference` is the council's own, empty of the person), and what it is about.

    Of a complaint, `happened_on` is the day of the matter, and `late_because` why it is taken although it was late.
    """

    received_on: date
    how: str
    made_by: str
    reference: str
    about: str
    happened_on: date | None = None
    late_because: str = ""

    def ensure_in_time(self, last_day: date) -> None:
        """Raise a Fault unless a complaint was made by the last day of the law, or it is said why it is taken."""
        if self.received_on > last_day and not self.late_because:
            detail = f"must say why the complaint is taken: it could be made until {last_day} (SI 2009/309, reg 12)"
            raise invalid(Violation("late_because", detail))
        if self.received_on <= last_day and self.late_because:
            raise invalid(Violation("late_because", f"must be left out: the complaint was made by {last_day}, in time"))


@dataclass(frozen=True, slots=True)
class MatterAct:
    """Something that was done about it: on which day, and who recorded it when.

    `because` is why, or what was answered, in their words; `agreed_until` is until when whoever complained waits.
    """

    kind: MatterActKind
    acted_on: date
    acted_by: str
    acted_at: str
    because: str
    agreed_until: date | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Doing:
    """What is to be recorded about a complaint or request: see MatterAct. `day` names the field of its day."""

    about: MatterKind
    matter_id: str
    kind: MatterActKind
    day: str
    acted_on: date
    because: str = ""
    agreed_until: date | None = None
    outcome: str = ""

    def by(self, subject: str, at: str) -> MatterAct:
        """The act, with who records it and when."""
        return MatterAct(self.kind, self.acted_on, subject, at, self.because, self.agreed_until, self.outcome)


@dataclass(frozen=True, slots=True)
class MatterClock:
    """Until when something has to be done, by which decision. `overdue_told`: it was told that this date has passed."""

    kind: ClockKind
    due_on: date
    receipt_id: str
    running: bool = True
    overdue_told: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """A complaint or a request for one's own data, with its clocks and all that was done about it."""

    matter_id: str
    case_id: str
    kind: MatterKind
    made: Made
    recorded_by: str
    recorded_at: str
    clocks: tuple[MatterClock, ...]
    acts: tuple[MatterAct, ...] = ()

    @property
    def answer(self) -> MatterClock:
        """The clock of its answer."""
        return self.clocks[-1]

    def clock(self, kind: ClockKind) -> MatterClock:
        """One of its clocks."""
        return next(clock for clock in self.clocks if clock.kind is kind)

    def ensure_may(self, doing: Doing) -> None:
        """Raise a Fault unless this may be recorded now."""
        self._ensure_open()
        if doing.acted_on < self.made.received_on:
            raise invalid(Violation(doing.day, f"must be a day from {self.made.received_on}, when it was received"))
        match doing.kind:
            case MatterActKind.ACKNOWLEDGED:
                if not self.clock(ClockKind.COMPLAINT_ACKNOWLEDGED).running:
                    raise stage_order("The complaint was acknowledged already.", self.case_id)
            case MatterActKind.EXTENDED:
                self._ensure_may_extend(doing)
            case MatterActKind.DELAY_EXPLAINED:
                if doing.acted_on <= self.answer.due_on:
                    raise invalid(Violation(doing.day, f"must be a day after {self.answer.due_on}, when it was due"))

    def _ensure_open(self) -> None:
        closing = next((act for act in self.acts if act.kind in CLOSING), None)
        if closing:
            raise Fault(
                Kind.PRECONDITION,
                "MATTER_CLOSED",
                f"The {NAMES[self.kind]} was {closing.kind} on {closing.acted_on}: nothing more is recorded about it.",
                metadata={"case_id": self.case_id, "matter_id": self.matter_id},
            )

    def _ensure_may_extend(self, doing: Doing) -> None:
        due_on = self.answer.due_on
        if doing.acted_on > due_on:
            raise invalid(Violation(doing.day, f"must be a day until {due_on}: after that it is late"))
        if doing.about is MatterKind.ACCESS_REQUEST and any(act.kind is doing.kind for act in self.acts):
            raise stage_order("The time for the answer was extended already: the law allows it once.", self.case_id)
        if doing.agreed_until and doing.agreed_until <= due_on:
            raise invalid(Violation("agreed_until", f"must be later than {due_on}, when the answer is due now"))

    def after(self, act: MatterAct) -> Self:
        """The matter after something was done about it: an answer or a withdrawal stops all of its clocks."""
        stops = self.clocks if act.kind in CLOSING else ()
        if act.kind is MatterActKind.ACKNOWLEDGED:
            stops = (self.clock(ClockKind.COMPLAINT_ACKNOWLEDGED),)
        clocks = tuple(replace(clock, running=clock.running and clock not in stops) for clock in self.clocks)
        return replace(self, clocks=clocks, acts=(*self.acts, act))

    def due_anew(self, due_on: date, receipt_id: str) -> Self:
        """The matter with more time for its answer. Raises a Fault where the pack gives no more."""
        if due_on <= self.answer.due_on:
            raise Fault(
                Kind.PRECONDITION,
                "NO_MORE_TIME",
                f"The policy pack in force gives until {due_on} for the answer, no longer than before. Publish a pack "
                f"whose clock {self.answer.kind} can be extended.",
                metadata={"case_id": self.case_id, "matter_id": self.matter_id},
            )
        return replace(self, clocks=(*self.clocks[:-1], MatterClock(self.answer.kind, due_on, receipt_id)))


def ensure_not_own(subject: str, deciders: Collection[str], case_id: str) -> None:
    """Raise a Fault (DENIED) for whoever decided what a complaint may be about: somebody else answers it."""
    if subject in deciders:
        raise Fault(
            Kind.DENIED,
            "SEPARATION_OF_DUTIES",
            "You determined the needs or the indicative budget of this case, so somebody else must answer.",
            metadata={"case_id": case_id},
        )


def matter_not_found(kind: MatterKind, case_id: str, matter_id: str) -> Fault:
    """A complaint or request that the case does not have."""
    named = f" {matter_id}" if ID.fullmatch(matter_id) else ""
    return Fault(
        Kind.NOT_FOUND,
        "MATTER_NOT_FOUND",
        f"Case {case_id} has no such {NAMES[kind]}{named}. Check the id.",
        metadata={"case_id": case_id},
    )
