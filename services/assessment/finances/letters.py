"""What the person is told in writing of a financial assessment (s.17(6))."""

from collections.abc import Iterator
from decimal import Decimal

from services.assessment import telling
from services.assessment.domain.case import Case
from services.assessment.domain.finances import LIGHT_TOUCH, REFUSALS, FinancesWay, FinancialAssessment
from sevensteps.letters import kinds
from sevensteps.policy.model.verdict import Json
from sevensteps.service.work import Work

WORKING = {
    "weekly_income": "Your income each week",
    "tariff_income": "What your savings count as each week",
    "housing_costs": "What your home costs you each week",
    "disability_expenditure": "What you spend because of a disability each week",
    "guaranteed_income": "What you have to keep each week",
    "disposable_income": "What is left each week",
}
"""The facts and values that a working shows, in its order, in plain words."""


def tell(work: Work, case: Case, assessment: FinancialAssessment) -> None:
    """Write the record of a settled assessment, with its working and the three numbers.

    Raises a Fault (INTERNAL, LETTER_REFUSED): then the assessment is not made.
    """
    if assessment.weekly is None:
        return
    numbers = assessment.numbers
    values = kinds.FinancialAssessment(
        way=_way(assessment.assessing.way),
        assessed_on=assessment.assessing.assessed_on,
        contribution=assessment.weekly,
        within_limit=assessment.within_limit,
        working=tuple(_working(work, assessment.receipt_id)),
        sentences=tuple(_sentences(work, assessment.receipt_id)),
        cost=numbers.cost if numbers else None,
        council_pays=numbers.council_pays if numbers else None,
    )
    telling.tell(work, case, assessment.financial_assessment_id, values)


def _way(way: FinancesWay) -> str:
    """The way, as letters know it."""
    if way in REFUSALS:
        return "refused"
    return "light_touch" if way in LIGHT_TOUCH else "full"


def _working(work: Work, receipt_id: str) -> Iterator[kinds.Amount]:
    """The amounts by which a charge was worked out; none where it was not."""
    known = {**work.decided_on(receipt_id), **work.decided_values(receipt_id)}
    if known.get("disposable_income") is None:
        return
    for name, words in WORKING.items():
        if (amount := _amount(known.get(name))) is not None:
            yield kinds.Amount(words, amount)


def _amount(value: Json) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) else None


def _sentences(work: Work, receipt_id: str) -> Iterator[str]:
    """What the rules say of the whole, in their own sentences."""
    for finding in work.decided(receipt_id).findings:
        if not finding.about:
            yield finding.because
