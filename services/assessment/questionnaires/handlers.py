"""The use cases of answers to questionnaires, one function each, in one transaction each."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.assessment import answers_store, people_store, store
from services.assessment.domain.answers import Answers, AnswersState, Saving, Viewing, taken_over
from services.assessment.domain.case import Case
from services.assessment.domain.ways_in import Beginning, Way, ensure_may_answer, ensure_may_see
from services.assessment.offered import begun_with, ensure_offered, offered_questionnaire, offered_version
from sevensteps import clock
from sevensteps.errors import Fault, Kind, Violation, invalid, stage_order
from sevensteps.events import AnswersBegun, AnswersSaved, AnswersShown, AnswersSubmitted, AnswersViewed
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.question import Answerer
from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.service.work import Work, new_id


@dataclass(frozen=True)
class Filled:
    """A questionnaire with the answers to it."""

    answers: Answers
    questionnaire: Questionnaire

    @cached_property
    def answered(self) -> Answered:
        """How its questions stand with the answers."""
        return Answered.of(self.questionnaire, self.answers.answers)

    @property
    def state(self) -> AnswersState:
        """How far the answers have come."""
        return self.answers.state(self.answered)


def begin(work: Work, beginning: Beginning, *, case_id: str, etag: str) -> tuple[Filled, Case]:
    """Begin answers to a questionnaire that is offered to the case now. Its version stays theirs.

    Raises a Fault: INVALID for a way, questionnaire or version that the case is not offered; PRECONDITION where no
    assessment is under way, or CONSENT_MISSING where two people have to agree and do not.
    """
    ensure_may_see(work.actor, beginning.way)
    case = store.case_to_change(work, case_id, etag)
    if beginning.way.assesses:
        case.ensure_assessing()
    else:
        case.ensure_open()
    questionnaire = offered_questionnaire(work, case, beginning.questionnaire)
    beginning.ensure_fits(case.kind, questionnaire)
    if beginning.helper:
        _ensure_helps(work, case, beginning.helper, "helper")
    ensure_offered(beginning.version, offered_version(work, case))
    answers = _begun(work, case, beginning, questionnaire)
    answers_store.add_answers(work, case, answers)
    event = AnswersBegun(case.round, answers.answers_id, questionnaire.name, beginning.way)
    return Filled(answers, questionnaire), store.change_case(work, case, event)


def _begun(work: Work, case: Case, beginning: Beginning, questionnaire: Questionnaire) -> Answers:
    before = answers_store.answers(work, case.case_id, beginning.based_on) if beginning.based_on else None
    if before and before.questionnaire != questionnaire.name:
        raise invalid(Violation("based_on", f"must be answers to a questionnaire {questionnaire.name}"))
    return Answers(
        answers_id=new_id("answers"),
        case_id=case.case_id,
        round=case.round,
        questionnaire=questionnaire.name,
        pack=offered_version(work, case),
        way=beginning.way,
        wished=beginning.wished,
        helper=beginning.helper,
        because=beginning.because,
        combination_id=_combination_of(work, case) if beginning.way is Way.COMBINED else "",
        based_on=beginning.based_on,
        begun_by=work.actor.subject,
        begun_at=work.now_text,
        version=1,
        given=taken_over(before, questionnaire) if before else {},
        views={},
    )


def _combination_of(work: Work, case: Case) -> str:
    standing = answers_store.standing_combination(work, case.case_id)
    if standing is None:
        raise Fault(
            Kind.PRECONDITION,
            "CONSENT_MISSING",
            "A combined assessment needs the consent of both (s.12(5)). CombineAssessments records it first; where one "
            "does not agree, assess each in a way of their own.",
            metadata={"case_id": case.case_id},
        )
    return standing.combination_id


def save(work: Work, saving: Saving, *, case_id: str, answers_id: str, etag: str) -> tuple[Filled, Case]:
    """Save some answers: those that are not named stay as they are. The case stays as it is."""
    case = store.case(work, case_id)
    filled = _to_change(work, case, answers_id, etag)
    ensure_may_answer(work.actor, saving.answered_by)
    if saving.answered_by is Answerer.HELPER:
        _ensure_helps(work, case, filled.answers.helper, "answered_by")
    saved = filled.answers.save(filled.questionnaire, saving, by=work.actor.subject, at=work.now_text)
    saved = answers_store.change_answers(work, saved)
    work.tell(case_id, case.council, AnswersSaved(saved.round, answers_id, len(saved.given)))
    return Filled(saved, filled.questionnaire), case


def _ensure_helps(work: Work, case: Case, helper: str, field: str) -> None:
    """Raise a Fault (INVALID) unless a helper is in the person's circle, and may know of the assessment today."""
    if not people_store.is_helper(work, case.case_id, helper, work.today):
        raise invalid(
            Violation(
                field,
                "must be somebody of the circle of support with whom the person shares the assessment: AddPerson or "
                "ChangePermission records that, and BeginAnswers names them as helper",
            )
        )


