"""Examples: files that describe a case, what people do in it, and how it is expected to end.

A file names its people and their roles, has a story in steps ("amy proposes a determination: …"), and says how it ends.
Everything is checked before anything is started.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import get_type_hints

from sevensteps.cli.story.facts import Fact, facts_for, read_date
from sevensteps.cli.story.parts import InvalidFileError, Part
from sevensteps.cli.story.verbs import OPENS_A_CASE, VERBS, Verb
from sevensteps.events import CaseEnded, LifeOpened, Payload
from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import PEOPLE
from sevensteps.installation import files
from sevensteps.policy.model.verdict import Verdict
from sevensteps.steps import Stage

FOLDER = files("examples")
FIRST_CASE = "first"
"""What the case that is opened first is called, where an example has several."""
PARTS = ("title", "about", "people", "story", "expect")
ENDINGS: Mapping[str, type[Payload]] = {"living": LifeOpened, "ended": CaseEnded}
"""How an example can end, and the event that reports it."""


class InvalidExamplesError(Exception):
    """Examples that cannot be played: for each file, the line and what was expected there."""

    def __init__(self, errors: Iterable[InvalidFileError]) -> None:
        """One error for every file that is wrong."""
        super().__init__("\n".join(str(error) for error in errors))


@dataclass(frozen=True, slots=True)
class ExpectedAnswer:
    """What is expected of a step: a refusal, or what the answer says."""

    refused: str = ""
    """The reason of the refusal, for example STAGE_ORDER."""
    verdict: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Verdicts of single rules, by rule."""
    answer: Mapping[str, Fact] = field(default_factory=dict)
    """Fields of the answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one person does, with its facts as fields of the call, in one of the cases of the example."""

    line: int
    who: str
    verb: Verb
    facts: Mapping[str, Fact]
    expected: ExpectedAnswer
    case: str = FIRST_CASE


@dataclass(frozen=True, slots=True)
class ExpectedEnding:
    """How an example is expected to end: the steps entered, in order, and fields of the last event."""

    ending: str
    stages: tuple[Stage, ...]
    says: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Example:
    """A case to play. `name` is the name of the file without its suffix."""

    name: str
    file: Path
    title: str
    about: str
    people: Mapping[str, frozenset[Role]]
    story: tuple[Step, ...]
    expected: ExpectedEnding


def load(files: Iterable[Path], today: date) -> list[Example]:
    """Read examples. Dates such as "in 6 weeks" are counted from `today`.

    Raises InvalidExamplesError when any of them is wrong.
    """
    examples: list[Example] = []
    errors: list[InvalidFileError] = []
    for file in files:
        try:
            examples.append(_example(file, today))
        except InvalidFileError as error:
            errors.append(error)
    if errors:
        raise InvalidExamplesError(errors)
    return examples


def _example(file: Path, today: date) -> Example:
    parts = Part.read(file).fields("an example", PARTS, required=PARTS)
    people = {who.text("who"): _roles(roles) for who, roles in parts["people"].entries("people and their roles")}
    story = tuple(_step(part, people.keys(), today) for part in parts["story"].items("steps"))
    if not story or story[0].verb is not OPENS_A_CASE or story[0].case != FIRST_CASE:
        raise parts["story"].error(f"a first step in which somebody {OPENS_A_CASE.words}")
    _ensure_opened(story, parts["story"])
    return Example(
        name=file.stem,
        file=file,
        title=parts["title"].text("a title"),
        about=parts["about"].text("a few sentences on the person's situation"),
        people=people,
        story=story,
        expected=_expected_ending(parts["expect"], today),
    )


def _roles(part: Part) -> frozenset[Role]:
    words = tuple(sorted(PEOPLE))
    roles = part.items("roles") if part.is_list else [part]
    return frozenset(Role(role.one_of("a role", words)) for role in roles)


