"""The determination of eligibility (s.13), and what may follow it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from services.assessment.domain.case import Case
from sevensteps.errors import Fault, Kind, stage_order
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class Determination:
    """A determination of eligibility in one round: proposed by the pack, confirmed by a practitioner."""

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
    proposed_at: str

    @classmethod
    def propose(
        cls,
        determination_id: str,
        case: Case,
        *,
        assessed_on: date,
        verdict: str,
        values: Mapping[str, Json],
        receipt_id: str,
        assessed_by: str,
        proposed_at: str,
    ) -> Self:
        """What the pack proposes for the case's round, from the verdict and values of its decision."""
        needs = values.get("eligible_needs")
        return cls(
            determination_id=determination_id,
            case_id=case.case_id,
            round=case.round,
            verdict=verdict,
            assessed_on=assessed_on,
            eligible_needs=tuple(str(need) for need in needs) if isinstance(needs, list) else (),
            receipt_id=receipt_id,
            assessed_by=assessed_by,
            confirmed_by="",
            reasons="",
            proposed_at=proposed_at,
        )

    @property
    def eligible(self) -> bool:
        """Whether there are eligible needs."""
        return self.verdict == "met"

    def confirm(self, by: str, reasons: str) -> Self:
        """The determination as the practitioner's own. Raises a Fault when it is not settled."""
        if self.verdict not in {"met", "not_met"}:
            raise Fault(
                Kind.PRECONDITION,
                "FACTS_MISSING",
                "The facts do not settle eligibility, and unknown is never no. Find out what the proposal lists as "
                "missing, then propose again.",
                metadata={"case_id": self.case_id},
            )
        return replace(self, confirmed_by=by, reasons=reasons)


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
