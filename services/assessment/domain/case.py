"""The case itself: its assessment rounds, its holds and its ending. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from sevensteps.errors import Fault, Kind, Violation, invalid, stage_order
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.steps import ADULT_OUTCOMES, CARER_OUTCOMES, Ending

COMES_OF: Mapping[Ending, str] = {
    Ending.NOT_ELIGIBLE: "A case ends as not eligible by itself, after ConfirmDetermination and GiveAdvice.",
    Ending.PASSED_TO_TRANSITION: "DecideContact passes a case to transition, with the day from which on it counts.",
}
"""Endings that nobody says by EndCase, and what they come of."""

ENDINGS_BY_OPERATIONS = frozenset((Ending.SUPPORT_ENDED, Ending.MOVED, Ending.DIED))
"""What has happened elsewhere. That advice is enough (s.4) or a refusal stands (s.11) is for practitioners to say."""

OUTCOMES: Mapping[str, frozenset[str]] = {"adult": ADULT_OUTCOMES, "carer": CARER_OUTCOMES}
"""The outcomes that are assessed, by kind of case."""


@dataclass(frozen=True, slots=True)
class CaseOpening:
    """What opens a case: whether it is about an adult or a carer, and the council's own reference of the person.

    `another_because` is why another case is needed where one is open already, `linked_case_id` a case to which it
    belongs.
    """

    kind: str
    person_reference: str
    another_because: str | None = None
    linked_case_id: str = ""

    def ensure_first(self, open_case_id: str | None) -> None:
        """Raise a Fault where a case of this kind is open for the person already, and no reason is given."""
        if open_case_id and self.another_because is None:
            raise Fault(
                Kind.PRECONDITION,
                "CASE_OPEN_ALREADY",
                f"Case {open_case_id} of this kind is open for this person already. Go on with that case; if another "
                "one is needed beside it, say why in another_because.",
                metadata={"case_id": open_case_id},
            )


@dataclass(frozen=True, slots=True)
class CasesWanted:
    """Which cases are listed: those that meet every condition given.

    `same_person` are open cases beside which another of the kind is open for the same person; with a `linked_case_id`,
    those that belong to that one; `open_or_waiting` are those that have not ended, or of which a complaint or a request
    for one's own data waits; with `case_ids`, only these.
    """

    open_only: bool
    person_reference: str
    same_person: bool
    linked_case_id: str = ""
    open_or_waiting: bool = False
    case_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundOpening:
    """What opens an assessment round: its number, and the day from which it counts."""

    number: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """A case from first contact to ending. `version` counts its changes.

    `pack` is the hash of the pack with which the open assessment began, which decides until it is done; empty when none
    is open. `another_because` is None for a case that was the person's only open one of its kind.
    """

    case_id: str
    council: str
    kind: str
    person_reference: str
    opened_at: str
    round: int
    assessment_open: bool
    assessment_due: date
    pack: str
    on_hold: bool
    ending: str
    ended_on: date | None
    version: int
    opened_by: str
    another_because: str | None
    linked_case_id: str
    team: str = ""

    @classmethod
    def open(
        cls,
        case_id: str,
        council: str,
        opening: CaseOpening,
        *,
        opened_at: str,
        opened_by: str,
        due: date,
        pack: str,
    ) -> Self:
        """A case at first contact, with its first assessment round open."""
        return cls(
            case_id=case_id,
            council=council,
            kind=opening.kind,
            person_reference=opening.person_reference,
            opened_at=opened_at,
            round=1,
            assessment_open=True,
            assessment_due=due,
            pack=pack,
            on_hold=False,
            ending="",
            ended_on=None,
            version=1,
            opened_by=opened_by,
            another_because=opening.another_because,
            linked_case_id=opening.linked_case_id,
        )

    def ensure_open(self) -> None:
        """Raise a Fault when the case has ended."""
        if self.ending:
            raise Fault(
                Kind.PRECONDITION,
                "CASE_ENDED",
                f"Case {self.case_id} has ended ({self.ending}). Open a new case if support is needed again.",
                metadata={"case_id": self.case_id, "ending": self.ending},
            )

    def ensure_assessing(self) -> None:
        """Raise a Fault unless an assessment is under way."""
        self.ensure_open()
        if not self.assessment_open:
            raise stage_order(
                "The assessment of this round is done. A review that asks for a reassessment must come first.",
                self.case_id,
            )

    def close_assessment(self) -> Self:
        """The case after its assessment round is done."""
        return replace(self, assessment_open=False, pack="")

    def open_round(self, number: int, due: date, pack: str) -> Self:
        """The case in its next assessment round. Raises a Fault when rounds would be skipped."""
        self.ensure_open()
        if number != self.round + 1 or self.assessment_open:
            raise stage_order(f"Assessment round {number} cannot follow round {self.round}.", self.case_id)
        return replace(self, round=number, assessment_open=True, assessment_due=due, pack=pack)

    def place_hold(self) -> Self:
        """The case on hold."""
        self.ensure_open()
        if self.on_hold:
            raise Fault(Kind.PRECONDITION, "ALREADY_ON_HOLD", "The case is on hold already.")
        return replace(self, on_hold=True)

    def release_hold(self) -> Self:
        """The case off hold."""
        self.ensure_open()
        if not self.on_hold:
            raise Fault(Kind.PRECONDITION, "NOT_ON_HOLD", "The case is not on hold.")
        return replace(self, on_hold=False)

    def assign(self, team: str) -> Self:
        """The case with another team."""
        self.ensure_open()
        if self.team == team:
            detail = f"The team {team} looks after the case already."
            raise Fault(Kind.PRECONDITION, "ASSIGNED_ALREADY", detail)
        return replace(self, team=team)

    def end(self, ending: Ending, ended_on: date, *, determined: bool, by_journey: bool) -> Self:
        """The ended case, with its last day. `determined`: the determination of its round is confirmed.

        Raises a Fault when it ended otherwise, when people may not end it so, or when an assessment that was done would
        end as refused (s.11).
        """
        if self.ending == ending:
            return self
        self.ensure_open()
        if not by_journey and ending in COMES_OF:
            raise stage_order(COMES_OF[ending], self.case_id)
        if ending is Ending.ASSESSMENT_REFUSED and determined:
            raise stage_order(
                "The assessment of this round was not refused: its determination is confirmed. Where nobody is "
                "eligible, GiveAdvice ends the case. Else end it as support_ended, moved or died.",
                self.case_id,
            )
        return replace(self.close_assessment(), ending=ending, ended_on=ended_on, on_hold=False)

    def end_at_contact(self, ending: Ending, ended_on: date, *, determined: bool) -> Self:
        """The case as it ends by what is decided about a contact: before anything of its first round is determined.

        Raises a Fault where it is further on.
        """
        self.ensure_open()
        if self.round > 1 or determined or not self.assessment_open:
            raise stage_order(
                "The needs of the person are determined, so no contact ends the case. EndCase says how it ends.",
                self.case_id,
            )
        return replace(self.close_assessment(), ending=ending, ended_on=ended_on, on_hold=False)


def ensure_may_end(actor: Actor, ending: Ending) -> None:
    """Raise a Fault (DENIED) where operations would end a case in a way that practitioners decide."""
    if ending not in ENDINGS_BY_OPERATIONS and not actor.roles & {Role.PRACTITIONER, Role.JOURNEY}:
        raise Fault(
            Kind.DENIED,
            "ROLE_LACKS_RIGHT",
            f"Operations may end a case as {', '.join(sorted(ENDINGS_BY_OPERATIONS))}. Whether it ends as {ending} is "
            "for a practitioner to decide.",
        )


def ensure_team(team: str, teams: Collection[str]) -> None:
    """Raise a Fault (INVALID) for a team that is none of the council's, where the council names its own."""
    if teams and team not in teams:
        expected = f"must be one of {', '.join(teams)}: the council's council.yaml names its teams"
        raise invalid(Violation("team", expected))


def council_of(actor: Actor) -> str:
    """The council whose case somebody opens. Raises a Fault (DENIED) for who works for every council."""
    if actor.council == EVERY_COUNCIL:
        raise Fault(
            Kind.DENIED,
            "COUNCIL_NEEDED",
            "A case or an enquiry belongs to one council, and your token is for all. Use a token of that council.",
        )
    return actor.council
