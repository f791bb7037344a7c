"""What answers to a questionnaire say of somebody's needs, outcome by outcome, for a determination."""

from collections.abc import Mapping

from services.assessment import answers_store
from services.assessment.determining import DUTY
from services.assessment.domain.assessment import AssessedByAnswers, Assessment
from services.assessment.domain.case import Case
from services.assessment.domain.ways_in import ELIGIBILITY
from services.assessment.facts import ensure_of_kind
from services.assessment.offered import begun_with
from sevensteps.errors import Violation, invalid
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.answered_facts import facts_of
from sevensteps.policy.model.verdict import Json
from sevensteps.service.work import Work


def assessment_and_answers(work: Work, case: Case, assessed: Assessment | AssessedByAnswers) -> tuple[Assessment, str]:
    """What was assessed, and the answers that say so; empty where it was sent as facts.

    Raises a Fault (INVALID) for facts of another kind of case.
    """
    if isinstance(assessed, AssessedByAnswers):
        return _assessment_by_answers(work, case, assessed), assessed.answers_id
    if assessed.kind != case.kind:
        raise invalid(Violation("facts", f"must be {case.kind}: that is what the case is about"))
    return assessed, ""


def _assessment_by_answers(work: Work, case: Case, assessed: AssessedByAnswers) -> Assessment:
    """What was assessed, by answers of the round: where the practitioner's view differs, by the view.

    Raises a Fault: NOT_FOUND, ANSWERS_NOT_FOUND; INVALID where they are of another round or are not about needs;
    PRECONDITION where they are not submitted, or a practitioner has not viewed what others answered.
    """
    ensure_of_kind(assessed.duty, case.kind)
    answers = answers_store.answers(work, case.case_id, assessed.answers_id)
    if answers.round != case.round:
        raise invalid(Violation("answers_id", f"must be answers of round {case.round}; these are of {answers.round}"))
    questionnaire = begun_with(work, answers)
    if ELIGIBILITY[case.kind] not in questionnaire.decisions:
        detail = (
            f"must be answers to a questionnaire about the needs of a case of this kind; {questionnaire.name} is not"
        )
        raise invalid(Violation("answers_id", detail))
    answers.ensure_viewed(questionnaire)
    answered = Answered.of(questionnaire, answers.viewed)
    duty = facts_of(answered, DUTY[case.kind])
    met_by_carer = _met_by_carer(duty.pop("needs", {}))
    facts = facts_of(answered, ELIGIBILITY[case.kind])
    return Assessment(assessed.assessed_on, case.kind, facts, {**duty, **assessed.duty}, met_by_carer)


def _met_by_carer(needs: Json) -> dict[str, bool]:
    """Whether a carer meets each need, where that is known."""
    said = needs if isinstance(needs, Mapping) else {}
    answers = {need: each.get("met_by_carer") for need, each in said.items() if isinstance(each, Mapping)}
    return {need: answer for need, answer in answers.items() if isinstance(answer, bool)}
