"""Reading the questionnaires of a pack: every problem with its file and line, also of conditions that lead nowhere."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sevensteps.errors import Fault, Kind
from sevensteps.policy.model.conditions import All, Condition
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.question import (
    FACT_TYPES,
    LONGEST_TEXT,
    Answerer,
    Option,
    Question,
    QuestionType,
    SpeaksTo,
)
from sevensteps.policy.model.questionnaire import Purpose, Questionnaire, QuestionnaireSection
from sevensteps.policy.packs.condition_reader import ConditionReader
from sevensteps.policy.packs.form import read_text
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import Problems
from sevensteps.policy.packs.questionnaire_conditions import ensure_asked_before
from sevensteps.policy.packs.source import Section

_WITH_OPTIONS = (QuestionType.ONE_OF, QuestionType.SOME_OF)
_WITH_BOUNDS = (QuestionType.NUMBER, QuestionType.MONEY)
_ONLY_FOR: Mapping[str, Sequence[QuestionType]] = {
    "options": _WITH_OPTIONS,
    "points": (QuestionType.YES_NO,),
    "lowest": _WITH_BOUNDS,
    "highest": _WITH_BOUNDS,
    "longest": (QuestionType.TEXT,),
    "how often": (QuestionType.MONEY,),
    "informal help with": (QuestionType.ONE_OF,),
}
"""The keys of a question that only some types have."""


def read_questionnaire(pack: Pack, name: str) -> Questionnaire:
    """A questionnaire of a version of a pack.

    Raises:
        PackRefusedError: with every problem of its file.
        Fault: INVALID, QUESTIONNAIRE_UNKNOWN: the pack has none of this name.
    """
    place = pack.questionnaires.get(name)
    if place is None:
        has = ", ".join(sorted(pack.questionnaires)) or "none"
        detail = f"pack {pack.name} has no questionnaire {name[:100]}; it has {has}"
        raise Fault(Kind.INVALID, "QUESTIONNAIRE_UNKNOWN", detail)
    return _read(pack.files[place], place, name)


@lru_cache(maxsize=64)  # a text that is kept never changes, and parsing one of a hundred questions takes a while
def _read(text: str, place: str, name: str) -> Questionnaire:
    content = read_text(text.encode(), place, "questionnaire")
    if content.text("questionnaire") != name:
        raise content.problem("questionnaire", f"the file's own name, {name}")
    problems = Problems()
    draft = QuestionnaireDraft(content, problems)
    sections = tuple(draft.section(section) for section in content.sections("sections"))
    problems.refuse()
    return Questionnaire(
        name=name,
        title=content.text("title"),
        purpose=Purpose(content.text("purpose")),
        decision=content.text("decision"),
        owner=content.text("owner"),
        reviewed_on=content["reviewed on"],  # type: ignore[arg-type]  # a day, by its form
        reference=content.text("reference"),
        introduction=content.text("introduction"),
        sections=sections,
        unverified=content.flag("unverified"),
        file=place,
    )


class QuestionnaireDraft:
    """A questionnaire while it is read from top to bottom: a condition refers only to what is asked above it."""

    def __init__(self, content: Section, problems: Problems) -> None:
        self._content, self._problems = content, problems
        self._asked: dict[str, Fact] = {}
        self._lines: dict[str, int] = {}
        sections = list(content.sections("sections"))
        questions = [question for section in sections for question in section.sections("questions")]
        self._sections = {section.text("section") for section in sections}
        self._all = {name for question in questions for name in _names_of(question)}
        for entries, key in ((sections, "section"), (questions, "question")):
            self._refuse_the_same(entries, key)

    def _refuse_the_same(self, entries: Sequence[Section], key: str) -> None:
        lines: dict[str, int] = {}
        for entry in entries:
            first = lines.setdefault(entry.text(key), entry.line)
            if first != entry.line:
                expected = f"an id that no other {key} has; line {first} has it"
                self._problems += entry.problem(entry.text(key), expected).problems

    def section(self, section: Section) -> QuestionnaireSection:
        """A section with its questions."""
        id_ = section.text("section")
        by = section if "answered by" in section else self._content
        questions = tuple(self._question(question, id_, by) for question in section.sections("questions"))
        return QuestionnaireSection(id_, section.text("title"), section.text("help"), questions)

    def _question(self, written: Section, section: str, by: Section) -> Question:
        type_ = QuestionType(written.text("type"))
        id_ = written.text("question")
        options = tuple(_options(written))
        with self._problems.collected():
            _ensure_keys_fit(written, type_, self._sections)
        question = Question(
            id=id_,
            section=section,
            type=type_,
            asks=written.text("asks"),
            help=written.text("help"),
            unit=written.text("unit"),
            options=options,
            answered_by=_answered_by(written if "answered by" in written else by),
            when=self._when(written, id_),
            speaks_to=tuple(self._speaks_to(written, type_)),
            may_be_left_out=written.flag("may be left out"),
            points=_whole(written, "points") or 0,
            lowest=self._bound(written, type_, "lowest", 0 if type_ in _WITH_BOUNDS else None),
            highest=self._bound(written, type_, "highest", None),
            longest=_whole(written, "longest") or LONGEST_TEXT,
            asks_how_often="how often" in written,
            informal_for=written.text("informal help with"),
            line=written.line,
        )
        self._asked[id_] = question.fact
        if type_ is QuestionType.SOME_OF:
            self._asked.update({name: Fact(name, "boolean") for name in _names_of(written) if name != id_})
        return question

    def _when(self, written: Section, id_: str) -> Condition | None:
        if "when" not in written:
            return None
        with self._problems.collected():
            ensure_asked_before(written, self._asked, self._all)

            def no_parameter(name: str, fact_type: str) -> str:
                raise written.problem(f"{id_}: when", f"a {fact_type}; a questionnaire has no parameter {name[:100]}")

            reader = ConditionReader(self._asked, no_parameter, {}, frozenset())
            return reader.condition(written["when"], written, id_)
        return All(())  # refused: nothing that follows is read as if it were not asked

    def _speaks_to(self, written: Section, type_: QuestionType) -> Iterator[SpeaksTo]:
        for entry in written.sections("speaks to"):
            yes, no, never = (_words(entry, f"{word} where") for word in ("yes", "no", "not applicable"))
            if type_ is QuestionType.YES_NO and not (yes or no or never):
                yes, no = ("yes",), ("no",)
            with self._problems.collected():
                _ensure_answers(entry, written, {*yes, *no, *never})
            decision = entry.text("decision") or self._content.text("decision")
            for fact in _facts(entry):
                yield SpeaksTo(decision, fact, yes, no, never, adds=entry.flag("adds"), line=entry.line)

    def _bound(self, written: Section, type_: QuestionType, key: str, otherwise: int | None) -> int | None:
        if key not in written or type_ not in _WITH_BOUNDS:
            return otherwise
        fact = Fact(written.text("question"), FACT_TYPES[type_])
        value = fact.constant(written[key])
        if not isinstance(value, int):
            self._problems += written.problem(fact.name, f"{key}: {fact.expected}").problems
            return otherwise
        return value


def _names_of(question: Section) -> Iterator[str]:
    """What conditions may call a question: its id, and of one with several answers each of its options as well."""
    id_ = question.text("question")
    yield id_
    options = question.get("options")
    if question.text("type") == QuestionType.SOME_OF and isinstance(options, Section):
        yield from (f"{id_}.{option}" for option in options)


def _options(written: Section) -> Iterator[Option]:
    options = written.get("options")
    for id_, body in options.items() if isinstance(options, Section) else ():
        if isinstance(body, Section):
            points, share = _whole(body, "points") or 0, _whole(body, "share") or 0
            yield Option(id_, body.text("says"), points, body.flag("unknown"), body.flag("alone"), share)
        else:
            yield Option(id_, str(body))


def _ensure_keys_fit(written: Section, type_: QuestionType, sections: set[str]) -> None:
    problems = Problems()
    id_ = written.text("question")
    for key, types in _ONLY_FOR.items():
        if key in written and type_ not in types:
            problems += written.problem(f"{id_}: {key}", f"only in a question of type {', '.join(types)}").problems
    if type_ in _WITH_OPTIONS and "options" not in written:
        problems += written.problem(f"{id_}: options", "at least two options").problems
    if "informal help with" in written and written.text("informal help with") not in sections:
        problems += written.problem(f"{id_}: informal help with", "the id of a section").problems
    problems.refuse()


def _ensure_answers(entry: Section, written: Section, named: set[str]) -> None:
    """Refuse words after `where` that are no answers to the question."""
    options = written.get("options")
    answers = set(options) if isinstance(options, Section) else {"yes", "no"}
    unknown = sorted(named - answers)
    if unknown:
        expected = f"answers to the question: {', '.join(sorted(answers))}; {', '.join(unknown)[:100]} is not one"
        raise entry.problem(f"{written.text('question')}: speaks to", expected)


def _facts(entry: Section) -> Iterator[str]:
    """The paths of the facts; an outcome is one of `outcomes`, and a limb one of its facts."""
    if "fact" in entry:
        yield entry.text("fact")
    elif "limb" in entry:
        yield from (f"outcomes.{entry.text('outcome')}.{limb}" for limb in _words(entry, "limb"))
    else:
        yield f"outcomes.{entry.text('outcome')}"


def _answered_by(section: Section) -> frozenset[Answerer]:
    named = [Answerer(word) for word in _words(section, "answered by")]
    return frozenset(named or Answerer)


def _words(section: Section, key: str) -> tuple[str, ...]:
    return tuple(str(word) for word in section.entries(key))


def _whole(section: Section, key: str) -> int | None:
    value = section.get(key)
    return value if isinstance(value, int) else None
