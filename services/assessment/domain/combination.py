"""Combined assessments of two linked cases, with the consent of both (Care Act 2014 s.12(5), (6)). Pure."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from services.assessment.domain.case import Case
from sevensteps.errors import ID, Fault, Kind, Violation, invalid, stage_order


@dataclass(frozen=True, slots=True)
class Consent:
    """That the person of a case agreed, on a day; `withdrawn_on` is None while that stands."""

    case_id: str
    consented_on: date
    withdrawn_on: date | None = None
    withdrawal_recorded_by: str = ""


@dataclass(frozen=True, slots=True)
class Combination:
    """A combined assessment: the consents of the case in which it was recorded, and of the other."""

    combination_id: str
    consents: tuple[Consent, Consent]
    recorded_by: str
    recorded_at: str

    @property
    def stands(self) -> bool:
        """Whether both agree."""
        return all(consent.withdrawn_on is None for consent in self.consents)

    def consent_of(self, case_id: str) -> Consent:
        """The consent of one of its two cases."""
        return next(consent for consent in self.consents if consent.case_id == case_id)

    def other(self, case_id: str) -> Consent:
        """The consent of the case beside one of the two."""
        return next(consent for consent in self.consents if consent.case_id != case_id)

    def withdraw(self, case_id: str, on: date, *, by: str) -> Self:
        """The assessments apart, after the person of a case no longer agrees.

        Raises a Fault where that was so already, or the day is before the consent.
        """
        consent = self.consent_of(case_id)
        if consent.withdrawn_on is not None:
            raise stage_order(f"This consent was withdrawn already, on {consent.withdrawn_on}.", case_id)
        if on < consent.consented_on:
            raise invalid(Violation("withdrawn_on", f"must be a day from {consent.consented_on}, when it was given"))
        withdrawn = replace(consent, withdrawn_on=on, withdrawal_recorded_by=by)
        first, second = (withdrawn if each is consent else each for each in self.consents)
        return replace(self, consents=(first, second))


def ensure_may_combine(case: Case, other: Case, standing: Combination | None) -> None:
    """Raise a Fault unless two cases are linked, both are being assessed, and neither is combined already."""
    if case.case_id != other.linked_case_id and other.case_id != case.linked_case_id:
        raise _not_linked()
    case.ensure_assessing()
    other.ensure_assessing()
    if standing is not None:
        raise Fault(
            Kind.PRECONDITION,
            "COMBINED_ALREADY",
            "One of the two cases is part of a combined assessment that stands. WithdrawConsent ends it.",
            metadata={"case_id": case.case_id, "combination_id": standing.combination_id},
        )


def _not_linked() -> Fault:
    return invalid(
        Violation("with_case_id", "must be a case that this one is linked with: open one with linked_case_id")
    )


def combination_not_found(case_id: str, combination_id: str) -> Fault:
    """A combined assessment of which the case is not part."""
    named = f" {combination_id}" if ID.fullmatch(combination_id) else ""
    return Fault(
        Kind.NOT_FOUND,
        "COMBINATION_NOT_FOUND",
        f"Case {case_id} is not part of such a combined assessment{named}. Check the id.",
        metadata={"case_id": case_id},
    )
