"""The determination of eligibility (s.13), and what may follow it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from services.assessment.domain.assessment import Assessment, Departure, Judgement
from services.assessment.domain.case import OUTCOMES, Case
from sevensteps.errors import Fault, Kind, Violation, invalid, stage_order
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class Confirmation:
    """With what a practitioner makes a determination their own.

    `duty_because` is what the council does, and why, where the duty to meet the needs is left to judgement.
    `departures` are the outcomes that they judge otherwise than proposed.
    """

    reasons: str
    duty_because: str
    departures: tuple[Departure, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """What the pack says about the duty to meet eligible needs: its verdict, and which facts could still change it."""

    verdict: str
    missing: Collection[str]

    @property
    def needs_judgement(self) -> bool:
        """Whether a practitioner has to judge: there is no duty, or it is not known where the adult lives."""
        return self.verdict == "needs_judgement" or "residence" in self.missing


@dataclass(frozen=True, slots=True)
class PackAnswer:
    """What the pack says: whether needs are eligible, and if any is, which of them the council has to meet.

    `duty_receipt_id` is None where the pack was not asked about the duty.
    """

    verdict: str
    eligible_needs: tuple[str, ...]
    receipt_id: str
    duty_receipt_id: str | None = None
    duty_owed: tuple[str, ...] = ()

    @classmethod
    def of(cls, verdict: str, values: Mapping[str, Json], receipt_id: str) -> Self:
        """What it says about eligibility, from the verdict and values of its decision."""
        return cls(verdict, _needs(values, "eligible_needs"), receipt_id)

    def with_duty(self, values: Mapping[str, Json], receipt_id: str) -> Self:
        """The answer with what the pack says about the duty to meet the needs."""
        return replace(self, duty_receipt_id=receipt_id, duty_owed=_needs(values, "duty_owed"))

    @property
    def eligible(self) -> bool:
        """Whether there are eligible needs."""
        return self.verdict == "met"


@dataclass(frozen=True, slots=True)
class Determination:
    """A determination of eligibility in one round: proposed by the pack, confirmed by a practitioner.

    `answer` is what the pack says. Where the practitioner has departed from its `proposal`, outcome by outcome, it is
    what the same rules say on the facts as the practitioner judges them. `answers_id` are the answers to a
    questionnaire from which the facts are; empty where they were sent as facts.
    """

    determination_id: str
    case_id: str
    round: int
    assessment: Assessment
    answer: PackAnswer
    assessed_by: str
    proposed_at: str
    confirmed_by: str = ""
    reasons: str = ""
    duty_because: str = ""
    departures: tuple[Departure, ...] = ()
    proposal: PackAnswer | None = None
    answers_id: str = ""

    @property
    def eligible(self) -> bool:
        """Whether there are eligible needs."""
        return self.answer.eligible

    @property
    def met_by_carer(self) -> tuple[str, ...]:
        """The eligible needs that a carer meets (s.18(7))."""
        return tuple(need for need in self.answer.eligible_needs if self.assessment.met_by_carer.get(need))

    def judged(self, judgement: Judgement) -> list[str]:
        """The outcomes that the practitioner judged so, otherwise than proposed."""
        return [departure.outcome for departure in self.departures if departure.judgement is judgement]

    def depart(self, departures: Sequence[Departure], answer: PackAnswer) -> Self:
        """The determination as the practitioner judges these outcomes, with what the pack then says."""
        return replace(self, departures=tuple(departures), answer=answer, proposal=self.answer)

    def ensure_departs(self, departures: Sequence[Departure], proposed: Mapping[str, Judgement]) -> None:
        """Raise a Fault (INVALID) unless each departs from what is proposed, by outcome, about this kind of case."""
        kind = self.assessment.kind
        for number, departure in enumerate(departures):
            if departure.outcome not in OUTCOMES[kind]:
                detail = f"must be an outcome of {kind}s: {', '.join(sorted(OUTCOMES[kind]))}"
                raise invalid(Violation(f"departures[{number}].outcome", detail))
            if proposed.get(departure.outcome) is departure.judgement:
                raise invalid(Violation(f"departures[{number}].judgement", "must differ from what is proposed"))

    def confirm(self, by: str, reasons: str) -> Self:
        """The determination as the practitioner's own. Raises a Fault when it is not settled."""
        if self.answer.verdict not in {"met", "not_met"}:
            raise Fault(
                Kind.PRECONDITION,
                "FACTS_MISSING",
                "The facts do not settle eligibility, and unknown is never no. Find out what the proposal lists as "
                "missing, then propose again.",
                metadata={"case_id": self.case_id},
            )
        return replace(self, confirmed_by=by, reasons=reasons)

    def judge_duty(self, duty: Duty | None, because: str) -> Self:
        """The determination with what the practitioner judges where the rules find no duty, and leave it to judgement.

        Raises a Fault where a judgement is needed and none is given, or one is given and none is needed.
        """
        if self.eligible and (duty is None or duty.needs_judgement):
            if not because:
                raise Fault(
                    Kind.PRECONDITION,
                    "DUTY_NEEDS_JUDGEMENT",
                    "Needs are eligible, and the rules find no duty to meet them: residence is not known or elsewhere, "
                    "or the decision about the duty says why. Propose again with what was not known, or say in "
                    "duty_because what the council does, and why.",
                    metadata={"case_id": self.case_id},
                )
        elif because:
            raise invalid(Violation("duty_because", "must be left out: nothing is left to judgement"))
        return replace(self, duty_because=because)