def _step(part: Part, people: Iterable[str], today: date) -> Step:
    (action, facts), expected, case = _parts_of(part)
    who, verb = _who_and_verb(action, people)
    return Step(
        line=action.line,
        who=who,
        verb=verb,
        facts=facts_for(verb.request, facts, f"`{verb.words}`", today),
        expected=_expected_answer(expected, verb) if expected else ExpectedAnswer(),
        case=case.text("what a case of this example is called") if case else FIRST_CASE,
    )


def _ensure_opened(story: Iterable[Step], part: Part) -> None:
    """Raise InvalidFileError where a step is in a case that no step before it opens."""
    opened: set[str] = set()
    for step in story:
        if step.verb is OPENS_A_CASE:
            opened.add(step.case)
        elif step.case not in opened:
            raise part.error(f"a step that opens the case {step.case}, before line {step.line}")


def _parts_of(part: Part) -> tuple[tuple[Part, Part], Part | None, Part | None]:
    """Who does what, with the facts; what is expected of it, and in which case; None where that is not said."""
    action = expected = case = None
    for key, value in part.entries("a step"):
        words = key.text("who does what")
        if words == "expect":
            expected = value
        elif words == "case":
            case = value
        elif action is None:
            action = key, value
        else:
            raise key.error("one thing that one person does in each step; begin a new step with `- `")
    if action is None:
        raise part.error("who does what, for example `- amy opens a case:`")
    return action, expected, case


def _who_and_verb(action: Part, people: Iterable[str]) -> tuple[str, Verb]:
    who, _, words = action.text("who does what").partition(" ")
    if who not in people:
        raise action.error(f"one of the people of this example ({', '.join(people)}), not {who}")
    if words in VERBS:
        return who, VERBS[words]
    similar = get_close_matches(words, VERBS, n=1)
    hint = f"; did you mean `{similar[0]}`?" if similar else ""
    raise action.error(f"something that people do ({', '.join(VERBS)}), not `{words}`{hint}")


def _expected_answer(part: Part, verb: Verb) -> ExpectedAnswer:
    answer_fields = tuple(name for name, field in verb.answer.fields_by_name.items() if field.message_type is None)
    decision_fields = ("verdict", "rules") if verb.decision else ()
    allowed = ("refused", *decision_fields, *answer_fields)
    parts = part.fields(f"what is expected when somebody {verb.words}", allowed)
    verdicts = tuple(Verdict)
    rules = parts["rules"].entries("rules and their verdicts") if "rules" in parts else ()
    return ExpectedAnswer(
        refused=parts["refused"].text("the reason of the refusal, such as STAGE_ORDER") if "refused" in parts else "",
        verdict=parts["verdict"].one_of("a verdict", verdicts) if "verdict" in parts else "",
        rules={rule.text("a rule"): verdict.one_of("a verdict", verdicts) for rule, verdict in rules},
        answer={name: _text_or_texts(value, name) for name, value in parts.items() if name in answer_fields},
    )


def _text_or_texts(part: Part, name: str) -> Fact:
    return [item.text("text") for item in part.items(name)] if part.is_list else part.text(name)


def _expected_ending(part: Part, today: date) -> ExpectedEnding:
    parts = part.fields("what is expected", ("ending", "stages", "says"), required=("ending", "stages"))
    ending = parts["ending"].one_of("an ending", tuple(ENDINGS))
    stages = parts["stages"].items("the steps in the order in which they are entered")
    return ExpectedEnding(
        ending=ending,
        stages=tuple(Stage(stage.one_of("a step", tuple(Stage))) for stage in stages),
        says=_payload_fields(parts["says"], ENDINGS[ending], today) if "says" in parts else {},
    )


def _payload_fields(part: Part, payload: type[Payload], today: date) -> dict[str, Fact]:
    types = get_type_hints(payload)
    allowed = tuple(field.name for field in fields(payload))
    expected: dict[str, Fact] = {}
    for name, value in part.fields(f"what {payload.TYPE} says", allowed).items():
        if types[name] is int:
            expected[name] = value.whole_number()
        elif name.endswith("_due"):
            expected[name] = read_date(value, today).isoformat()
        else:
            expected[name] = value.text(name)
    return expected