def submit(work: Work, *, case_id: str, answers_id: str, etag: str) -> tuple[Filled, Case]:
    """Say that answers are done. What nobody has answered is unknown, never no."""
    case = store.case_to_change(work, case_id)
    filled = _to_change(work, case, answers_id, etag)
    done = answers_store.change_answers(work, filled.answers.submit(by=work.actor.subject, at=work.now_text))
    unanswered = len(filled.answered.unanswered())
    event = AnswersSubmitted(done.round, answers_id, len(done.given), unanswered)
    return Filled(done, filled.questionnaire), store.change_case(work, case, event)


def show(
    work: Work, *, case_id: str, answers_id: str, etag: str, practitioner: str, on: date | None
) -> tuple[Filled, Case]:
    """Record that submitted answers were shown to a practitioner, on a day or today."""
    case = store.case_to_change(work, case_id)
    filled = _to_change(work, case, answers_id, etag)
    before, day = filled.answers, on or work.today
    submitted_on = clock.uk_day(clock.from_text(before.submitted_at)) if before.submitted_at else day
    shown = answers_store.change_answers(work, before.show(practitioner, day, submitted_on=submitted_on))
    event = AnswersShown(shown.round, answers_id, practitioner, day.isoformat())
    return Filled(shown, filled.questionnaire), store.change_case(work, case, event)


def view(work: Work, viewing: Viewing, *, case_id: str, answers_id: str, etag: str) -> tuple[Filled, Case]:
    """Record what the practitioner to whom answers were shown says of them, beside the answers."""
    case = store.case_to_change(work, case_id)
    filled = _to_change(work, case, answers_id, etag)
    viewed = filled.answers.view(filled.questionnaire, viewing, by=work.actor.subject, at=work.now_text)
    viewed = answers_store.change_answers(work, viewed)
    differs = sum(not each.agrees for each in viewed.views.values())
    event = AnswersViewed(viewed.round, answers_id, len(viewed.views) - differs, differs)
    return Filled(viewed, filled.questionnaire), store.change_case(work, case, event)


def _to_change(work: Work, case: Case, answers_id: str, etag: str) -> Filled:
    """Answers that may be changed now. Raises a Fault (ABORTED) where the etag is not theirs."""
    answers = answers_store.answers(work, case.case_id, answers_id)
    work.check_etag(case.case_id, etag, answers.version)
    case.ensure_open()
    if answers.way.assesses:
        case.ensure_assessing()
    if answers.round != case.round:
        raise stage_order(
            f"These answers belong to round {answers.round}, and the case is in round {case.round}. BeginAnswers with "
            "based_on: the new ones begin with what these say.",
            case.case_id,
        )
    return seen(work, answers)


def get(work: Work, *, case_id: str, answers_id: str) -> Filled:
    """Read answers of a case: the last begun where none is named.

    Those of the other case of a combined assessment are read while both agree to it. Raises a Fault (NOT_FOUND).
    """
    store.case(work, case_id)
    if not answers_id:
        return seen(work, answers_store.newest_answers(work, case_id))
    combined = answers_store.standing_combination(work, case_id)
    if combined and (others := answers_store.answers_within(work, combined, case_id, answers_id)):
        return seen(work, others)
    return seen(work, answers_store.answers(work, case_id, answers_id))


def seen(work: Work, answers: Answers) -> Filled:
    """Answers with their questionnaire, for somebody who may see them. Raises a Fault (DENIED)."""
    ensure_may_see(work.actor, answers.way)
    return Filled(answers, begun_with(work, answers))


def filled_of(work: Work, case_id: str, after: int, size: int) -> list[Filled]:
    """The answers of a case that the actor may see, in their order. Raises a Fault (NOT_FOUND)."""
    found = answers_store.answers_of(work, case_id, after, size)
    return [Filled(answers, begun_with(work, answers)) for answers in found]
