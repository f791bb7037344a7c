"""Checking the questionnaires of a pack: everything that would leave somebody stuck, or lead to a wrong decision."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from sevensteps.plain_english import HARDEST, grade, sentences, words
from sevensteps.policy.authoring.questionnaire_ways import Ways, most_points_of
from sevensteps.policy.authoring.spoken_facts import trouble_with
from sevensteps.policy.model.compiled_decision import CompiledDecision
from sevensteps.policy.model.question import Answerer, Question
from sevensteps.policy.model.questionnaire import Purpose, Questionnaire
from sevensteps.policy.packs.form import read_text
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.parameter_value import POINTS_TO_POUNDS, ParameterValue
from sevensteps.policy.packs.problems import Problem, Problems, did_you_mean
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire
from sevensteps.policy.packs.source import Section

TAKE_PART: Mapping[Purpose, AbstractSet[Answerer]] = {
    Purpose.SELF_ASSESSMENT: frozenset({Answerer.PERSON, Answerer.HELPER, Answerer.PRACTITIONER}),
    Purpose.CARERS_ASSESSMENT: frozenset({Answerer.CARER, Answerer.HELPER, Answerer.PRACTITIONER}),
    Purpose.COUNCIL_LED: frozenset(Answerer) - {Answerer.FINANCE},
    Purpose.LIGHT_TOUCH: frozenset(Answerer),
    Purpose.FINANCES: frozenset({Answerer.PERSON, Answerer.HELPER, Answerer.CARER, Answerer.FINANCE}),
    Purpose.CONTACT: frozenset(Answerer) - {Answerer.FINANCE},
}
"""Who takes part in answering, by what a questionnaire is for."""
SHORTEST = 6
"""So many words a sentence has at least whose grade is looked at: of fewer, one long word decides."""
_TEXTS = ("title", "introduction", "help", "asks", "says")


def check_questionnaires(pack: Pack, decisions: Mapping[str, Sequence[CompiledDecision]]) -> Iterator[Problem]:
    """The problems of the pack's own questionnaires, and of those below that its own values put out of order.

    `decisions` are those that can be read, as they stand over time; what speaks to another one is not looked at.
    """
    for name, place in pack.questionnaires.items():
        problems = Problems()
        with problems.collected():
            questionnaire = read_questionnaire(pack, name)
            problems += _points(pack, questionnaire)
            if place.startswith(f"{pack.name}/"):
                problems += _questions(questionnaire)
                problems += _facts(pack, questionnaire, decisions)
                problems += _sentences(read_text(pack.files[place].encode(), place, "questionnaire"))
        yield from problems if place.startswith(f"{pack.name}/") or not problems else _here(pack, problems)


def _here(pack: Pack, problems: Problems) -> Iterator[Problem]:
    """What is wrong with a text of the pack below only because of this pack's values, told of this pack."""
    for problem in problems:
        where = f"{problem.file}:{problem.line}: {problem.where}"
        yield Problem(f"{pack.name}/pack.yaml", 1, where, problem.expected)


def _questions(questionnaire: Questionnaire) -> Iterator[Problem]:
    """Questions that nobody is ever asked, and those that nobody can answer and so can never be finished."""
    ways = Ways(questionnaire)
    part = TAKE_PART[questionnaire.purpose]
    for question in questionnaire.questions:
        if not ways.can_be_asked(question):
            yield _problem(
                questionnaire, question, "when: to be reachable; no answers to the questions before it do that"
            )
        elif question.may_be_left_out:
            continue
        elif not ways.can_be_answered(question):
            yield _problem(questionnaire, question, "some answer; there is none from lowest to highest")
        elif question.answered_by.isdisjoint(part):
            expected = f"answered by: one of {', '.join(sorted(part))}, who answer a {questionnaire.purpose}"
            yield _problem(questionnaire, question, f"{expected}; else it is never finished")


def _facts(
    pack: Pack, questionnaire: Questionnaire, decisions: Mapping[str, Sequence[CompiledDecision]]
) -> Iterator[Problem]:
    """Answers that speak to a decision, an outcome or a fact that is not there, or is of another type."""
    once: dict[tuple[str, str], str] = {}
    for question in questionnaire.questions:
        for speaks in question.speaks_to:
            expected = ""
            if speaks.decision not in pack.decisions:
                meant = did_you_mean(speaks.decision, pack.decisions)
                expected = f"a decision of the pack; {speaks.decision or 'none'} is not one{meant}"
            elif decisions.get(speaks.decision):
                expected = trouble_with(decisions[speaks.decision][-1].declared, question, speaks)
            if not (expected or speaks.adds or speaks.yes_where or speaks.no_where or question.when):
                first = once.setdefault((speaks.decision, speaks.fact), question.id)
                if first != question.id:
                    expected = f"adds: true in both, or one question for {speaks.fact}; {first} speaks to it as well"
            if expected:
                yield Problem(questionnaire.file, speaks.line, f"{question.id}: speaks to", expected)


def _points(pack: Pack, questionnaire: Questionnaire) -> Iterator[Problem]:
    """Points that no table of the pack turns into pounds."""
    most = Ways(questionnaire).most_points()
    tables = [parameter for parameter in pack.parameters.values() if parameter.type == POINTS_TO_POUNDS]
    if most and not tables:
        yield Problem(questionnaire.file, 1, "points", "a parameter of the pack that turns points into pounds")
    for table in tables:
        last = max(row[0] for row in _rows(table.values[-1].value))
        expected = f"{last} points at most, with which {table.name} ends"
        too_many = [question for question in questionnaire.questions if most_points_of(question) > last]
        yield from (_problem(questionnaire, question, expected) for question in too_many)
        if most > last and not too_many:
            yield Problem(questionnaire.file, 1, "points", f"{expected}; the answers can come to {most}")


def _rows(value: ParameterValue) -> Iterator[tuple[int, int]]:
    """The rows of a table from points to pence."""
    for row in value if isinstance(value, tuple) else ():
        if isinstance(row, tuple) and isinstance(row[0], int):
            yield row[0], row[1]


def _sentences(content: Section) -> Iterator[Problem]:
    """Sentences that take more than eight years of school to read."""
    for where, line, text in _texts(content, "", content.line):
        for sentence in sentences(text):
            hardness = grade(sentence)
            if len(words(sentence)) >= SHORTEST and hardness > HARDEST:
                expected = f"reading grade {HARDEST:.0f} at most; of grade {hardness:.1f}: {sentence[:80]}"
                yield Problem(content.file, line, where, expected)


def _texts(written: object, where: str, line: int) -> Iterator[tuple[str, int, str]]:
    """Every text that is read by people: of what, on which line, and what it says."""
    if isinstance(written, list):
        for entry in written:
            yield from _texts(entry, where, line)
    elif isinstance(written, Section):
        own = written.text("question") or written.text("section") or where
        for key, value in written.items():
            if key == "options" and isinstance(value, Section):
                options = ((option, says) for option, says in value.items() if isinstance(says, str))
                yield from ((f"{own}: {option}", value.lines[option], says) for option, says in options)
            if key in _TEXTS and isinstance(value, str):
                yield f"{own}: {key}" if own else key, written.lines[key], value
            elif isinstance(value, list | Section):
                yield from _texts(value, own if key != "options" else f"{own}: options", written.lines[key])


def _problem(questionnaire: Questionnaire, question: Question, expected: str) -> Problem:
    return Problem(questionnaire.file, question.line, question.id, expected)
