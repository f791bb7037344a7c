"""The case and its assessment: what it is, and what may follow what. Pure; nothing here reads or writes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sevensteps.errors import Fault, Kind, stage_order
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.steps import ADULT_OUTCOMES, CARER_OUTCOMES, Ending

ENDINGS_BY_PEOPLE = frozenset(Ending) - {Ending.NOT_ELIGIBLE}
"""Not eligible is where a journey ends by itself, once the reasons and the advice have been given."""

CARE_ACT = date(2015, 4, 1)
"""The day on which the Care Act 2014 came into force: nothing is assessed by its rules for a day before."""
OUTCOMES: Mapping[str, frozenset[str]] = {"adult": ADULT_OUTCOMES, "carer": CARER_OUTCOMES}
"""The outcomes that are assessed, by kind of case."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case from first contact to ending. `version` counts its changes.

    `pack` is the hash of the pack with which the open assessment began, which decides until it is done; empty when none
    is open.
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
    version: int


@dataclass(frozen=True, slots=True)
class Determination:
    """A determination of eligibility in one round (s.13): proposed by the pack, confirmed by a practitioner."""

    determination_id: str
    case_id: str
    round: int
    verdict: str
    assessed_on: date
    eligible_needs: tuple[str, ...]
    receipt_id: str
    assessed_by: str
    confirmed_by: str
    reasons: str

    @property
    def eligible(self) -> bool:
        """Whether there are eligible needs."""
        return self.verdict == "met"


@dataclass(frozen=True, slots=True)
class UrgentSupport:
    """Urgent needs met before the assessment (s.19(3)). `weekly` in pounds."""

    needs: tuple[str, ...]
    weekly: Decimal
    starts_on: date
    because: str


def ensure_open(case: Case) -> None:
    """Raise a Fault when the case has ended."""
    if case.ending:
        raise Fault(
            Kind.PRECONDITION,
            "CASE_ENDED",
            f"Case {case.case_id} has ended ({case.ending}). Open a new case if support is needed again.",
            metadata={"case_id": case.case_id, "ending": case.ending},
        )


def ensure_assessing(case: Case) -> None:
    """Raise a Fault unless an assessment is under way."""
    ensure_open(case)
    if not case.assessment_open:
        raise stage_order(
            "The assessment of this round is done. A review that asks for a reassessment must come first.", case.case_id
        )


def council_of(actor: Actor) -> str:
    """The council whose case somebody opens. Raises a Fault (DENIED) for who works for every council."""
    if actor.council == EVERY_COUNCIL:
        raise Fault(
            Kind.DENIED,
            "COUNCIL_NEEDED",
            "A case belongs to one council, and your token is for every council. Open it with a token of that council.",
        )
    return actor.council


def confirm(
    case: Case, proposed: Determination | None, newest: Determination | None, by: str, reasons: str
) -> Determination:
    """The determination as the practitioner's own. `newest` is the last one proposed in this round.

    Raises a Fault where there is none, another one has been proposed after it, or it is not settled.
    """
    if proposed is None or proposed.round != case.round:
        raise stage_order("ProposeDetermination must come first: no such determination in this round.", case.case_id)
    if newest is not None and newest.determination_id != proposed.determination_id:
        raise stage_order(
            "Another one has been proposed after this determination. ConfirmDetermination takes the newest: "
            f"{newest.determination_id}.",
            case.case_id,
        )
    if proposed.verdict not in {"met", "not_met"}:
        raise Fault(
            Kind.PRECONDITION,
            "FACTS_MISSING",
            "The facts do not settle eligibility, and unknown is never no. Find out what the proposal lists as "
            "missing, then propose again.",
            metadata={"case_id": case.case_id},
        )
    return replace(proposed, confirmed_by=by, reasons=reasons)


def ensure_not_confirmed(case: Case, confirmed: Determination | None) -> None:
    """Raise a Fault when this round has its confirmed determination already."""
    if confirmed is not None:
        raise stage_order("This round has its confirmed determination already.", case.case_id)


def ensure_budget_is_next(case: Case, determination: Determination | None) -> Determination:
    """The confirmed eligible determination of this round, without which no budget is given: else a Fault."""
    ensure_assessing(case)
    if determination is None or determination.round != case.round or not determination.confirmed_by:
        raise stage_order("ConfirmDetermination must come first: eligibility comes before money.", case.case_id)
    if not determination.eligible:
        raise stage_order("No needs are eligible, so no budget is given: GiveAdvice comes next.", case.case_id)
    return determination


def ensure_advice_is_next(case: Case, determination: Determination | None) -> None:
    """Raise a Fault unless this round's determination was confirmed as not eligible (s.13(5))."""
    ensure_assessing(case)
    if determination is None or determination.round != case.round or not determination.confirmed_by:
        raise stage_order("ConfirmDetermination must come first.", case.case_id)
    if determination.eligible:
        raise stage_order("Needs are eligible: GiveIndicativeBudget comes next.", case.case_id)


def close_assessment(case: Case) -> Case:
    """The case after its assessment round is done."""
    return replace(case, assessment_open=False, pack="")


def open_round(case: Case, number: int, due: date, pack: str) -> Case:
    """The case in its next assessment round. Raises a Fault when rounds would be skipped."""
    ensure_open(case)
    if number != case.round + 1 or case.assessment_open:
        raise stage_order(f"Assessment round {number} cannot follow round {case.round}.", case.case_id)
    return replace(case, round=number, assessment_open=True, assessment_due=due, pack=pack)


def place_hold(case: Case) -> Case:
    """The case on hold."""
    ensure_open(case)
    if case.on_hold:
        raise Fault(Kind.PRECONDITION, "ALREADY_ON_HOLD", "The case is on hold already.")
    return replace(case, on_hold=True)


def release_hold(case: Case) -> Case:
    """The case off hold."""
    ensure_open(case)
    if not case.on_hold:
        raise Fault(Kind.PRECONDITION, "NOT_ON_HOLD", "The case is not on hold.")
    return replace(case, on_hold=False)


def end(case: Case, ending: Ending, confirmed: Determination | None, *, by_journey: bool) -> Case:
    """The ended case; `confirmed` is the determination of its round.

    Raises a Fault when it ended otherwise, when people may not end it so, or when an assessment that was done would end
    as refused (s.11).
    """
    if case.ending == ending:
        return case
    ensure_open(case)
    if not by_journey and ending not in ENDINGS_BY_PEOPLE:
        raise stage_order(
            "A case ends as not eligible by itself, after ConfirmDetermination and GiveAdvice.", case.case_id
        )
    if ending is Ending.ASSESSMENT_REFUSED and confirmed is not None:
        raise stage_order(
            "The assessment of this round was not refused: its determination is confirmed. Where nobody is eligible, "
            "GiveAdvice ends the case. Else end it as support_ended, moved or died.",
            case.case_id,
        )
    return replace(close_assessment(case), ending=ending, on_hold=False)
