"""The questionnaires that the council's policy pack offers to a case, and those with which answers of before began."""

from services.assessment.domain.answers import Answers
from services.assessment.domain.case import Case
from services.assessment.domain.ways_in import PURPOSES, Way
from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire
from sevensteps.service.work import Work


def offered_version(work: Work, case: Case) -> str:
    """The version of the pack whose questionnaires are offered to a case now, by its hash.

    That is the one with which the open assessment began, so that nothing changes under it; where that is older than
    questionnaires, or no assessment is open, the one in force. Empty where there is none.
    """
    if case.pack and _pack(work, case.pack).questionnaires:
        return case.pack
    return work.version_in_force(work.councils.council(case.council).pack)


def offered(work: Work, case: Case) -> list[Questionnaire]:
    """Every questionnaire that is offered to a case now, by name. Raises a Fault (INTERNAL, PACK_REFUSED)."""
    version = offered_version(work, case)
    names = sorted(_pack(work, version).questionnaires) if version else []
    return [_questionnaire(work, version, name) for name in names]


def offered_questionnaire(work: Work, case: Case, name: str) -> Questionnaire:
    """One that is offered. Raises a Fault (NOT_FOUND, QUESTIONNAIRE_NOT_FOUND)."""
    version = offered_version(work, case)
    names = sorted(_pack(work, version).questionnaires) if version else []
    if name not in names:
        raise Fault(
            Kind.NOT_FOUND,
            "QUESTIONNAIRE_NOT_FOUND",
            f"The council offers no such questionnaire. It offers: {', '.join(names) or 'none'}.",
            metadata={"case_id": case.case_id},
        )
    return _questionnaire(work, version, name)


def usual_questionnaire(work: Work, case: Case) -> str:
    """The name of that with which somebody of this kind of case assesses themselves; empty where none is offered."""
    wanted = PURPOSES[case.kind][Way.SELF_ASSESSMENT]
    return next((each.name for each in offered(work, case) if each.purpose in wanted), "")


def begun_with(work: Work, answers: Answers) -> Questionnaire:
    """The questionnaire of the version with which answers began."""
    return _questionnaire(work, answers.pack, answers.questionnaire)


def ensure_offered(version: str, offered_now: str) -> None:
    """Raise a Fault (INVALID) for a version of a questionnaire that was read and is not offered to the case now."""
    if version and version != offered_now:
        detail = "must be the version that is offered to the case now: GetQuestionnaire reads it again"
        raise invalid(Violation("version", detail))


def _pack(work: Work, version: str) -> Pack:
    work.archive.restore(work.connection, version)
    return work.archive.library.version(version)


def _questionnaire(work: Work, version: str, name: str) -> Questionnaire:
    try:
        return read_questionnaire(_pack(work, version), name)
    except PackRefusedError as refused:
        detail = f"The questionnaire {name} cannot be read: {min(refused.problems)}"
        raise Fault(Kind.INTERNAL, "PACK_REFUSED", detail) from refused