def _needs(values: Mapping[str, Json], name: str) -> tuple[str, ...]:
    needs = values.get(name)
    return tuple(str(need) for need in needs) if isinstance(needs, list) else ()


def newest_proposal(case: Case, proposals: Sequence[Determination], determination_id: str) -> Determination:
    """The proposal of this id, which must be the newest of the round; `proposals` are those of the round in order.

    Raises a Fault where there is no such one, the round has its confirmed determination, or a newer one was proposed.
    """
    if any(proposal.confirmed_by for proposal in proposals):
        raise _confirmed_already(case)
    if not any(proposal.determination_id == determination_id for proposal in proposals):
        raise stage_order("ProposeDetermination must come first: no such determination in this round.", case.case_id)
    newest = proposals[-1]
    if newest.determination_id != determination_id:
        raise stage_order(
            "Another one has been proposed after this determination. ConfirmDetermination takes the newest: "
            f"{newest.determination_id}.",
            case.case_id,
        )
    return newest


def ensure_not_confirmed(case: Case, confirmed: Determination | None) -> None:
    """Raise a Fault when this round has its confirmed determination already."""
    if confirmed is not None:
        raise _confirmed_already(case)


def _confirmed_already(case: Case) -> Fault:
    return stage_order("This round has its confirmed determination already.", case.case_id)


def ensure_budget_is_next(case: Case, confirmed: Determination | None) -> Determination:
    """The confirmed determination of this round, which must be eligible before a budget is given: else a Fault."""
    case.ensure_assessing()
    if confirmed is None:
        raise stage_order("ConfirmDetermination must come first: eligibility comes before money.", case.case_id)
    if not confirmed.eligible:
        raise stage_order("No needs are eligible, so no budget is given: GiveAdvice comes next.", case.case_id)
    return confirmed


def ensure_advice_is_next(case: Case, confirmed: Determination | None) -> None:
    """Raise a Fault unless this round's determination was confirmed as not eligible (s.13(5))."""
    case.ensure_assessing()
    if confirmed is None:
        raise stage_order("ConfirmDetermination must come first.", case.case_id)
    if confirmed.eligible:
        raise stage_order("Needs are eligible: GiveIndicativeBudget comes next.", case.case_id)
