"""What the person is told in writing in step 1: what letters of each decision are filled in with."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from services.assessment.domain.assessment import UrgentSupport
from services.assessment.domain.case import Case
from services.assessment.domain.determination import Determination
from services.assessment.domain.outcome import Advice, Points
from sevensteps.letters.kinds import (
    AdviceAndReasons,
    AdvocacyDecision,
    DeterminationRecord,
    IndicativeBudget,
    NextSteps,
    OutcomeTold,
    Values,
)
from sevensteps.letters.outcome_words import OUTCOMES_IN_WORDS
from sevensteps.policy.model.arithmetic import PointsTable
from sevensteps.policy.model.verdict import Json
from sevensteps.service import documents
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work
from sevensteps.steps import Stage

TABLE = "budget.points_to_pounds"
"""The parameter of a pack that turns points into pounds a week."""
OPTIONS_IN_WORDS: Mapping[str, str] = {
    "plan_with_own_money": "You can make a support plan and pay for it with your own money.",
    "community": "You can use clubs, groups and help near you.",
    "prevention": "You can get things that help you stay well, such as rails and tools.",
    "carer_support": "Somebody who cares for you can get help of their own.",
    "health": "You can ask your doctor or nurse.",
    "housing": "You can look for a home that suits you better.",
    "benefits": "You can ask which benefits you can get.",
}
"""What somebody who is not eligible can choose from, as a letter says it."""
JUDGED = {"met": "unable", "not_met": "able"}
"""What a finding about an outcome says; any other leaves it unknown."""


def tell(work: Work, case: Case, about: str, values: Values, *, never_waits: bool = False) -> None:
    """Write a document about something in the case. Raises a Fault (INTERNAL, LETTER_REFUSED) unless it never waits."""
    documents.add(work, case_id=case.case_id, council=case.council, about=about, values=values, never_waits=never_waits)


def round_of(case: Case) -> str:
    """What a document is about that belongs to an assessment round."""
    return f"round-{case.round}"


def tell_urgent_support(work: Work, case: Case, support: UrgentSupport) -> None:
    """That help has come, and the assessment follows (s.19(3)). It never waits for a letter."""
    values = NextSteps("urgent_support", due_on=case.assessment_due, weekly=support.weekly)
    tell(work, case, "urgent_support", values, never_waits=True)


def tell_advocacy(work: Work, case: Case, decision: RecordedDecision) -> None:
    """Whether the council arranges an advocate (s.67), with what the rules say."""
    sentences = tuple(finding.because for finding in decision.findings)
    tell(work, case, round_of(case), AdvocacyDecision(decision.verdict.value, sentences))


def tell_determination(work: Work, case: Case, confirmed: Determination) -> None:
    """The written record of the determination and its reasons (s.13(2))."""
    answer = confirmed.answer
    found = list(_findings(work, answer.receipt_id))
    reasons = {departure.outcome: departure.because for departure in confirmed.departures}
    outcomes = (replace(told, because=reasons.get(name, "")) for name, told in _outcomes(found))
    duty = str(work.receipt(answer.duty_receipt_id)["verdict"]) if answer.duty_receipt_id else ""
    values = DeterminationRecord(
        of_carer=case.kind == "carer",
        eligible=confirmed.eligible,
        assessed_on=confirmed.assessment.assessed_on,
        reasons=confirmed.reasons,
        sentences=_whole(found),
        outcomes=tuple(outcomes),
        needs=_in_words(answer.eligible_needs),
        met_by_carer=_in_words(confirmed.met_by_carer),
        duty=duty,
        duty_sentences=_whole(list(_findings(work, answer.duty_receipt_id))) if answer.duty_receipt_id else (),
        duty_because=confirmed.duty_because,
    )
    tell(work, case, confirmed.determination_id, values)


def tell_advice(work: Work, case: Case, advice: Advice) -> None:
    """Written reasons and advice (s.13(5), s.24(2))."""
    values = AdviceAndReasons(
        advice.written_reasons,
        advice.advice,
        advice.how_to_ask_again,
        options=tuple(OPTIONS_IN_WORDS[option] for option in advice.options),
        signposts=tuple(f"{each.whereto}: {each.helps_with}" for each in advice.signposts),
    )
    tell(work, case, round_of(case), values)


def tell_budget(work: Work, case: Case, decision: RecordedDecision, points: Points, weekly: str) -> None:
    """The indicative budget with its points and the rows of the table that gave it; then, what comes after step 1."""
    amount = Decimal(weekly)
    budget = IndicativeBudget(points.points, amount, by_practitioner=points.by_practitioner is not None)
    if not budget.by_practitioner:
        budget = _with_rows(budget, _table(work, decision))
    tell(work, case, round_of(case), budget)
    tell(work, case, Stage.MONEY_FOUND.value, NextSteps(Stage.MONEY_FOUND.value, weekly=amount))


def _table(work: Work, decision: RecordedDecision) -> PointsTable:
    """The rows of the table by which the pack decided; none where it has another way."""
    parameter = work.archive.library.version(decision.pack).parameters.get(TABLE)
    value = parameter.on(decision.decision.on).value if parameter else ()
    return value if isinstance(value, tuple) and value and isinstance(value[0][0], int) else ()  # type: ignore[return-value]


def _with_rows(budget: IndicativeBudget, table: PointsTable) -> IndicativeBudget:
    """With the row that has so many points, or the two between which they lie."""
    pence = {points: Decimal(weekly).scaleb(-2) for points, weekly in table}
    if budget.points in pence:
        return replace(budget, row_points=budget.points, row_pounds=pence[budget.points])
    for (lower, _), (upper, _) in pairwise(table):
        if lower < budget.points < upper:
            return replace(
                budget, row_points=lower, row_pounds=pence[lower], next_points=upper, next_pounds=pence[upper]
            )
    return budget


def _findings(work: Work, receipt_id: str) -> Iterator[Mapping[str, Json]]:
    found = work.receipt(receipt_id)["findings"]
    for finding in found if isinstance(found, list) else []:
        if isinstance(finding, Mapping):
            yield finding


def _whole(found: list[Mapping[str, Json]]) -> tuple[str, ...]:
    """The sentences about the case, not about one outcome."""
    return tuple(str(finding["because"]) for finding in found if not finding["about"])


def _outcomes(found: list[Mapping[str, Json]]) -> Iterator[tuple[str, OutcomeTold]]:
    for finding in found:
        if name := str(finding["about"]):
            judgement = JUDGED.get(str(finding["verdict"]), "unknown")
            yield name, OutcomeTold(OUTCOMES_IN_WORDS.get(name, name), judgement, str(finding["because"]))


def _in_words(outcomes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(OUTCOMES_IN_WORDS.get(outcome, outcome) for outcome in outcomes)
