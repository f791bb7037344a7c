"""Financial assessments: what a person can pay towards their support (Care Act 2014 ss.14, 17; SI 2014/2672). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from services.assessment.domain.assessment import Assessment
from services.assessment.domain.means import CountedService, Means
from sevensteps.budget_numbers import BudgetNumbers, Charge
from sevensteps.errors import Fault, Kind, Violation, invalid, stage_order
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json


class FinancesWay(StrEnum):
    """How the means are known; each is an option of the fact assessment of the decision contribution."""

    FULL = "full"
    CLEARLY_ABOVE_LIMIT = "clearly_above_limit"
    NEGLIGIBLE_CHARGE = "negligible_charge"
    CLEARLY_BELOW_LIMIT = "clearly_below_limit"
    REFUSED = "refused"
    NOT_CO_OPERATING = "not_co_operating"


REFUSALS = frozenset({FinancesWay.REFUSED, FinancesWay.NOT_CO_OPERATING})
"""Where the whole cost may be charged, and need not (reg 10(1))."""
LIGHT_TOUCH = frozenset(FinancesWay) - REFUSALS - {FinancesWay.FULL}
"""Where the person is treated as assessed, with their consent (reg 10(2), (3))."""


class FinancesReason(StrEnum):
    """Why the finances are assessed."""

    FIRST = "first"
    CIRCUMSTANCES = "circumstances"
    RATES = "rates"
    SUPPORT = "support"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Assessing:
    """With what the finances are assessed: how the means are known, why now, and for which services.

    The means are given, or are from answers to a questionnaire. `consent` is that to a light touch.
    """

    way: FinancesWay
    reason: FinancesReason
    assessed_on: date
    consent: bool | None
    means: Means | None
    answers_id: str
    services: tuple[CountedService, ...]

    def facts(self, answered: Mapping[str, Json]) -> dict[str, Json]:
        """The facts of the decision contribution; `answered` are those that answers speak to, consent among them."""
        means = self.means.facts if self.means else dict(answered)
        consent = answered.get("consent") if self.consent is None else self.consent
        services: list[Json] = [service.facts for service in self.services]
        return {**means, "assessment": self.way.value, "consent": consent, "services": services}

    def ensure_agrees(self, answered: Mapping[str, Json]) -> None:
        """Raise a Fault (INVALID) where the answers say that the means are known in another way, or not agreed to."""
        said = {"way": (answered.get("assessment"), self.way.value), "consent": (answered.get("consent"), self.consent)}
        wrong = [
            Violation(name, "must not contradict the answers")
            for name, (answer, own) in said.items()
            if own is not None and answer not in {None, own}
        ]
        if wrong:
            raise invalid(*wrong)

    def ensure_follows(self, last: "FinancialAssessment | None") -> None:
        """Raise a Fault (INVALID) unless the reason says why there is another one, or that this is the first."""
        if last and self.reason is FinancesReason.FIRST:
            detail = f"must say what has changed: {last.financial_assessment_id} came before"
            raise invalid(Violation("reason", detail))
        if last is None and self.reason is not FinancesReason.FIRST:
            raise invalid(Violation("reason", "must be first: none came before"))


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody judged where the rules leave the charge to a person: in pounds a week, why, who and when."""

    weekly: Decimal
    because: str
    judged_by: str
    judged_at: str


@dataclass(frozen=True, slots=True)
class FinancialAssessment:
    """A financial assessment of a case: the newest that is settled stands."""

    financial_assessment_id: str
    case_id: str
    kind: str
    number: int
    assessing: Assessing
    charge: Charge
    receipt_id: str
    assessed_by: str
    recorded_at: str
    standing: bool = False
    judged: Judged | None = None

    @property
    def weekly(self) -> Decimal | None:
        """What the person pays, in pounds a week; None while it is not settled."""
        return self.judged.weekly if self.judged else self.charge.weekly

    @property
    def settled(self) -> bool:
        """Whether it is known what the person pays."""
        return self.weekly is not None

    @property
    def numbers(self) -> BudgetNumbers | None:
        """The three numbers (s.26(1)); None while one is not known."""
        if self.weekly is None or self.charge.cost is None:
            return None
        return BudgetNumbers.of(self.charge.cost, self.weekly)

    @property
    def within_limit(self) -> bool | None:
        """Whether the means are within the limit; on a refusal, above it where the whole is charged (reg 10(1))."""
        if self.assessing.way not in REFUSALS:
            return self.charge.within_limit
        whole = self.judged.weekly == self.charge.most if self.judged else self.charge.verdict == "met"
        return False if whole else None

    def ensure_newest(self, newest: "FinancialAssessment | None") -> None:
        """Raise a Fault unless this is the newest of its case."""
        if newest is None or newest.financial_assessment_id != self.financial_assessment_id:
            raise stage_order("Another financial assessment was made after this one: judge the newest.", self.case_id)

    def judge(self, weekly: Decimal, because: str, *, by: str, at: str) -> Self:
        """The assessment as somebody judges it. Raises a Fault where nothing is left to judge, or it is too much."""
        if self.assessing.way not in REFUSALS or self.charge.verdict != "needs_judgement":
            raise Fault(
                Kind.PRECONDITION,
                "NOTHING_TO_JUDGE",
                "The rules leave this charge to nobody: it is worked out, or facts are missing, or the person has not "
                "agreed to a light touch. AssessFinances again with what was not known.",
                metadata={"case_id": self.case_id},
            )
        if self.judged:
            raise stage_order("This charge was judged already. AssessFinances makes a new assessment.", self.case_id)
        if self.charge.most is not None and weekly > self.charge.most:
            detail = f"must be at most the whole charge, {pounds(self.charge.most)}"
            raise invalid(Violation("weekly_charge", detail))
        return replace(self, judged=Judged(weekly, because, by, at), standing=True)

    @property
    def duty_facts(self) -> dict[str, Json]:
        """What it says to the duty to meet the needs (s.18, s.20), as far as it is known."""
        found = {"charged": self.weekly != 0 if self.settled else None, "means_within_limit": self.within_limit}
        return {name: value for name, value in found.items() if value is not None}

    def ensure_not_contradicted(self, assessment: Assessment) -> None:
        """Raise a Fault (INVALID), by field, where somebody says otherwise in an assessment of needs."""
        wrong = [
            Violation(
                f"{assessment.kind}.{name}",
                f"must not contradict the financial assessment of {self.assessing.assessed_on}: leave it out",
            )
            for name, value in self.duty_facts.items()
            if assessment.duty.get(name) not in {None, value}
        ]
        if wrong:
            raise invalid(*wrong)

    def told_to(self, assessment: Assessment) -> Assessment:
        """An assessment of needs, with what this one says to the duty to meet them."""
        return replace(assessment, duty={**assessment.duty, **self.duty_facts})


def not_assessed(case_id: str) -> Fault:
    """There is no financial assessment to read."""
    return Fault(
        Kind.NOT_FOUND,
        "FINANCIAL_ASSESSMENT_NOT_FOUND",
        "There is no such financial assessment: AssessFinances comes first, and stands once it is settled.",
        metadata={"case_id": case_id},
    )
